import { beforeAll, describe, expect, test } from 'vitest'
import { profiles } from '../../core/stats/disclosure.ts'
import type { Solver } from '../../core/stats/whole-numbers.ts'
import { loadSolver } from '../highs-solver.ts'
import type { Bundle, Head, Table } from './bundle.ts'
import { type Chart, chartsOf } from './charts.ts'
import { control } from './control.ts'
import { type Count, counted } from './counts.ts'
import { tablePage } from './pages.ts'

let solver: Solver
beforeAll(async () => {
  solver = await loadSolver()
})

const span = { from: '2025-01', to: '2025-08' }
const head = {
  title: 'Invented',
  asOf: '2025-12-31',
  ...span,
  revisions: [],
  places: { '7': 'Hill' },
  profile: profiles.NO,
  pack: { invented: false },
  indicators: [{ id: 'waits', name: 'Seen in time', question: 'Seen?', denominator: 'all', interval: { name: 'wait', unit: 'day' } }],
} as unknown as Head // what charts and pages read of it
const pack = { indicators: [{ id: 'waits', targets: [{ share: 0.9, validTo: '2024-12-31' }, { share: 0.7 }] }] }

type Months = readonly (readonly [met: number, missed: number])[]
const countsFrom = (places: Readonly<Record<string, Months>>): readonly Count[] =>
  Object.entries(places).flatMap(([place, months]) =>
    months.map(([met, missed], i) => ({ indicator: 'waits', place, variant: null, month: `2025-0${i + 1}`, met, missed, leftOut: 20 })),
  )
/** What is published of invented counts: the controlled table, its charts and its page. */
function published(
  places: Readonly<Record<string, Months>>,
  profile: 'NO' | 'EN' = 'NO',
): { table: Table; charts: readonly Chart[]; page: string } {
  const asked = { indicator: 'waits', by: ['place', 'period'] as const }
  const answer = control(
    [],
    {
      counted: counted(countsFrom(places), span),
      tables: [{ ...asked, by: [...asked.by] }],
      profile: profiles[profile],
      wholeCountry: false,
    },
    solver,
  )
  if (!answer.ok) throw new Error(answer.issues.map((issue) => issue.message).join('\n'))
  const table = answer.value.tables[0] as Table
  const charts = chartsOf({ head, pack }, table)
  return { table, charts, page: tablePage({ head } as Bundle, table, 0, charts) }
}
const steady: Months = [
  [30, 10],
  [31, 9],
  [29, 11],
  [30, 10],
  [32, 9],
  [28, 12],
  [30, 11],
  [31, 10],
]
const titled = (charts: readonly Chart[], title: string): Chart => charts.find((chart) => chart.title === title)!
const funnelTitle = 'Seen in time: place by place'

describe('charts of a published table', () => {
  test('are a chart of months of all together, a funnel of places, and months of each place, each with one sentence and its numbers', () => {
    const { charts } = published({ '7': steady, Marsh: steady, Isle: steady })
    expect(charts.map(({ title }) => title)).toEqual([
      'Seen in time: month by month',
      funnelTitle,
      'Seen in time: month by month, Hill',
      'Seen in time: month by month, Isle',
      'Seen in time: month by month, Marsh',
    ])
    expect(charts[0]!.says).toBe(
      'Nothing unusual, January 2025 to August 2025. As it goes now, chance decides whether a month reaches the target of 70 %. Fewer than twelve months: the limits are on trial.',
    )
    expect(charts[0]!.notes).toContain('Target: 70 %.')
    expect(charts[0]!.rows).toHaveLength(8)
    expect(charts[1]!.says).toBe('No place lies outside the 99.8 % limits.')
  })

  test('tell of hidden numbers nothing that the table does not: other people behind them give the same bytes', () => {
    // So few fell short in two months at two places that it is hidden, and what is added up over them is the same.
    const few = (a: number, b: number): Readonly<Record<string, Months>> => ({
      '7': steady.with(2, [40 - a, a]).with(3, [40 - b, b]),
      Isle: steady.with(2, [40 - b, b]).with(3, [40 - a, a]),
      Marsh: steady,
    })
    const [one, other] = [published(few(1, 2)), published(few(2, 1))]
    expect(one.table).toEqual(other.table)
    expect(one.table.rows.some((row) => row.met === null)).toBe(true)
    expect(one.charts).toEqual(other.charts)
    expect(one.page).toBe(other.page)
  })

  test('rest on what is shown alone: what else is known of a month or place that is hidden moves no mark, limit or axis', () => {
    const { table, charts } = published({ '7': steady, Isle: steady.with(2, [2, 38]), Marsh: steady })
    const emptied = table.rows.map((row) => (row.met === null || row.counted === null ? { ...row, met: null, counted: null } : row))
    expect(emptied).not.toEqual(table.rows)
    expect(chartsOf({ head, pack }, { ...table, rows: emptied })).toEqual(charts)
  })

  test('have a gap for a month of which something is hidden, and say that it is not shown; a month of nobody is told apart from it', () => {
    const { charts, table } = published({ '7': steady.with(2, [39, 1]).with(5, [0, 0]), Marsh: steady, Isle: steady })
    const chart = titled(charts, 'Seen in time: month by month, Hill')
    const hidden = table.rows.filter(
      ({ place, period, met, counted: all }) => place === '7' && period !== null && (met === null || all === null),
    )
    expect(hidden.map(({ period }) => period)).toContain('2025-03')
    expect(chart.rows.map(([month]) => month)).not.toContain('2025-03')
    expect(chart.notes).toMatch(/Not shown: [^.]*2025-03/)
    expect(chart.says).toMatch(/ Not every month is shown\.$/)
    expect(chart.svg!.match(/data-mark/g)).toHaveLength(chart.rows.length)
  })

  test('drop the mark of a place of which something is hidden, and name it', () => {
    const tiny: Months = steady.map((_, i) => (i === 0 ? [1, 1] : [0, 0]))
    const { charts } = published({ '7': tiny, Isle: steady, Marsh: steady, Shore: steady })
    const funnel = titled(charts, funnelTitle)
    expect(funnel.says).toBe('No place that is shown lies outside the 99.8 % limits.')
    expect(funnel.notes).toMatch(/No mark, since it is not shown: .*Hill/)
    expect(funnel.rows.map(([place]) => place)).not.toContain('Hill')
    expect(funnel.svg!.match(/data-mark/g)).toHaveLength(funnel.rows.length)
  })

  test('under EN are made of the rounded counts', () => {
    const { charts, table } = published({ '7': steady, Marsh: steady, Isle: steady }, 'EN')
    const shown = table.rows.find(({ place, period }) => place === null && period === '2025-01')!
    expect(charts[0]!.rows[0]![1]).toBe(`${shown.met} of ${shown.counted} (75 %)`)
    expect(shown.counted! % 5).toBe(0)
  })

  test('are not drawn of so little that no sentence about it would be true', () => {
    const { table } = published({ '7': steady, Marsh: steady })
    const hide = (hidden: (row: Table['rows'][number]) => boolean) =>
      chartsOf({ head, pack }, { ...table, rows: table.rows.map((row) => (hidden(row) ? { ...row, met: null } : row)) })
    expect(hide(({ period }) => (period ?? '') > '2025-04')[0]!.says).toBe('There is no chart. 4 of 8 months are not shown.')
    expect(
      titled(
        hide(({ place }) => place === '7'),
        funnelTitle,
      ).says,
    ).toBe('There is no chart. 1 of 2 places are not shown.')
  })

  test('of too few months are no charts, and say why', () => {
    const { table } = published({ '7': steady, Marsh: steady, Isle: steady })
    const charts = chartsOf({ head, pack }, { ...table, rows: table.rows.filter(({ period }) => period === null || period === '2025-01') })
    expect(titled(charts, 'Seen in time: month by month')).toMatchObject({ says: 'There is no chart. Too few: 1 here, and 2 are needed.' })
    expect(titled(charts, 'Seen in time: month by month').svg).toBeUndefined()
  })

  test('can be named, described and reached by everybody: dark on white, with their numbers beside', () => {
    const { page, charts } = published({ '7': steady, Marsh: steady, Isle: steady })
    expect(page).toContain('<img src="../charts/001-1.svg" alt="Seen in time: month by month" aria-describedby="chart-1-says"')
    expect(page).toContain('<p id="chart-1-says"><strong>Nothing unusual')
    expect(
      page.match(/<details><summary>Numbers of this chart<\/summary><div class="wide" role="region" aria-label="[^"]+" tabindex="0">/g),
    ).toHaveLength(5)
    expect(charts[0]!.svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" .*<title>Seen in time: month by month<\/title><rect width="760" height="260" fill="#ffffff">/,
    )
  })
})
