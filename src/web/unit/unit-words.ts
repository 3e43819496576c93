import { useTranslation } from 'react-i18next'
import '../languages/unit.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import { percent, useBenchWords } from '../figures/bench-words.ts'
import { useSession } from '../session.tsx'
import { isJudged, type UnitRow } from './rows.ts'

/** What the page of a unit says in words, of one row and of all. */
export function useUnitWords() {
  const { t, i18n } = useTranslation()
  const { nameOf } = useSession()
  const words = useBenchWords()
  const list = (parts: readonly string[]): string => new Intl.ListFormat(i18n.language === 'nb' ? 'nb-NO' : 'en-GB').format(parts)
  const placeName = (place: string): string => (place === '' ? t('bench.noPlace') : nameOf(Number(place)))
  const kind = (of: 'improvement' | 'concern' | 'neither-high' | 'neither-low'): string => t(`unit.kind.${of}`)

  const unusual = ({ name, chart }: UnitRow): readonly string[] => {
    if (isRefused(chart) || chart.reading.kind !== 'unusual') return []
    const { from, to, kind: of } = chart.reading.signal
    if (of === 'common') return []
    return [t(from === to ? 'unit.one' : 'unit.since', { name, kind: kind(of), month: words.month(from) })]
  }

  /** The one sentence: how many are unusual, which and since when; how many cannot be judged, how many have no number. */
  const sentence = (unit: string, rows: readonly UnitRow[]): string => {
    const judged = rows.filter(isJudged)
    const which = judged.filter(({ says }) => says !== 'common').flatMap(unusual)
    const few = rows.filter(({ says }) => says === 'cannot-be-judged').length
    const noNumber = rows.filter(({ says }) => says === 'no-number').length
    const first =
      judged.length === 0
        ? t('unit.none', { unit, count: rows.length })
        : which.length === 0
          ? t('unit.usual', { unit, count: judged.length })
          : t('unit.unusual', { unit, count: which.length, judged: judged.length, which: list(which) })
    return `${[
      first,
      which.length > 0 && which.length < judged.length ? t('unit.others') : '',
      few > 0 && judged.length > 0 ? t('unit.few', { count: few }) : '',
      noNumber > 0 ? t('unit.noNumber', { count: noNumber }) : '',
    ]
      .filter(Boolean)
      .join('; ')}.`
  }

  /** What else is to be known before the sentence is acted on. */
  const besides = (rows: readonly UnitRow[], above: boolean): string => {
    const numbers = rows.filter(({ says }) => says !== 'no-number')
    const compared = numbers.flatMap(({ name, among }) => (isRefused(among) || among.places < 2 ? [] : [{ name, ...among }]))
    const outside = compared.flatMap(({ name, points }) => {
      const named = points.filter((one) => one.named)
      if (named.length === 0) return []
      return above
        ? [t('unit.placesOutsideOne', { name, places: list(named.map(({ place }) => placeName(place))) })]
        : named.map(({ position }) => t('unit.outsideOne', { name, position: t(`bench.position.${position}`) }))
    })
    const late = numbers.filter(({ codedInTime }) => codedInTime !== null && codedInTime < 0.5)
    const notReported = numbers.filter(({ recent }) => recent.length > 0).length
    const notRead = numbers.filter(({ told: { reported, figure } }) => figure.denominator > 0 && reported.read < reported.of).length
    return [
      outside.length > 0
        ? t(above ? 'unit.placesOutside' : 'unit.outside', { which: list(outside) })
        : compared.length === 0
          ? ''
          : above
            ? t('bench.noneDiffers')
            : t('unit.insideAll'),
      late.length === 0 ? '' : t('unit.coding', { which: list(late.map(({ name }) => name)) }),
      notReported === 0 ? '' : t('unit.notReported', { count: notReported }),
      notRead === 0 ? '' : t('unit.notRead', { count: notRead }),
    ]
      .filter(Boolean)
      .join(' ')
  }

  /** Where a row lies among all places. */
  const among = ({ among: found }: UnitRow, above: boolean): string => {
    if (isRefused(found)) return words.refused(found)
    const { places, centre, points } = found
    if (places < 2) return t('unit.alone')
    if (above)
      return points.length === 0
        ? t('bench.noneDiffers')
        : t('bench.differ', {
            places: list(
              points.map(({ place, position }) =>
                t('unit.outsideOne', { name: placeName(place), position: t(`bench.position.${position}`) }),
              ),
            ),
          })
    const [own] = points
    if (own === undefined) return t('unit.notCounted')
    const told = { position: t(`bench.position.${own.position}`), places, centre: percent(centre) }
    return own.kind === 'common' ? t('unit.position', told) : t('unit.positionNamed', { ...told, kind: kind(own.kind) })
  }

  return { sentence, besides, among }
}
