import type { Pack } from '../pack/pack.ts'
import type { Condition, Verdict } from '../pack/schema.ts'
import { readDay } from '../words/day.ts'
import type { Chosen } from './chosen.ts'

/** What conditions are asked of: one pathway, its choice of entries and, where clocks are done, their verdicts. */
export interface Facts {
  readonly pack: Pack
  readonly variant: string
  readonly chosen: readonly (Chosen | undefined)[]
  /** undefined: the pathway has no such clock. */
  readonly verdictOf: (interval: string) => Verdict | undefined
}

const slotOf = (facts: Facts, id: string): Chosen | undefined => facts.chosen[facts.pack.slots.findIndex((slot) => slot.id === id)]

/** '' when the attribute's slot has an entry that sets no value; undefined when it has no entry. */
export function attributeOf(facts: Pick<Facts, 'pack' | 'chosen'>, id: string): string | undefined {
  const attribute = facts.pack.attributes.find((a) => a.id === id)
  const chosen = attribute && facts.chosen[attribute.slot]
  return chosen && (chosen.coded.row.sets[id] ?? '')
}

type Keyed<K extends string> = Extract<Condition, Record<K, unknown>>
const answers: {
  readonly [K in
    | 'known'
    | 'missing'
    | 'before'
    | 'notAfter'
    | 'samePlace'
    | 'onOrAfter'
    | 'variant'
    | 'verdict'
    | 'attribute'
    | 'all'
    | 'any'
    | 'not']: (c: Keyed<K>, facts: Facts) => boolean
} = {
  known: (c, facts) => slotOf(facts, c.known) !== undefined,
  missing: (c, facts) => slotOf(facts, c.missing) === undefined,
  before: (c, facts) => inOrder(c.before, facts, (a, b) => a < b),
  notAfter: (c, facts) => inOrder(c.notAfter, facts, (a, b) => a <= b),
  samePlace: (c, facts) => {
    const [a, b] = c.samePlace.map((id) => slotOf(facts, id)?.coded.entry.place)
    return a !== undefined && a === b
  },
  onOrAfter: (c, facts) => (slotOf(facts, c.onOrAfter)?.day ?? Number.NEGATIVE_INFINITY) >= (readDay(c.date) ?? Number.POSITIVE_INFINITY),
  variant: (c, facts) => c.variant.includes(facts.variant),
  verdict: (c, facts) => {
    const verdict = facts.verdictOf(c.verdict)
    return verdict !== undefined && c.in.includes(verdict)
  },
  attribute: (c, facts) => {
    const value = attributeOf(facts, c.attribute)
    return value !== undefined && c.in.includes(value)
  },
  all: (c, facts) => c.all.every((part) => holds(part, facts)),
  any: (c, facts) => c.any.some((part) => holds(part, facts)),
  not: (c, facts) => !holds(c.not, facts),
}

function inOrder([a, b]: readonly [string, string], facts: Facts, order: (a: number, b: number) => boolean): boolean {
  const [first, second] = [slotOf(facts, a), slotOf(facts, b)]
  return first !== undefined && second !== undefined && order(first.time, second.time)
}

/** What is not known makes a condition about it false, never unknown; `missing` asks for it. */
export function holds(condition: Condition, facts: Facts): boolean {
  const kind = conditionKind(condition)
  return (answers[kind] as (c: Condition, facts: Facts) => boolean)(condition, facts) // the kind was read off this very condition
}

/** The key that tells conditions apart; `in` and `date` go along with others. */
export function conditionKind(condition: Condition): keyof typeof answers {
  return Object.keys(condition).find((key): key is keyof typeof answers => key in answers)!
}
