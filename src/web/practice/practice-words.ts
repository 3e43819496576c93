import { useTranslation } from 'react-i18next'
import type { Change } from '../../core/practice/changes.ts'
import type { Aspect, Difference, Saying } from '../../core/practice/compare.ts'
import type { Practice } from '../../core/practice/practice.ts'
import { useBenchWords } from '../figures/bench-words.ts'
import { useSession } from '../session.tsx'

/** What there is to say of how places code, in words. */
export function usePracticeWords({ startCodes }: Pick<Practice, 'startCodes'>) {
  const { t, i18n } = useTranslation()
  const { nameOf } = useSession()
  const bench = useBenchWords()
  const list = (words: readonly string[]): string => new Intl.ListFormat(i18n.language === 'nb' ? 'nb-NO' : 'en-GB').format(words)
  const place = (id: string): string => (id === '' ? t('bench.noPlace') : nameOf(Number(id)))
  const code = (written: string): string => {
    const short = written.replace('{variant}', '…')
    const found = startCodes.find((one) => one.code === written)
    const label = found?.labels[i18n.language] ?? found?.label ?? undefined
    return label === undefined ? short : `${label} (${short})`
  }
  const shortCode = (written: string): string => written.replace('{variant}', '…')
  const aspect = (of: Aspect): string => t(`practice.aspect.${of}`)
  const does = (of: readonly Aspect[]): string => list(of.map((one) => t(`practice.does.${one}`)))
  const saying = (said: Saying): string => {
    if (said.kind === 'unlike-the-rest') return t('practice.unlikeTheRest', { place: place(said.place), does: does(said.aspects) })
    if (said.kind === 'unlike-each-other')
      return t('practice.unlikeEachOther', {
        a: place(said.a),
        b: place(said.b),
        do: list(said.aspects.map((one) => t(`practice.do.${one}`))),
      })
    return t(`practice.saying.${said.kind}`)
  }
  const change = ({ what, from, to, rule, toward }: Change, start: string | null): string =>
    t(`practice.change.${what}-${toward}`, {
      code: start === null ? '' : code(start),
      months: from === to ? bench.month(from) : t('bench.span', { from: bench.month(from), to: bench.month(to) }),
      rule: bench.rule({ rule, toward }),
    })
  const signed = (share: number): string => `${share > 0 ? '+' : share < 0 ? '\u2212' : ''}${Math.abs(Math.round(share * 100))}`
  /** `Clock starts on Referral assessed (…AV): 88 points more (60 to 97)` */
  const difference = ({ aspect: of, code: which, difference: by, low, high }: Difference): string =>
    t('practice.difference', {
      what: which === undefined ? aspect(of) : t('practice.startOn', { code: code(which) }),
      by: signed(by),
      low: signed(low),
      high: signed(high),
    })
  return { ...bench, list, place, code, shortCode, aspect, saying, change, difference }
}
export type PracticeWords = ReturnType<typeof usePracticeWords>
