import { readClock, readPathway } from '../clock/clock.ts'
import { arrive } from '../ledger/arrive.ts'
import type { ArrivingEntry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import { generateEntries, happens, picker } from '../measure/generate.ts'
import type { Scenario } from '../measure/scenario.ts'
import type { Pack } from '../pack/pack.ts'
import type { Verdict } from '../pack/schema.ts'
import type { Role } from '../rights/rights.ts'
import { type Random, randomOf } from '../words/chance.ts'
import { addDays, type Day, dayOf, dayText } from '../words/day.ts'
import { endOfDay } from '../words/instant.ts'
import { getOrMake } from '../words/lookup.ts'
import { type Habitual, withHabits } from './habit.ts'
import { impossibleNumber } from './identity.ts'
import { type Span, writeLetter } from './letter.ts'
import { keeperOf, type Region } from './region.ts'

export interface PlannedPatient {
  readonly name: string
  readonly nationalId: string
  readonly born: string
}

export interface PlannedLetter {
  readonly kind: string
  readonly title: string
  readonly written: string
  readonly received: string
  readonly author: string
  readonly body: string
}

/** What happens in a pathway, in the order in which it was recorded. */
export interface PlannedEntry {
  readonly kind: 'imported' | 'withdrawn'
  readonly payload: Readonly<Record<string, unknown>>
  readonly place?: string
  /** Position, among this pathway's, of the entry it corrects or withdraws. */
  readonly about?: number
  readonly evidence?: { readonly letter: number; readonly span: Span; readonly receivedOn?: string }
}

/** How a pathway stands: its clocks, the limit that comes first, and the milestone that one waits for. */
interface Standing {
  readonly verdicts: readonly Verdict[]
  readonly limitDay: Day | undefined
  readonly waitsFor: string | undefined
}

export interface PlannedWork {
  readonly by: string
  readonly kind: 'note' | 'next-step' | 'query' | 'escalation'
  readonly state: string
  readonly open: boolean
  readonly ownerRole?: Role
  readonly due?: string
  readonly body: Readonly<Record<string, unknown>>
  /** The entry it is about. */
  readonly about?: number
  readonly then?: { readonly by: string; readonly state: string; readonly open: boolean; readonly body: Readonly<Record<string, unknown>> }
}

export interface PlannedPathway {
  /** Position among the ledger's patients. */
  readonly patient: number
  readonly org: string
  readonly variant: string
  readonly verdicts: readonly Verdict[]
  readonly letters: readonly PlannedLetter[]
  readonly entries: readonly PlannedEntry[]
  readonly work: readonly PlannedWork[]
}

export interface PlannedLedger {
  /** Whose ledger it is. */
  readonly org: string
  readonly patients: readonly PlannedPatient[]
  readonly pathways: readonly PlannedPathway[]
}

export interface RegionPlan {
  readonly region: Region
  readonly pack: Pack
  readonly ledgers: readonly PlannedLedger[]
  readonly today: Day
}

export interface Making {
  readonly pathways: number
  readonly seed: number
  /** The last day of the 30 months: nothing is recorded after it. */
  readonly today: Day
}

export const demonstrationMonths = 30
export const monthsBefore = (day: Day, months: number): Day => {
  const date = new Date(day * 86_400_000)
  return dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1 - months, Math.min(date.getUTCDate(), 28))
}

/** Everything of one region: nothing but the data, the seed and the day decides it. */
export function makeRegion(region: Region, pack: Pack, scenario: Scenario, making: Making): RegionPlan {
  const { pathways, seed, today } = making
  const period = { from: dayText(monthsBefore(today, demonstrationMonths)), to: dayText(today) }
  const maker = new Maker(region, pack, today)
  const entries = Map.groupBy(generateEntries(pack, { ...scenario, period }, { pathways, seed }), (entry) => entry.pathway)
  // A stream of chance beside the scenario's own, one a pathway: the letters of the first hundred do not change with the thousandth.
  const placeOf = (id: string): string => region.organisations.find((org) => org.id === id)?.name ?? ''
  for (const [i, [, mine]] of [...entries].entries()) {
    const coded = withHabits(pack, region.habits, mine, { placeOf, today, random: randomOf(seed + 2 ** 34, i) })
    maker.pathway(coded, randomOf(seed + 2 ** 33, i))
  }
  return { region, pack, ledgers: maker.ledgers(), today }
}

class Maker {
  private readonly region: Region
  private readonly pack: Pack
  private readonly today: Day
  private readonly made = new Map<string, { patients: (PlannedPatient & { readonly sex: Sex })[]; pathways: PlannedPathway[] }>()
  private readonly recorder: (random: Random) => Role
  private patients = 0

  constructor(region: Region, pack: Pack, today: Day) {
    this.region = region
    this.pack = pack
    this.today = today
    const { recorders } = region.recording
    const pick = picker(Object.values(recorders))
    this.recorder = (random) => Object.keys(recorders)[pick(random)] as Role // the schema's keys
  }

  ledgers(): readonly PlannedLedger[] {
    return [...this.made].map(([org, { patients, pathways }]) => ({
      org,
      patients: patients.map(({ sex: _, ...patient }) => patient),
      pathways,
    }))
  }

  pathway(arriving: readonly Habitual[], random: Random): void {
    const { region, pack } = this
    const [first] = arriving
    if (!first) return
    const org = this.orgNamed(first.place)
    const keeper = keeperOf(region, org)
    const ledger = getOrMake(this.made, keeper, () => ({ patients: [], pathways: [] }))
    const variant = first.variant ?? pack.codesByText.get(first.code)?.[0]?.variant ?? ''
    const patient = this.patientFor(variant, ledger.patients, random)
    const about = { patient: ledger.patients[patient]!, variant: this.variantName(variant), hospital: this.nameOf(org), org } // just put there
    const sorted = inOrder(arriving)
    const clinician = this.personAt(keeper, 'clinician')
    const letters: PlannedLetter[] = []
    const evidence = sorted.map((entry) => this.letterFor(entry, about, letters, random))
    const entries = sorted.map((entry, i): PlannedEntry => {
      const target = entry.corrects ?? entry.withdraws
      const at = target === undefined ? undefined : sorted.findIndex((other) => other.id === target)
      const place = entry.place === undefined ? undefined : this.orgNamed(entry.place)
      return {
        ...this.written(entry, clinician?.name, random),
        ...(place === undefined || entry.withdraws !== undefined ? {} : { place }),
        ...(at === undefined ? {} : { about: at }),
        ...(evidence[i] ? { evidence: evidence[i] } : {}),
      }
    })
    const { verdicts, limitDay, waitsFor } = this.readingOf(sorted)
    const work = this.workOf({ sorted, verdicts, limitDay, waitsFor, keeper, org }, random)
    ledger.pathways.push({ patient, org, variant, verdicts, letters, entries, work })
  }

  private readonly orgNamed = (name: string | undefined): string => {
    const found = this.region.organisations.find((o) => o.name === name)
    if (!found) throw new RangeError(`The region ${this.region.id} has no organisation of a name the scenario of its pack uses.`)
    return found.id
  }

  private nameOf(org: string): string {
    return this.region.organisations.find((o) => o.id === org)?.name ?? ''
  }

  private personAt(org: string, role: Role) {
    return this.region.people.find((person) => person.at === org && person.role === role)
  }

  private variantName(id: string): string {
    const item = this.pack.text.variants.find((v) => v.id === id)
    return (item?.names?.['nb'] ?? item?.name ?? id).toLowerCase()
  }

  /** A new patient, or one of this ledger who has had a pathway before. */
  private patientFor(variant: string, patients: (PlannedPatient & { readonly sex: Sex })[], random: Random): number {
    const { region, today } = this
    const { onlyWomen, onlyMen, again, women, men, family, age, identity } = region.patients
    const only = onlyWomen.includes(variant) ? 'woman' : onlyMen.includes(variant) ? 'man' : undefined
    const sex = only ?? (random() % 2 === 0 ? 'woman' : 'man')
    if (happens(random, again) && patients.length > 0) {
      const known = random() % patients.length
      if (only === undefined || patients[known]?.sex === only) return known
    }
    const years = age.youngest + Math.round(((age.oldest - age.youngest) * ((random() % 1000) + (random() % 1000))) / 2000)
    const born = addDays(monthsBefore(today, years * 12), random() % 365)
    const serial = this.patients++
    patients.push({
      name: `${one(sex === 'woman' ? women : men, random)} ${one(family, random)}`,
      nationalId: impossibleNumber[identity](serial, born),
      born: dayText(born),
      sex,
    })
    return patients.length - 1
  }

  /** A letter that one of these entries rests on. */
  private letterFor(entry: Habitual, about: About, letters: PlannedLetter[], random: Random): PlannedEntry['evidence'] {
    const pattern = this.region.letters.find((letter) => this.marks(entry.code, letter.milestone))
    if (!pattern || entry.corrects !== undefined || entry.withdraws !== undefined || !happens(random, pattern.share)) return undefined
    const practice = one(
      this.region.organisations.filter((o) => o.kind === 'practice'),
      random,
    ).name
    const hospital = entry.place ?? about.hospital
    const { name, born } = about.patient
    // A letter says when it happened, whatever the code says.
    const day = dayText(entry.happened ?? entry.occurred)
    const { body, span } = writeLetter(one(pattern.bodies, random), { name, born, day, practice, hospital, variant: about.variant })
    const written = pattern.from === 'practice' ? addDays(entry.happened ?? entry.occurred, -(random() % 4)) : entry.occurred
    letters.push({
      kind: pattern.kind,
      title: pattern.title,
      written: dayText(written),
      received: day,
      author: pattern.from === 'practice' ? practice : hospital,
      body,
    })
    return { letter: letters.length - 1, span, ...(pattern.from === 'practice' ? { receivedOn: day } : {}) }
  }

  private marks(code: string, milestone: string): boolean {
    const slot = this.pack.slots.find((s) => s.id === milestone)
    return slot !== undefined && (this.pack.codesByText.get(code)?.some((row) => row.slots.includes(slot.index)) ?? false)
  }

  private written(entry: ArrivingEntry, clinician: string | undefined, random: Random): Pick<PlannedEntry, 'kind' | 'payload'> {
    const { recording } = this.region
    const times = { recorded: dayText(entry.recorded), recordedAt: entry.recordedAt }
    const named = entry.recorder !== undefined && !recording.units.includes(entry.recorder) ? entry.recorder : this.recorder(random)
    if (entry.withdraws !== undefined)
      return { kind: 'withdrawn', payload: { ...times, recorder: named, reason: one(recording.withdrawn, random) } }
    const decider = Object.entries(recording.decided).find(([milestone]) => this.marks(entry.code, milestone))?.[1]
    const onWord = decider !== undefined && decider !== named
    const reason =
      entry.corrects !== undefined
        ? one(recording.corrected, random)
        : entry.standing === 'let-stand'
          ? one(recording.letStand, random)
          : undefined
    return {
      kind: 'imported',
      payload: {
        ...times,
        code: entry.code,
        variant: entry.variant,
        occurred: dayText(entry.occurred),
        occurredAt: entry.occurredAt,
        standing: entry.standing,
        value: entry.value,
        recorder: named,
        decider,
        behalf: onWord ? clinician : undefined,
        reason,
        source: recording.source,
      },
    }
  }

  /** How its clocks stand today, the next limit to come or the last one passed, and the milestone that one waits for. */
  private readingOf(sorted: readonly ArrivingEntry[]): Pick<Standing, 'verdicts' | 'limitDay' | 'waitsFor'> {
    const { pack, today } = this
    const asking = { asOf: today, asOfAt: endOfDay(today, pack.zone) }
    const clocks = listPathways(pack, arrive(sorted)).flatMap((pathway) => {
      const reading = readPathway(pack, pathway, asking)
      return pack.intervals.flatMap((interval) => {
        const clock = readClock(reading, interval)
        return clock === undefined ? [] : [{ clock, interval }]
      })
    })
    const [first] = clocks
      .flatMap(({ clock, interval }) =>
        (clock.verdict === 'running' || clock.verdict === 'overrun') && clock.limitDay !== undefined
          ? [{ limitDay: clock.limitDay, waitsFor: pack.slots.find(({ index }) => index === interval.to.slots[0])?.id }]
          : [],
      )
      .toSorted((a, b) => a.limitDay - b.limitDay)
    return { verdicts: clocks.map(({ clock }) => clock.verdict), limitDay: first?.limitDay, waitsFor: first?.waitsFor }
  }

  private workOf(
    at: Standing & { readonly sorted: readonly ArrivingEntry[]; readonly keeper: string; readonly org: string },
    random: Random,
  ): readonly PlannedWork[] {
    const { work } = this.region
    const by = this.personAt(at.keeper, 'coordinator')?.id
    if (by === undefined) return []
    const clinician = this.personAt(at.keeper, 'clinician')?.id
    const today = this.today
    const overrun = at.verdicts.includes('overrun')
    const open = overrun || at.verdicts.includes('running')
    const near = at.limitDay !== undefined && at.limitDay >= today && at.limitDay - today <= 7
    const others = this.region.organisations.filter((o) => o.kind === 'hospital' && o.id !== at.org)
    const fill = (text: string) =>
      text.replaceAll('{other}', one(others, random).name).replaceAll('{limit}', dayText(at.limitDay ?? addDays(today, 3)))
    const list: PlannedWork[] = []
    for (const [i, entry] of at.sorted.entries()) {
      if (entry.standing !== 'asked' || at.sorted.some((other) => other.corrects === entry.id || other.withdraws === entry.id)) continue
      list.push(askedOf(by, { question: fill(one(work.questions, random)), dispute: true }, i))
    }
    if (open) {
      const due = dayText(addDays(today, (random() % 15) - 3))
      const step = { by, kind: 'next-step', ownerRole: 'coordinator' } as const
      const { waitsFor = '' } = at
      const bookings = work.bookings[waitsFor]
      // A booking lies ahead: one whose day has gone by books nothing.
      const ahead = dayText(addDays(today, 1 + (random() % 12)))
      if (happens(random, work.stepped))
        list.push(
          bookings !== undefined && happens(random, work.booked)
            ? { ...step, state: 'planned', open: true, due: ahead, body: { what: fill(one(bookings, random)), books: waitsFor } }
            : { ...step, state: 'planned', open: true, due, body: { what: fill(one(work.nextSteps, random)) } },
        )
      else if (happens(random, work.noneReason / (1 - work.stepped)))
        list.push({ ...step, state: 'none', open: false, body: { because: one(work.noSteps, random) } })
      if (happens(random, work.noted))
        list.push({ by, kind: 'note', state: 'written', open: false, body: { text: one(work.notes, random) } })
      if (happens(random, work.asked[overrun ? 'overrun' : 'running']))
        list.push(askedOf(by, { question: fill(one(work.questions, random)) }))
      if ((overrun || near) && happens(random, work.escalated[overrun ? 'overrun' : 'near']))
        list.push({
          by,
          kind: 'escalation',
          state: 'raised',
          open: true,
          ownerRole: work.ladder[0]!.toRole, // a ladder has one rung at least
          due: dayText(addDays(today, random() % (work.ladder[0]!.days + 1))),
          body: { sentence: fill(one(work.escalations, random)), ladder: work.ladder, rung: 0 },
        })
    } else if (clinician !== undefined && happens(random, work.asked.running)) {
      const n = random() % Math.min(work.questions.length, work.answers.length)
      const then = { by: clinician, state: 'answered', open: false, body: { answer: work.answers[n], choice: null } }
      list.push({ ...askedOf(by, { question: fill(work.questions[n]!) }), then }) // n is one of them
    }
    return list
  }
}

type Sex = 'woman' | 'man'
interface About {
  readonly patient: PlannedPatient
  readonly variant: string
  readonly hospital: string
  readonly org: string
}

const one = <T>(list: readonly T[], random: Random): T => list[random() % list.length]! // lists of the region have one at least

/** In order of recording; of equals in the order they came, as every ledger takes them. */
const inOrder = (arriving: readonly Habitual[]): readonly Habitual[] =>
  arriving
    .map((entry, i) => ({ entry, i }))
    .sort((a, b) => a.entry.recordedAt - b.entry.recordedAt || a.i - b.i)
    .map(({ entry }) => entry)

const askedOf = (by: string, body: Readonly<Record<string, unknown>>, about?: number): PlannedWork => ({
  by,
  kind: 'query',
  state: 'asked',
  open: true,
  ownerRole: 'clinician',
  body,
  ...(about === undefined ? {} : { about }),
})
