import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import type { MonthChart, MonthReading, RecentMonth } from '../../core/bench/months.ts'
import { isRefused, type Refused } from '../../core/stats/refusal.ts'
import type { PointKind } from '../../core/stats/special-cause.ts'
import type { Answer } from '../ask.ts'

export const percent = (share: number | null): string => (share === null ? '' : `${Math.round(share * 100)} %`)

/** A count that may be parts of pathways: `12`, or `12.5`. */
export const counted = (n: number, digits = 2): string =>
  new Intl.NumberFormat(i18next.language === 'nb' ? 'nb-NO' : 'en-GB', { maximumFractionDigits: digits, useGrouping: false }).format(n)

/** More or fewer than something, in whole pathways. */
export const signed = (n: number): string => (Math.round(n) > 0 ? `+${Math.round(n)}` : String(Math.round(n)).replace('-', '\u2212'))

/** What there is to say of a chart, in words, from the points that are drawn. */
export function useBenchWords() {
  const { t, i18n } = useTranslation()
  /** `March 2026`; a quarter or a year as it is written. */
  const month = (text: string): string =>
    !/^\d{4}-\d\d$/.test(text)
      ? text
      : new Intl.DateTimeFormat(i18n.language === 'nb' ? 'nb-NO' : 'en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
          new Date(`${text}-01T00:00:00Z`),
        )
  const kind = (of: PointKind): string => t(`bench.kind.${of}`)
  const rule = (signal: { readonly rule: string; readonly toward: string }): string =>
    t(`bench.rule.${signal.rule}-${signal.toward}` as 'bench.rule.outside-high') // one of each
  const span = (from: string, to: string): string => (from === to ? month(from) : t('bench.span', { from: month(from), to: month(to) }))
  const reading = (
    said: MonthReading,
    { points, target }: { readonly points: readonly { readonly month: string }[]; readonly target: MonthChart['target'] },
  ): string => {
    const parts =
      said.kind === 'unusual'
        ? [
            t('bench.unusual', {
              kind: kind(said.signal.kind),
              rule: rule(said.signal),
              months: span(said.signal.from, said.signal.to),
            }),
          ]
        : [
            said.before === null
              ? t('bench.nothing', { from: month(said.since), to: month(points.at(-1)?.month ?? said.since) })
              : t('bench.nothingSince', { since: month(said.since) }),
          ]
    if (target !== null && said.assurance !== 'none') parts.push(t(`bench.assurance.${said.assurance}`, { target: percent(target) }))
    if (said.trial) parts.push(t('bench.trial'))
    return parts.join(' ')
  }
  const refused = ({ refused: why, have, need }: Refused): string =>
    why === 'too-few' && have !== undefined && need !== undefined
      ? t('bench.tooFew', { have, need })
      : t(`bench.refused.${why}` as 'bench.refused.nothing-counted') // each reason has its words
  /** Months that are over and not judged, each with how much of it is in. */
  const notComplete = (recent: readonly RecentMonth[]): string =>
    recent.length === 0
      ? ''
      : t('bench.notComplete', {
          months: recent
            .map(({ month: one, complete }) =>
              complete === null
                ? t('bench.monthNotKnown', { month: month(one) })
                : t('bench.monthIn', { month: month(one), share: percent(complete) }),
            )
            .join(', '),
        })
  /** All that is said of months: what the chart says, which months are no part of it, and what of that is not known. */
  const months = ({
    chart,
    recent,
    reported,
    notRead = t('bench.daysNotRead'),
  }: {
    readonly chart: MonthChart | Refused
    readonly recent: readonly RecentMonth[]
    readonly reported: Answer<'readBench'>['reported']
    /** What is said where past days are still to be read. */
    readonly notRead?: string
  }): string => {
    const unknown =
      reported.refused !== null
        ? t('bench.completenessUnknown', {
            why: refused({
              refused: reported.refused as Refused['refused'], // one of the closed list
              ...(reported.have === null ? {} : { have: reported.have }),
              ...(reported.need === null ? {} : { need: reported.need }),
            }),
          })
        : reported.read < reported.of
          ? notRead
          : ''
    return [isRefused(chart) ? refused(chart) : reading(chart.reading, chart), notComplete(recent), unknown].filter(Boolean).join(' ')
  }
  const expected = ({ expected: one }: Pick<RecentMonth, 'expected'>): string => {
    if (one === null) return t('bench.tooFewIn')
    const share = t('bench.expectedShare', { share: percent(one.share), all: Math.round(one.all) })
    if (isRefused(one.band)) return `${share}; ${t(one.band.refused === 'not-sure' ? 'bench.bandNotSure' : 'bench.noBand')}`
    const { low50, high50, low90, high90 } = one.band
    return `${share}; ${t('bench.expectedBand', { low50: percent(low50), high50: percent(high50), low90: percent(low90), high90: percent(high90) })}`
  }
  const reason = (why: string): string => t(`reason.${why}` as 'reason.running', { defaultValue: why })
  return { month, kind, rule, reading, months, expected, refused, reason }
}
