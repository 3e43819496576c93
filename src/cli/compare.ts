import { type Comparison, changedPathways, compareSides, type Side } from '../core/measure/compare.ts'
import type { Cell } from '../core/measure/figure.ts'
import type { Indicator, Pack } from '../core/pack/pack.ts'
import { periodText } from '../core/words/day.ts'
import { endOfDay } from '../core/words/instant.ts'
import { loadPack } from '../store/pack-folder.ts'
import { periodOption } from './account.ts'
import type { Io } from './io.ts'
import { dayOption, findIndicators, mustRead, openSession, type Session, type SessionOptions, UsageError } from './session.ts'
import { textTable } from './table.ts'

export interface CompareOptions extends Omit<SessionOptions, 'asOf'> {
  readonly pack: readonly string[]
  readonly asOf: readonly string[]
  readonly indicator?: readonly string[]
  readonly place?: string
  readonly period?: string
  readonly variant?: string
  readonly format: string
}

/** `varde compare`: why a figure differs between two days, or under two packs, pathway by pathway. */
export async function compare(options: CompareOptions, io: Io): Promise<void> {
  if (options.format !== 'table' && options.format !== 'json') throw new UsageError(`no format "${options.format}": table, json`)
  const days = options.asOf.length === 2
  if (days === (options.pack.length === 2) || options.asOf.length > 2 || options.pack.length > 2 || (!days && options.asOf.length > 1))
    throw new UsageError('compare two days (--as-of twice, --pack once) or two packs (--pack twice, --as-of at most once)')
  const newer = options.pack[1] === undefined ? undefined : mustRead(await loadPack(options.pack[1]))
  const { asOf, ...rest } = options
  const last = asOf.at(-1)
  const session = await openSession(options.pack[0]!, { ...rest, ...(last === undefined ? {} : { asOf: last }) }, io)
  try {
    const answers = []
    for (const indicator of findIndicators(session.pack, options.indicator))
      answers.push(await compareOne(session, indicator, { options, newer }))
    const same = newer !== undefined && packName(session.pack) === packName(newer)
    const named = (pack: Pack, folder: string | undefined) => (same ? `${packName(pack)} in ${folder}` : packName(pack))
    const sides = newer ? { from: named(session.pack, options.pack[0]), to: named(newer, options.pack[1]) } : { from: asOf[0]!, to: last! }
    io.out(
      options.format === 'json'
        ? `${JSON.stringify({ ...sides, comparisons: answers }, null, 2)}\n`
        : answers.map((a) => comparisonText(a, sides)).join('\n'),
    )
  } finally {
    await session.close()
  }
}

const packName = (pack: Pack) => `${pack.id} ${pack.version}`

async function compareOne(
  session: Session,
  indicator: Indicator,
  { options, newer }: { options: CompareOptions; newer: Pack | undefined },
): Promise<Comparison & { indicator: string }> {
  const period = options.period === undefined ? undefined : periodOption(options.period)
  const cell: Cell = { place: options.place ?? null, period: period?.number ?? null, variant: options.variant ?? null }
  const grouped = {
    by: new Set((['place', 'period', 'variant'] as const).filter((key) => cell[key] !== null)),
    period: period?.kind ?? 'month',
  } as const
  const first = newer ? session.asking.asOf : dayOption(options.asOf[0]!)
  const sides: Side[] = []
  for (const [pack, asOf] of [
    [session.pack, first],
    [newer ?? session.pack, session.asking.asOf],
  ] as const) {
    const own = pack.indicators.find((i) => i.id === indicator.id)
    if (!own) throw new UsageError(`the second pack has no indicator "${indicator.id}"`)
    const asking = { asOf, asOfAt: endOfDay(asOf, pack.zone) }
    const engine = pack === session.pack ? session.engine : await session.under(pack)
    sides.push({ pack, indicator: own, asking, lines: await engine.account(own, asking, grouped, cell) })
  }
  const [from, to] = sides as [Side, Side]
  const changed = changedPathways(from, to)
  const pathways = new Map<Pack, Awaited<ReturnType<Session['pathwaysOf']>>>()
  for (const pack of new Set([from.pack, to.pack]))
    pathways.set(pack, await session.pathwaysOf([...new Set(changed.map((c) => c.pathway))], pack))
  const comparison = compareSides(from, to, (id, pack) =>
    pathways
      .get(pack)
      ?.find((p) => p.ledger === id.ledger && p.id === id.pathway && (pack.variantFrom === 'entry' || p.variant === id.variant)),
  )
  return { indicator: indicator.id, ...(period ? { period: periodText(period.number, period.kind) } : {}), ...comparison }
}

const becauseWords: Readonly<Record<string, string>> = {
  arrived: 'entries arrived',
  corrected: 'an entry was corrected',
  withdrawn: 'an entry was withdrawn',
  rule: 'a rule differs',
  'pack-fact': 'something unknown became known',
  time: 'time went on',
}

const signed = (n: number) => (n > 0 ? `+${n}` : String(n))

export function comparisonText(c: Comparison & { indicator: string }, sides: { from: string; to: string }): string {
  const line = (what: 'numerator' | 'denominator') => `${what}: ${c[what].from} to ${c[what].to} (${signed(c[what].difference)})`
  const heading = `${c.indicator}: ${sides.from} against ${sides.to}\n${line('numerator')}, ${line('denominator')}\n`
  if (c.items.length === 0) return `${heading}No pathway counts otherwise.\n`
  const items = textTable(
    ['because', 'pathways', 'numerator', 'denominator', 'of these coded late'],
    c.items.map((i) => [
      becauseWords[i.because] ?? i.because,
      String(i.pathways),
      signed(i.numerator),
      signed(i.denominator),
      i.because === 'arrived' ? String(i.codingLate) : '',
    ]),
    new Set([1, 2, 3, 4]),
  )
  const shown = c.differences.slice(0, 40)
  const pathways = textTable(
    ['pathway', 'variant', 'because', 'numerator', 'denominator', 'detail'],
    shown.map((d) => [
      d.pathway,
      d.variant,
      d.codingLate ? `${d.because}, coded late` : d.because,
      signed(d.numerator),
      signed(d.denominator),
      d.detail,
    ]),
    new Set([3, 4]),
  )
  const more =
    c.differences.length > shown.length ? `and ${c.differences.length - shown.length} more pathways; --format json lists all\n` : ''
  return `${heading}\n${items}\n${pathways}${more}`
}
