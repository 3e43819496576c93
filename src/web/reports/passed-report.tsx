import { Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type PassedLine, type PassedReason, passedTable } from '../../core/work/passed-report.ts'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { Slow } from '../list/slow.tsx'
import { CsvButton } from '../save-file.tsx'
import { useSession } from '../session.tsx'
import { MonthBars } from './month-bars.tsx'
import { daysOf, type ReportSearch } from './search.ts'
import { usePartWords } from './words.ts'

interface Props {
  readonly pack: string
  readonly search: ReportSearch
}

/** Passed limits by reason, place and month of the limit. */
export function PassedReport({ pack, search }: Props) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const part = usePartWords()
  const days = daysOf(search)
  const query = { pack, ...days, org: search.org, interval: search.interval }
  const read = useQuery({
    queryKey: ['report', 'passed', query],
    queryFn: async ({ signal }) => ({ ...(await ask('reportPassedLimits', { query, signal })), at: new Date().toISOString() }),
  })
  const reasonWords = ({ kind, id, words }: PassedReason): string =>
    kind === 'listed'
      ? (words ?? id ?? '')
      : t(kind === 'all' ? 'report.together' : kind === 'in-words' ? 'report.inWords' : 'report.notExplained')
  const table = passedTable(read.data?.rows ?? none)
  const monthWords = (month: string | null): string => month ?? t('report.noMonth')
  const lines = table.places.flatMap(({ place, all, lines: reasons }) => [
    ...reasons.map((line) => ({ place, line, of: all.passed })),
    { place, line: all, of: table.all.passed },
  ])
  const cells = (line: PassedLine, of: number) => (
    <>
      <td className="number">{part(line.passed, of)}</td>
      <td className="number">{part(line.avoidable, line.explained)}</td>
      <td className="number">{part(line.patientInitiated, line.explained)}</td>
      {line.months.map((count, i) => (
        <td key={table.months[i] ?? ''} className="number" data-none={count === 0}>
          {count}
        </td>
      ))}
    </>
  )
  return (
    <section aria-labelledby="passed-title" className="report">
      <header className="list-head">
        <Heading level="2" size="xsmall" id="passed-title">
          {t('report.passed')}
        </Heading>
        <CsvButton
          name={`varde-passed-${read.data?.at.slice(0, 10) ?? ''}`}
          head={[
            ...['read', 'filter', 'place', 'reason', 'reasonList', 'passed', 'of', 'avoidable', 'patientInitiated', 'explained'],
            ...table.months.map((month) => month ?? 'no-day'),
          ]}
          lines={
            read.data &&
            (() =>
              lines.map(({ place, line, of }) => [
                ...[read.data.at, decodeURIComponent(location.search), nameOf(place), reasonWords(line.reason), line.reason.pack],
                ...[line.passed, of, line.avoidable, line.patientInitiated, line.explained, ...line.months],
              ]))
          }
        />
      </header>
      <p className="quiet">{t('report.passedBase')}</p>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {read.data !== undefined && lines.length === 0 ? <p className="empty">{t('report.passedNone')}</p> : null}
      {lines.length === 0 ? null : (
        <>
          <MonthBars table={table} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where there are many months */}
          <div className="wide" tabIndex={0} role="region" aria-label={t('report.passedTable')}>
            <table className="table passed-table">
              <thead>
                <tr>
                  <th scope="col">{t('report.place')}</th>
                  <th scope="col">{t('report.reason')}</th>
                  <th scope="col">{t('report.list')}</th>
                  <th scope="col" className="number">
                    {t('report.together')}
                  </th>
                  <th scope="col" className="number">
                    {t('report.avoidable')}
                  </th>
                  <th scope="col" className="number">
                    {t('report.byPatient')}
                  </th>
                  {table.months.map((month) => (
                    <th key={month ?? ''} scope="col" className="number">
                      {monthWords(month)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {lines.map(({ place, line, of }) => (
                  <tr key={`${place} ${JSON.stringify(line.reason)}`} data-kind={line.reason.kind}>
                    <th scope="row">{nameOf(place)}</th>
                    <td>{reasonWords(line.reason)}</td>
                    <td>{line.reason.pack ?? ''}</td>
                    {cells(line, of)}
                  </tr>
                ))}
              </tbody>
              <tfoot>
                <tr data-kind="all">
                  <th scope="row">{t('report.all')}</th>
                  <td>{t('report.together')}</td>
                  <td />
                  {cells(table.all, table.all.passed)}
                </tr>
              </tfoot>
            </table>
          </div>
        </>
      )}
    </section>
  )
}

const none: readonly never[] = []
