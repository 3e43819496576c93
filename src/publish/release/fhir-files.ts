import { type Head, plainJson, type Table } from './bundle.ts'
import { monthsOf } from './counts.ts'
import { indicatorOf, partName, partWord, type Row, shareOf, titleOf } from './table-words.ts'

/** FHIR R4: what is counted as Measures, the tables as MeasureReports. A hidden number is there as one that is masked. */

const population = (code: 'denominator' | 'numerator' | 'denominator-exclusion') => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-population', code }],
})

const measureUrl = (head: Head, indicator: string): string =>
  `urn:varde:measure:${encodeURIComponent(head.pack.id)}:${encodeURIComponent(indicator)}`

const criteria = (expression: string) => ({ language: 'text/plain', expression })

export const measureFile = (head: Head, { id, name, question, denominator }: Head['indicators'][number], n: number): string =>
  plainJson({
    resourceType: 'Measure',
    id: `measure-${n + 1}`,
    url: measureUrl(head, id),
    version: head.pack.version,
    title: name,
    status: 'active',
    experimental: head.pack.invented,
    publisher: head.publisher,
    description: question,
    scoring: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/measure-scoring', code: 'proportion' }] },
    group: [
      {
        population: [
          { code: population('denominator'), criteria: criteria(denominator) },
          { code: population('numerator'), criteria: criteria(question) },
          { code: population('denominator-exclusion'), criteria: criteria('Pathways that could not be counted, for whatever reason.') },
        ],
      },
    ],
  })

const masked = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] }
const countOf = (count: number | null) => (count === null ? { _count: masked } : { count })

const populationsOf = (row: Row) => {
  const share = shareOf(row)
  return {
    population: [
      { code: population('denominator'), ...countOf(row.counted) },
      { code: population('numerator'), ...countOf(row.met) },
      { code: population('denominator-exclusion'), ...countOf(row.leftOut) },
    ],
    ...(typeof share === 'number' ? { measureScore: { value: Math.round(share * 10_000) / 10_000 } } : {}),
  }
}

const lastDayOf = (month: string): string => {
  const [year, n] = [Number(month.slice(0, 4)), Number(month.slice(5))]
  return new Date(Date.UTC(year, n, 0)).toISOString().slice(0, 10)
}

export const reportFile = (head: Head, table: Table, n: number): string => {
  const isWhole = (row: Row) => row.place === null && row.variant === null && row.period === null
  const whole = table.rows.find(isWhole)
  const strata = table.rows.filter((row) => !isWhole(row))
  return plainJson({
    resourceType: 'MeasureReport',
    id: `report-${n + 1}`,
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${textOf(titleOf(head, table))}</div>` },
    status: 'complete',
    type: 'summary',
    measure: `${measureUrl(head, indicatorOf(head, table).id)}|${head.pack.version}`,
    date: head.embargo,
    reporter: { display: head.publisher },
    period: { start: `${head.from}-01`, end: lastDayOf(monthsOf(head).at(-1) ?? head.to) },
    group: [
      {
        ...(whole ? populationsOf(whole) : {}),
        ...(strata.length === 0
          ? {}
          : {
              stratifier: [
                {
                  code: [{ text: table.by.map(partWord).join(', ') }],
                  stratum: strata.map((row) => ({
                    component: table.by.flatMap((part) =>
                      row[part] === null ? [] : [{ code: { text: partWord(part) }, value: { text: partName(head, row, part) } }],
                    ),
                    ...populationsOf(row),
                  })),
                },
              ],
            }),
      },
    ],
  })
}

const textOf = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
