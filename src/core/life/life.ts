import type { PersonRole } from '../words/role.ts'

/** The life of an indicator: what was wanted of it, said about it and done with it, as a fold over dated records. Nothing of it counts in a figure. */

export const stages = ['idea', 'definition', 'data-match', 'trial', 'in-use', 'retired'] as const
export type Stage = (typeof stages)[number]

/** What an indicator is for. Each begins with the first, which nobody is paid or ranked by. */
export const purposes = ['learning', 'payment', 'public-ranking'] as const
export type Purpose = (typeof purposes)[number]

export const frictionKinds = ['missing', 'ambiguous', 'late', 'not-accessible', 'disputed', 'burdensome'] as const
export type FrictionKind = (typeof frictionKinds)[number]

/** Where an element of a definition is found. */
export const presences = ['recorded', 'derivable', 'elsewhere', 'not-recorded'] as const
export type Presence = (typeof presences)[number]

/** One thing the definition needs to be known, by its name. */
export interface Element {
  readonly name: string
  readonly says: string
}

export interface Matched {
  readonly name: string
  readonly is: Presence
  /** Where it is, or why it is not. */
  readonly where?: string | undefined
}

/** What a record says, by its kind. */
export interface Sayings {
  readonly idea: { readonly name: string; readonly wanted: string; readonly indicator?: string | undefined }
  /** `because`: numbers of frictions, or that none is given. `changed`: what is new, in words. */
  readonly definition: {
    readonly elements: readonly Element[]
    readonly because: readonly number[] | 'none-given'
    readonly changed?: string | undefined
  }
  readonly match: { readonly elements: readonly Matched[] }
  readonly step: { readonly to: Stage; readonly why: string; readonly dropped?: string | undefined }
  readonly friction: { readonly friction: FrictionKind; readonly note: string; readonly changed?: string | undefined }
  readonly gap: { readonly gap: string }
  readonly 'purpose-proposed': { readonly purpose: Purpose; readonly why: string }
  readonly 'purpose-answered': { readonly proposal: number; readonly agreed: boolean; readonly why?: string | undefined }
  /** Somebody tried to agree who may not: kept, so that everybody sees it. */
  readonly 'purpose-refused': { readonly proposal: number; readonly because: 'own-proposal' | 'no-right' }
  /** What recording takes: items a case, cases a year, minutes an item. */
  readonly cost: { readonly items: readonly string[]; readonly cases: number; readonly minutes: number }
  /** Cases that there were in a year. */
  readonly observed: { readonly cases: number }
  readonly effect: { readonly wanted: string; readonly unwanted: string }
  readonly joined: { readonly indicator: string }
  readonly 'taken-back': { readonly record: number }
}
export type RecordKind = keyof Sayings
export type Said = { readonly [K in RecordKind]: { readonly kind: K } & Sayings[K] }[RecordKind]

/** One thing said, by whom, when. `n`: the number of its act in the ledger; `on`: the day at the ledger's place. */
export interface LifeRecord {
  readonly n: number
  readonly on: string
  readonly by: number
  readonly role: PersonRole
  readonly said: Said
}
type About = Omit<LifeRecord, 'said'>
type Dated<K extends RecordKind> = About & Sayings[K]

/** A friction, with the definitions that name it. */
export type Friction = Dated<'friction'> & { readonly definitions: readonly number[] }

export interface Life {
  readonly name: string
  readonly wanted: string
  readonly indicator: string | undefined
  readonly stage: Stage
  /** Since when it stands in this stage. */
  readonly since: string
  readonly steps: readonly (About & { readonly from: Stage | undefined } & Sayings['step'])[]
  readonly definition: Dated<'definition'> | undefined
  readonly definitions: readonly Dated<'definition'>[]
  /** One line for each element of the definition; one that nobody has looked for yet has no `is`. */
  readonly sheet: readonly (Element & { readonly is: Presence | undefined; readonly where: string | undefined })[]
  readonly gap: Dated<'gap'> | undefined
  readonly purpose: Purpose
  readonly proposal: Dated<'purpose-proposed'> | undefined
  readonly cost: Dated<'cost'> | undefined
  readonly observed: Dated<'observed'> | undefined
  readonly frictions: readonly Friction[]
  readonly effects: readonly Dated<'effect'>[]
}

const nothing: Life = {
  name: '',
  wanted: '',
  indicator: undefined,
  stage: 'idea',
  since: '',
  steps: [],
  definition: undefined,
  definitions: [],
  sheet: [],
  gap: undefined,
  purpose: 'learning',
  proposal: undefined,
  cost: undefined,
  observed: undefined,
  frictions: [],
  effects: [],
}

const tells: { readonly [K in RecordKind]: (life: Life, said: Sayings[K], about: About) => Partial<Life> } = {
  idea: (_, { name, wanted, indicator }, about) => ({
    name,
    wanted,
    indicator,
    since: about.on,
    steps: [{ ...about, from: undefined, to: 'idea', why: wanted }],
  }),
  definition: (life, said, about) => ({
    definition: { ...about, ...said },
    definitions: [...life.definitions, { ...about, ...said }],
    // What was found out of an element stands as long as the element means the same.
    sheet: said.elements.map(({ name, says }) => {
      const known = life.sheet.find((line) => line.name === name && line.says === says)
      return { name, says, is: known?.is, where: known?.where }
    }),
    frictions: life.frictions.map((one) =>
      said.because !== 'none-given' && said.because.includes(one.n) ? { ...one, definitions: [...one.definitions, about.n] } : one,
    ),
  }),
  match: (life, { elements }) => ({
    sheet: life.sheet.map((line) => {
      const found = elements.find(({ name }) => name === line.name)
      return found === undefined ? line : { ...line, is: found.is, where: found.where }
    }),
  }),
  step: (life, said, about) => ({
    stage: said.to,
    since: about.on,
    steps: [...life.steps, { ...about, from: life.stage, ...said }],
  }),
  friction: (life, said, about) => ({ frictions: [...life.frictions, { ...about, ...said, definitions: [] }] }),
  gap: (_, said, about) => ({ gap: { ...about, ...said } }),
  'purpose-proposed': (_, said, about) => ({ proposal: { ...about, ...said } }),
  'purpose-answered': (life, { agreed }) => ({
    proposal: undefined,
    ...(agreed && life.proposal !== undefined ? { purpose: life.proposal.purpose } : {}),
  }),
  'purpose-refused': () => ({}),
  cost: (_, said, about) => ({ cost: { ...about, ...said }, observed: undefined }),
  observed: (_, said, about) => ({ observed: { ...about, ...said } }),
  effect: (life, said, about) => ({ effects: [...life.effects, { ...about, ...said }] }),
  joined: (_, { indicator }) => ({ indicator }),
  'taken-back': () => ({}),
}

export const recordKinds = Object.keys(tells) as [RecordKind, ...RecordKind[]] // keys of our own table, which is not empty

/** The life after one more record. */
export function after(life: Life, { said, ...about }: LifeRecord): Life {
  const tell = tells[said.kind] as (life: Life, said: Said, about: About) => Partial<Life> // the kind was read off this very saying
  return { ...life, ...tell(life, said, about) }
}

/** Records that hold on a day, in their order: those of a later day had not been said, and those taken back by then no longer stand. */
export function standing(records: readonly LifeRecord[], on?: string): readonly LifeRecord[] {
  const then = records.filter((record) => on === undefined || record.on <= on)
  const back = new Set(then.flatMap(({ said }) => (said.kind === 'taken-back' ? [said.record] : [])))
  return then.filter(({ n, said }) => !back.has(n) && said.kind !== 'taken-back')
}

/** A life as it was on a day, or as it is; undefined: there was none yet. Records come in the order in which they were said. */
export function lifeOn(records: readonly LifeRecord[], on?: string): Life | undefined {
  const then = standing(records, on)
  return then.length === 0 ? undefined : then.reduce(after, nothing)
}

/** Elements that are recorded nowhere: with one of them there is no number here. */
export const missingOf = ({ sheet }: Pick<Life, 'sheet'>): readonly string[] =>
  sheet.filter(({ is }) => is === 'not-recorded').map(({ name }) => name)

/** Minutes a year that recording takes, by the estimate, and by the cases there were. */
export function costOf({ cost, observed }: Pick<Life, 'cost' | 'observed'>): {
  readonly estimated: number | undefined
  readonly observed: number | undefined
} {
  const minutes = cost === undefined ? undefined : cost.items.length * cost.minutes
  const of = (cases: number | undefined) => (minutes === undefined || cases === undefined ? undefined : minutes * cases)
  return { estimated: of(cost?.cases), observed: of(observed?.cases) }
}
