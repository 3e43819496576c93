import { Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { Slow } from '../list/slow.tsx'
import { CsvButton } from '../save-file.tsx'
import { useSession } from '../session.tsx'
import { daysOf, type ReportSearch } from './search.ts'
import { useHoursWords, usePartWords } from './words.ts'

interface Props {
  readonly pack: string
  readonly search: ReportSearch
}

const barWidth = 80

/** How soon questions and escalations are answered, by place, and by who was asked where that is wanted. */
export function AnswerReport({ pack, search }: Props) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const part = usePartWords()
  const hours = useHoursWords()
  const byRole = search.byRole === true
  const query = { pack, ...daysOf(search), org: search.org, by: byRole ? ('role' as const) : ('place' as const) }
  const read = useQuery({
    queryKey: ['report', 'answers', query],
    queryFn: async ({ signal }) => {
      const [escalations, questions] = await Promise.all([
        ask('reportEscalations', { query, signal }),
        ask('reportQueries', { query, signal }),
      ])
      return {
        at: new Date().toISOString(),
        rows: [
          ...escalations.rows.map((row) => ({ kind: 'escalation' as const, ...row })),
          ...questions.rows.map((row) => ({ kind: 'query' as const, ...row })),
        ],
      }
    },
  })
  const rows = read.data?.rows ?? none
  const longest = Math.max(1, ...rows.map(({ medianHours }) => medianHours ?? 0))
  const roleWords = (role: string | null): string =>
    byRole ? (role === null ? t('report.inPerson') : t(`role.${role}` as 'role.coder', { defaultValue: role })) : t('report.everybody')
  return (
    <section aria-labelledby="answers-title" className="report">
      <header className="list-head">
        <Heading level="2" size="xsmall" id="answers-title">
          {t('report.answers')}
        </Heading>
        <CsvButton
          name={`varde-answers-${read.data?.at.slice(0, 10) ?? ''}`}
          head={['read', 'filter', 'what', 'place', 'role', 'answered', 'of', 'open', 'overdue', 'medianHours']}
          lines={
            read.data &&
            (() =>
              rows.map((row) => [
                ...[read.data.at, decodeURIComponent(location.search), t(`report.${row.kind}`), nameOf(row.place), roleWords(row.role)],
                ...[row.answered, row.answered + row.open, row.open, row.overdue, row.medianHours],
              ]))
          }
        />
      </header>
      <p className="quiet">{t('report.answersBase')}</p>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {read.data !== undefined && rows.length === 0 ? <p className="empty">{t('report.answersNone')}</p> : null}
      {rows.length === 0 ? null : (
        <table className="table answers-table">
          <thead>
            <tr>
              <th scope="col">{t('report.what')}</th>
              <th scope="col">{t('report.place')}</th>
              {byRole ? <th scope="col">{t('report.role')}</th> : null}
              <th scope="col" className="number">
                {t('report.answered')}
              </th>
              <th scope="col" className="number">
                {t('report.open')}
              </th>
              <th scope="col" className="number">
                {t('report.overdue')}
              </th>
              <th scope="col" className="number">
                {t('report.median')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.kind} ${row.place} ${row.role}`} data-kind={row.kind}>
                <td>{t(`report.${row.kind}`)}</td>
                <th scope="row">{nameOf(row.place)}</th>
                {byRole ? <td>{roleWords(row.role)}</td> : null}
                <td className="number">{part(row.answered, row.answered + row.open)}</td>
                <td className="number">{row.open}</td>
                <td className="number">{part(row.overdue, row.open)}</td>
                <td className="number">
                  {row.medianHours === null ? null : (
                    <>
                      {hours(row.medianHours)}{' '}
                      <svg width={barWidth} height="10" aria-hidden="true">
                        <rect className="bar-told" width={Math.max(1, Math.round((row.medianHours / longest) * barWidth))} height="10" />
                      </svg>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

const none: readonly never[] = []
