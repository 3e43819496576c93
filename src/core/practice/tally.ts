import { type Asking, barredOf, type Chosen, momentOf, type Pathway } from '../clock/chosen.ts'
import { type Clock, readClock, readPathway } from '../clock/clock.ts'
import type { Entry, Standing } from '../ledger/entry.ts'
import { linesOf } from '../measure/account.ts'
import type { Indicator, Pack } from '../pack/pack.ts'
import { type PeriodKind, periodOf } from '../words/day.ts'
import { getOrMake } from '../words/lookup.ts'

/** How an entry came in: brought by another system's message, a proposal that somebody accepted, typed, or taken in with others. */
export const ways = ['message', 'proposal', 'by-hand', 'imported'] as const
export type Way = (typeof ways)[number]

/** From what a ledger keeps as the source of an entry; nothing where somebody typed it. As the column `way` of the ledger has it. */
export function wayOf(source: string | null): Way {
  if (source === null) return 'by-hand'
  return source.startsWith('message ') ? 'message' : source.startsWith('proposal ') ? 'proposal' : 'imported'
}

/** Which pathways are asked about, besides the indicator: those of one period, of one variant. Always all places. */
export interface PracticeCell {
  readonly period: number | null
  readonly kind: PeriodKind
  readonly variant: string | null
}

/**
 * Counts by place: all that is said of how places code is made from these. A pathway counts once at each place that has a part of it, and
 * its entries with it; an entry is named by its code as the pack writes it, `{variant}A`, so that kinds of pathway can be put together.
 */
export interface PracticeTally {
  readonly pathways: readonly {
    readonly place: string
    readonly all: number
    readonly counted: number
    /** Of those counted: all that the verdict rests on was recorded in time. */
    readonly inTime: number
    /** Finished, ended, or past the limit. */
    readonly over: number
    /** Of those over: past the limit with neither stop nor end, and nothing since. */
    readonly notCoded: number
    /** Something the verdict rests on is in doubt. */
    readonly doubt: number
  }[]
  /** Codes of the entries that clocks start on, by month of start. */
  readonly starts: readonly { readonly place: string; readonly month: number; readonly code: string; readonly n: number }[]
  /** `lag`: days from occurred to recorded. */
  readonly codes: readonly { readonly place: string; readonly code: string; readonly lag: number; readonly n: number }[]
  readonly made: readonly {
    readonly place: string
    readonly recorder: string
    /** Where another decided than the one who recorded. */
    readonly decider: string | null
    readonly standing: Standing
    readonly way: Way
    readonly n: number
  }[]
  /** By month of recording: entries, all their days from occurred to recorded, how many had a duty, how many of these kept it. */
  readonly months: readonly {
    readonly place: string
    readonly month: number
    readonly n: number
    readonly days: number
    readonly due: number
    readonly inTime: number
  }[]
}

export const emptyTally: PracticeTally = { pathways: [], starts: [], codes: [], made: [], months: [] }

/** Of what an entry marks, the strictest duty; undefined where the pack sets none. */
export function dutyOf(pack: Pack, slots: readonly number[]): number | undefined {
  const duties = slots.flatMap((slot) => pack.slots[slot]?.dutyDays ?? [])
  return duties.length === 0 ? undefined : Math.min(...duties)
}

/** Adds up rows that are alike in all but their numbers. */
class Sums<K extends object, N extends string> {
  private readonly rows = new Map<string, { readonly key: K; readonly sums: Record<N, number> }>()
  private readonly names: readonly N[]
  constructor(...names: readonly N[]) {
    this.names = names
  }
  add(key: K, numbers: Readonly<Record<N, number>>): void {
    const none = () => ({ key, sums: Object.fromEntries(this.names.map((name) => [name, 0])) as Record<N, number> }) // one number for each name
    const { sums } = getOrMake(this.rows, JSON.stringify(key), none)
    for (const name of this.names) sums[name] += numbers[name]
  }
  get all(): readonly (K & Readonly<Record<N, number>>)[] {
    return [...this.rows.values()].map(({ key, sums }) => ({ ...key, ...sums }))
  }
}

type Row<K extends keyof PracticeTally> = PracticeTally[K][number]

/** The plain count, one pathway at a time, and the judge of the other. */
export function tallyPractice(
  pack: Pack,
  indicator: Indicator,
  pathways: readonly Pathway[],
  { asking, cell, wayFor }: { readonly asking: Asking; readonly cell: PracticeCell; readonly wayFor: (entry: Entry) => Way },
): PracticeTally {
  const sums = {
    pathways: new Sums<Pick<Row<'pathways'>, 'place'>, 'all' | 'counted' | 'inTime' | 'over' | 'notCoded' | 'doubt'>(
      ...(['all', 'counted', 'inTime', 'over', 'notCoded', 'doubt'] as const),
    ),
    starts: new Sums<Omit<Row<'starts'>, 'n'>, 'n'>('n'),
    codes: new Sums<Omit<Row<'codes'>, 'n'>, 'n'>('n'),
    made: new Sums<Omit<Row<'made'>, 'n'>, 'n'>('n'),
    months: new Sums<Pick<Row<'months'>, 'place' | 'month'>, 'n' | 'days' | 'due' | 'inTime'>('n', 'days', 'due', 'inTime'),
  }
  for (const pathway of pathways) {
    const reading = readPathway(pack, pathway, asking)
    const lines = linesOf(reading, indicator).filter(
      (line) =>
        line.leftOut !== 'excluded-by-definition' &&
        (cell.period === null || periodOf(line.periodDay, cell.kind) === cell.period) &&
        (cell.variant === null || line.variant === cell.variant),
    )
    if (lines.length === 0) continue
    const clock = indicator.within && readClock(reading, indicator.within)
    const base = reading.chosen.base
    const rests = clock ? [clock.start, clock.stop] : [momentOf(indicator.period, base), momentOf(indicator.place, base)]
    const entries = pathway.entries.filter((coded) => !barredOf(coded, asking))
    for (const line of lines) {
      const { place } = line
      const one = (is: boolean | undefined): number => (is ? 1 : 0)
      sums.pathways.add(
        { place },
        {
          all: 1,
          counted: one(line.bin !== 'left-out'),
          inTime: one(line.realTime),
          over: one(clock && isOver(clock)),
          notCoded: one(clock?.verdict === 'overrun' && !clock.waiting),
          doubt: one(rests.some(isDoubtful)),
        },
      )
      if (clock?.start) {
        const { coded, day } = clock.start
        sums.starts.add({ place, month: periodOf(day, 'month'), code: coded.row.text.code }, { n: 1 })
      }
      for (const { entry, row } of entries) {
        const lag = entry.recorded - entry.occurred
        const duty = dutyOf(pack, row.slots)
        sums.codes.add({ place, code: row.text.code, lag }, { n: 1 })
        sums.made.add(
          { place, recorder: entry.recorder ?? '', decider: entry.decider ?? null, standing: entry.standing, way: wayFor(entry) },
          { n: 1 },
        )
        sums.months.add(
          { place, month: periodOf(entry.recorded, 'month') },
          { n: 1, days: lag, due: one(duty !== undefined), inTime: one(duty !== undefined && lag <= duty) },
        )
      }
    }
  }
  return {
    pathways: sums.pathways.all,
    starts: sums.starts.all,
    codes: sums.codes.all,
    made: sums.made.all,
    months: sums.months.all,
  }
}

const isOver = ({ verdict, reason }: Clock): boolean =>
  verdict === 'met' || verdict === 'missed' || verdict === 'overrun' || reason === 'ended-otherwise'

const isDoubtful = (chosen: Chosen | undefined): boolean => chosen !== undefined && chosen.coded.entry.standing !== 'sure'
