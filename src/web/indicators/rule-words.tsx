import { Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { DefinitionTold } from '../../core/life/definition.ts'
import type { Condition } from '../../core/pack/schema.ts'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'

/** What ids of a pack are called, in the language of the page where the pack says it. */
export function useNames(names: DefinitionTold['names']) {
  const { i18n } = useTranslation()
  return (what: keyof DefinitionTold['names'], id: string): string => {
    const named = names[what][id]
    return named?.names?.[i18n.language] ?? named?.name ?? id
  }
}

/** A condition of a pack as part of a sentence. */
function useConditionWords(names: DefinitionTold['names']) {
  const { t } = useTranslation()
  const named = useNames(names)
  const slot = (id: string): string => named('slots', id)
  const two = ([a, b]: readonly [string, string]) => ({ a: slot(a), b: slot(b) })
  const or = t('life.c.or')
  const inside = (condition: Condition): string =>
    ('all' in condition && condition.all.length > 1) || ('any' in condition && condition.any.length > 1)
      ? `(${words(condition)})`
      : words(condition)
  const words = (condition: Condition): string => {
    if ('all' in condition) return condition.all.map(inside).join(t('life.c.and'))
    if ('any' in condition) return condition.any.map(inside).join(or)
    if ('not' in condition) return t('life.c.not', { a: inside(condition.not) })
    if ('known' in condition) return t('life.c.known', { a: slot(condition.known) })
    if ('missing' in condition) return t('life.c.missing', { a: slot(condition.missing) })
    if ('before' in condition) return t('life.c.before', two(condition.before))
    if ('notAfter' in condition) return t('life.c.notAfter', two(condition.notAfter))
    if ('samePlace' in condition) return t('life.c.samePlace', two(condition.samePlace))
    if ('onOrAfter' in condition) return t('life.c.onOrAfter', { a: slot(condition.onOrAfter), b: condition.date })
    if ('variant' in condition) return t('life.c.variant', { a: condition.variant.map((id) => named('variants', id)).join(or) })
    if ('verdict' in condition)
      return t('life.c.verdict', {
        a: named('intervals', condition.verdict),
        b: condition.in.map((verdict) => t(`life.c.says.${verdict}`)).join(or),
      })
    return t('life.c.attribute', { a: condition.attribute, b: condition.in.join(or) })
  }
  return words
}

/** What an indicator of the pack takes and asks, made from the rules themselves; and the rule as the pack has it. */
export const useDefinition = (pack: string, indicator: string | undefined) =>
  useQuery({
    queryKey: ['definition', pack, indicator],
    enabled: indicator !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // The service makes it by the function that has this answer.
    queryFn: async ({ signal }) =>
      (await ask('readDefinition', { query: { pack, indicator: indicator ?? '' }, signal })) as unknown as DefinitionTold,
  })

export function RuleWords({ pack, indicator }: { readonly pack: string; readonly indicator: string }) {
  const { t } = useTranslation()
  const read = useDefinition(pack, indicator)
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <Heading level="2" size="xsmall" id={id}>
        {t('life.words')}
      </Heading>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {read.data === undefined ? null : <Told told={read.data} pack={pack} />}
    </section>
  )
}

function Told({ told, pack: id }: { readonly told: DefinitionTold; readonly pack: string }) {
  const { t } = useTranslation()
  const { packs } = useSession()
  const condition = useConditionWords(told.names)
  const named = useNames(told.names)
  const pack = packs.find((one) => one.id === id)
  const { clock } = told
  const namesOf = (slots: readonly string[]): string => slots.map((id) => named('slots', id)).join(', ')
  const moment = (choose: 'earliest' | 'latest' | 'firstKnown', slots: readonly string[]): string =>
    slots.length === 1 ? namesOf(slots) : t(`life.w.${choose}`, { names: namesOf(slots) })
  const rows: readonly (readonly [title: string, value: ReactNode])[] = [
    [t('life.w.question'), told.question],
    [
      t('life.w.population'),
      [
        told.denominator.replace(/\.?$/, '.'),
        told.population === undefined ? '' : t('life.w.only', { condition: condition(told.population) }),
        told.unknown === undefined ? '' : t('life.w.popUnknown', { why: told.unknown }),
      ].join(' '),
    ],
    ...(clock === undefined
      ? []
      : ([
          [
            t('life.w.clock'),
            [
              t('life.w.clockFrom', {
                name: named('intervals', clock.id),
                from: moment(clock.from, clock.fromSlots),
                to: moment(clock.to, clock.toSlots),
                unit: t(`life.w.unit.${clock.unit}`),
              }),
              clock.restartedBy === undefined ? '' : t('life.w.restarted', { name: named('slots', clock.restartedBy) }),
              clock.pauses.length === 0 ? '' : t('life.w.pauses', { names: clock.pauses.join(', ') }),
              t(told.overrunMissed ? 'life.w.overrunMissed' : 'life.w.overrunLeft'),
            ].join(' '),
          ],
        ] as const)),
    ...(told.condition === undefined ? [] : ([[t('life.w.condition'), condition(told.condition)]] as const)),
    ...(told.excluded.length === 0
      ? []
      : ([
          [
            t('life.w.excluded'),
            <ul key="excluded" className="plain">
              {told.excluded.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>,
          ],
        ] as const)),
    [t('life.w.placed'), t('life.w.placedBy', { period: namesOf(told.period), place: namesOf(told.place) })],
    ...(told.limits.length === 0 ? [] : ([[t('life.w.limits'), <Limits key="limits" told={told} />]] as const)),
    [
      t('life.w.sources'),
      <ul key="sources" className="plain">
        {told.sources.map(({ title, url }) => (
          <li key={title}>
            {url === undefined ? (
              title
            ) : (
              <a className="as-link" href={url}>
                {title}
              </a>
            )}
          </li>
        ))}
      </ul>,
    ],
    ...(told.note === undefined ? [] : ([[t('life.w.note'), told.note]] as const)),
  ]
  return (
    <>
      <p className="quiet">{t('life.wordsFrom', { pack: `${pack?.title ?? id} ${pack?.version ?? ''}` })}</p>
      <dl className="facts">
        {rows.map(([title, value]) => (
          <div key={title} className="fact">
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{t('life.rule')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is reached by keyboard */}
        <pre className="rule" tabIndex={0}>
          {told.rule}
        </pre>
      </details>
    </>
  )
}

function Limits({ told: { limits, clock, names } }: { readonly told: DefinitionTold }) {
  const { t } = useTranslation()
  const named = useNames(names)
  const of = ({ variants, kinds }: (typeof limits)[number]): string => [...variants.map((id) => named('variants', id)), ...kinds].join(', ')
  const unit = clock === undefined ? '' : t(`life.w.unit.${clock.unit}`)
  return (
    <details>
      <summary>{t('life.w.limitRows', { count: limits.length })}</summary>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('life.w.limitOf')}</th>
            <th scope="col">{t('life.w.limitAmount')}</th>
            <th scope="col">{t('life.w.limitFrom')}</th>
            <th scope="col">{t('life.w.limitTo')}</th>
            <th scope="col">{t('life.w.source')}</th>
          </tr>
        </thead>
        <tbody>
          {limits.map((row) => (
            <tr key={JSON.stringify(row)}>
              <th scope="row">{of(row) || t('life.w.limitAll')}</th>
              <td>
                {row.untimed
                  ? t('life.w.untimed')
                  : row.amount === undefined
                    ? `${t('life.w.limitUnknown')}: ${row.unknown ?? ''}`
                    : `${row.amount} ${unit}`}
              </td>
              <td>{row.from}</td>
              <td>{row.to}</td>
              <td>{row.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
