import fc from 'fast-check'
import type { InstalledPack } from '../../src/store/install-packs.ts'
import type { Act } from '../../src/store/ledger-database.ts'

/** What may happen in a pathway, as numbers that any pathway can take: a code, days back, and the entry that is meant. */
export interface Happening {
  readonly what: 'recorded' | 'corrected' | 'withdrawn'
  readonly code: number
  readonly daysBack: number
  readonly standing: string
  readonly value: number
  readonly meant: number
}

export const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('recorded' as const) },
    { weight: 2, arbitrary: fc.constant('corrected' as const) },
    { weight: 1, arbitrary: fc.constant('withdrawn' as const) },
  ),
  code: fc.nat(9_999),
  daysBack: fc.nat(400),
  standing: fc.constantFrom('sure', 'sure', 'sure', 'likely', 'unknown', 'ruled-out', 'asked', 'let-stand'),
  value: fc.nat(30),
  meant: fc.nat(9_999),
})

/** The act of a happening, given the entries that stand; undefined where there is nothing to correct or withdraw. */
export function actOf(
  { content }: InstalledPack,
  happening: Happening,
  { standing, place, today }: { readonly standing: readonly number[]; readonly place: number; readonly today: Date },
): Omit<Act, 'key' | 'pathway'> | undefined {
  const code = content.codes[happening.code % content.codes.length]!
  const meant = standing[happening.meant % Math.max(1, standing.length)]
  if (happening.what !== 'recorded' && meant === undefined) return undefined
  if (happening.what === 'withdrawn') return { kind: 'withdrawn', payload: { withdraws: meant, reason: 'invented' } }
  const occurred = new Date(today.getTime() - happening.daysBack * 86_400_000)
  const payload = {
    code: code.code,
    occurred: occurred.toISOString().slice(0, 10),
    occurredAt: content.time === 'minute' ? Math.floor(occurred.getTime() / 1_000) : undefined,
    standing: happening.standing,
    value: happening.value,
    variant: content.variantFrom === 'entry' ? content.variants[0] : undefined,
    place,
  }
  return happening.what === 'recorded'
    ? { kind: 'recorded', payload }
    : { kind: 'corrected', payload: { ...payload, corrects: meant, reason: 'invented' } }
}
