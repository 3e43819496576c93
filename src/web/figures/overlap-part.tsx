import { Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import type { BenchAsked } from './bench-column.tsx'
import { Opens } from './opens.tsx'
import type { AccountOf } from './search.ts'

/** Two definitions of one idea: how many pathways only one of them counts, or counts otherwise. Each number opens them, for those who may see. */
export function OverlapPart({
  asked,
  against,
  onAccount,
}: {
  readonly asked: BenchAsked
  readonly against: string
  readonly onAccount: ((of: AccountOf) => void) | undefined
}) {
  const { t } = useTranslation()
  const id = useId()
  const { chart: _, ...cell } = asked
  const query = { ...cell, against }
  const read = useQuery({ queryKey: ['figures', 'overlap', query], queryFn: ({ signal }) => ask('readOverlap', { query, signal }) })
  const found = read.data
  const lines =
    found === undefined
      ? []
      : [
          { count: found.alike, words: t('bench.overlapAlike'), of: undefined },
          { count: found.otherwise, words: t('bench.overlapOtherwise'), of: { counts: 'otherwise' } as const },
          { count: found.onlyOne, words: t('bench.overlapOnly', { id: asked.indicator }), of: { counts: 'only' } as const },
          { count: found.onlyOther, words: t('bench.overlapOnly', { id: against }), of: { counts: 'only', beside: true } as const },
        ]
  return (
    <section aria-labelledby={id} className="bench-overlap">
      <Heading level="2" size="xsmall" id={id}>
        {t('bench.overlap')}
      </Heading>
      {read.error ? <Refusal error={read.error} /> : null}
      <ul className="plain bench-split">
        {lines.map(({ count, words, of }) => (
          <li key={words}>
            {of === undefined || count === 0 ? (
              count
            ) : (
              <Opens of={of} onAccount={onAccount}>
                {count}
              </Opens>
            )}{' '}
            {words}
          </li>
        ))}
      </ul>
      {found !== undefined && found.otherwise + found.onlyOne + found.onlyOther === 0 ? (
        <p className="quiet">{t('bench.overlapNone')}</p>
      ) : null}
    </section>
  )
}
