import type { z } from 'zod'
import { refOf } from '../api/shapes.ts'
import type { workBodies } from '../api/work-routes.ts'
import { readPathway } from '../core/clock/clock.ts'
import { askDoor } from '../core/door/door.ts'
import type { DoorAnswer, DoorContext, OfferedEntry } from '../core/door/offer.ts'
import { proposeFor } from '../core/door/propose.ts'
import { listPathways } from '../core/measure/account.ts'
import { dayText } from '../core/words/day.ts'
import type { IssueCode } from '../core/words/issue.ts'
import { riskOfReading } from '../core/work/propose-step.ts'
import type { MessageRead, Wanted } from '../intake/read-message.ts'
import { mostEntries } from '../sql/kept.ts'
import { listTouched } from '../store/feeds.ts'
import { findPatients, listPathwayRecords } from '../store/intake.ts'
import { type Act, keyAfter, type Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import { entriesOf, type PathwayRecord } from '../store/pathways.ts'
import type { WorkRow } from '../store/work.ts'
import { contextOf, holdAgainstPack, nowOf, type Offered, offerOf, payloadOf, todayAt } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import type { ServiceParts } from './service.ts'
import { saidOf } from './work-handlers.ts'

/** Where a message is to be placed, and in whose role. */
export interface Place {
  readonly service: Pick<ServiceParts, 'now'>
  readonly session: Session
  readonly ledger: number
  readonly live: LivePack
  readonly role: string
  readonly sender: string
  /** What a person reads as evidence: type, sender and number of the message. */
  readonly words: string
  /** Keys of what follows from the message follow from this one. */
  readonly key: string
}

/** What becomes of a message. */
export interface Placed {
  readonly outcome: 'taken' | 'passed-over' | 'not-placed'
  readonly code?: IssueCode
  readonly says?: string
  readonly patient?: number
  readonly pathway?: number
  /** `message`: its number, once it has one. */
  acts(message: number): readonly Act[]
}

const nothing = (): readonly Act[] => []
const passedOver: Placed = { outcome: 'passed-over', acts: nothing }
class NotPlaced extends Error {
  readonly code: IssueCode
  readonly says: string
  constructor(code: IssueCode, says: string) {
    super(code)
    this.code = code
    this.says = says
  }
}

/**
 * Finds whom a message is about and what it changes. It writes nothing. Who or which pathway is meant is never guessed: then it is not placed.
 * Throws IssueErrors for what the pack or the door refuses.
 */
export async function placeMessage(place: Place, { patient: nationalId, wanted }: MessageRead): Promise<Placed> {
  if (nationalId === undefined) return passedOver
  const { session, ledger, live } = place
  const patient = (await findPatients(session, ledger, [nationalId])).get(nationalId)
  if (patient === undefined)
    return {
      outcome: 'not-placed',
      code: 'feed/unknown-patient',
      says: 'Nobody of this identity number is known here: register the patient, then try it again.',
      acts: nothing,
    }
  const records = (await listPathwayRecords(session, ledger, { pathways: [], patients: [patient] })).filter(
    (record) => record.pack === live.pack,
  )
  const touched = await listTouched(
    session,
    ledger,
    records.map((record) => record.pathway),
  )
  try {
    const effects = wanted.map((one) => effectOf(place, one, { patient, records, touched }))
    const made = effects.filter((effect) => effect !== undefined)
    const pathways = new Set(made.flatMap(({ pathway }) => pathway ?? []))
    return {
      outcome: made.length === 0 ? 'passed-over' : 'taken',
      ...(pathways.size === 1 ? { pathway: [...pathways][0]! } : {}), // there is one
      acts: (message) => made.flatMap((effect, i) => effect.acts(refOf(ledger, message), keyAfter(place.key, `effect ${i}`))),
    }
  } catch (error) {
    if (error instanceof NotPlaced) return { outcome: 'not-placed', code: error.code, says: error.says, patient, acts: nothing }
    throw error
  }
}

interface Known {
  readonly patient: number
  readonly records: readonly PathwayRecord[]
  readonly touched: readonly WorkRow[]
}
interface Effect {
  readonly pathway?: number
  /** None: what it says is there already. */
  acts(message: string, key: string): readonly Act[]
}

const effectOf = (place: Place, wanted: Wanted, known: Known): Effect | undefined =>
  // Each kind is answered for by the one function that takes it.
  (effects[wanted.becomes] as (place: Place, wanted: Wanted, known: Known) => Effect | undefined)(place, wanted, known)

type Of<K extends Wanted['becomes']> = Extract<Wanted, { readonly becomes: K }>
const effects: { readonly [K in Wanted['becomes']]: (place: Place, wanted: Of<K>, known: Known) => Effect | undefined } = {
  booking: (place, wanted, known) => {
    const { slots } = place.live.content
    if (!slots.some((slot) => slot.kind === 'milestone' && slot.id === wanted.books))
      throw refuse('work/no-milestone', `The pack has no milestone called "${wanted.books}": the mapping books one that it has.`, ['MSH-9'])
    const appointment = `${place.sender} ${wanted.appointment}`
    const due = dayText(wanted.day)
    const before = bookedBy(known, appointment)
    if (before?.state === 'done' && before.due === due) return undefined
    const pathway = before?.pathway ?? theOne(place, wanted, known).pathway
    const planned = before?.open ? before : stepThatBooks(known, pathway, wanted.books)
    if (planned?.due === due && planned.body['appointment'] === appointment && planned.body['books'] === wanted.books) return undefined
    return {
      pathway,
      acts: (_, key) => [
        planned === undefined
          ? {
              key,
              kind: 'work-opened',
              pathway,
              payload: saidOf('next-step', 'planned', { what: wanted.what, books: wanted.books, appointment }, { role: wanted.owner }, due),
            }
          : moved(key, planned, 'planned', { due, body: { books: wanted.books, appointment } }),
      ],
    }
  },

  'no-booking': (place, wanted, known) => {
    const before = bookedBy(known, `${place.sender} ${wanted.appointment}`)
    if (!before) throw new NotPlaced('feed/no-booking', 'The appointment it takes back is not known here: nothing is booked by it.')
    if (!before.open) return undefined
    return { pathway: before.pathway, acts: (_, key) => [moved(key, before, 'dropped', { body: { because: wanted.because } })] }
  },

  proposal: (place, wanted, known) => {
    const record = theOne(place, wanted, known)
    const context = contextOf(place.service, place.live, record, place.role)
    checkDay(wanted.day, context)
    const evidence = [{ what: place.words, receivedOn: dayText(context.today) }]
    const offers = (wanted.event === undefined ? namedBy(place, wanted, record, context) : calledFor(wanted, context, wanted.event)).filter(
      ({ offer, door }) => isNews(offer, door, record, known),
    )
    if (offers.length === 0) return undefined
    return {
      pathway: record.pathway,
      acts: (_, key) =>
        offers.map(({ offer: { code, occurred, standing, variant }, rule }, i) => {
          const body: z.input<typeof workBodies.proposal> = {
            code,
            occurred: dayText(occurred),
            standing,
            ...(variant === undefined ? {} : { variant }),
            ...(rule === undefined ? {} : { rule }),
            because: wanted.because,
            evidence,
          }
          return {
            key: keyAfter(key, `proposal ${i}`),
            kind: 'work-opened',
            pathway: record.pathway,
            payload: saidOf('proposal', 'suggested', body, { role: wanted.owner }),
          }
        }),
    }
  },

  entry: (place, wanted, known) => {
    const record = theOne(place, wanted, known)
    const context = contextOf(place.service, place.live, record, place.role)
    if (record.entries.length >= mostEntries - 1)
      throw refuse('ledger/too-many', 'This pathway holds as many entries as it can.', ['MSH-9'])
    const variant = variantBeside(place, record)
    const body: Offered = {
      code: codeOf(place, wanted.code, record),
      occurred: dayText(wanted.day),
      standing: 'sure',
      evidence: [{ what: place.words, receivedOn: dayText(context.today) }],
      passing: [...wanted.passing],
      ...(variant === undefined ? {} : { variant }),
      ...(wanted.decider === undefined ? {} : { decider: wanted.decider }),
    }
    if (record.entries.some((entry) => entry.superseded === null && entry.code === body.code && entry.occurred === body.occurred))
      return undefined
    holdAgainstPack(offerOf(body, new Map()), context)
    return {
      pathway: record.pathway,
      acts: (message, key) => [
        {
          key,
          kind: 'recorded',
          pathway: record.pathway,
          expected: record.version,
          payload: payloadOf(body, record.org, { source: `message ${message}` }),
        },
      ],
    }
  },

  document: (place, wanted, known) => {
    const fitting = fittingOf(place, wanted, known)
    // It is about the patient in any case; about a pathway only where there is one.
    const pathway = fitting.length === 1 ? fitting[0]!.pathway : undefined
    const { kind, title, text, written, author } = wanted
    return {
      ...(pathway === undefined ? {} : { pathway }),
      acts: (_, key) => [
        {
          key,
          kind: 'document-received',
          ...(pathway === undefined ? {} : { pathway }),
          payload: {
            patient: known.patient,
            kind,
            title,
            body: text,
            received: dayText(todayAt(place.service, known.records[0]?.zone ?? place.live.content.zone)),
            ...(written === undefined ? {} : { written: dayText(written) }),
            ...(author === undefined ? {} : { author }),
          },
        },
      ],
    }
  },
}

const moved = (key: string, step: WorkRow, state: 'planned' | 'dropped', told: { readonly due?: string; readonly body: object }): Act => {
  const { kind: _, ...said } = saidOf('next-step', state, told.body, {}, told.due)
  return { key, kind: 'work-moved', pathway: step.pathway, expected: step.version, payload: { ...said, work: step.work, from: step.state } }
}

/** The newest step that an appointment booked. */
const bookedBy = ({ touched }: Known, appointment: string): WorkRow | undefined =>
  touched.filter((step) => step.kind === 'next-step' && step.body['appointment'] === appointment).at(-1)

/** The one step by which somebody plans this milestone without an appointment yet: it takes the day. */
function stepThatBooks({ touched }: Known, pathway: number, milestone: string): WorkRow | undefined {
  const steps = touched.filter(
    (step) =>
      step.kind === 'next-step' &&
      step.open &&
      step.pathway === pathway &&
      step.body['books'] === milestone &&
      step.body['appointment'] == null,
  )
  return steps.length === 1 ? steps[0] : undefined
}

/** The pathways that are open and of the variant that is asked for. */
const fittingOf = ({ service, live }: Place, { variant }: Wanted, { records }: Known): readonly PathwayRecord[] =>
  records.filter((record) => {
    const [pathway] = listPathways(live.content, entriesOf(record))
    if (pathway === undefined) return variant === undefined // nothing is recorded yet
    if (variant !== undefined && pathway.variant !== variant) return false
    return riskOfReading(readPathway(live.content, pathway, nowOf(service, live.content.zone)), []).state !== 'finished'
  })

function theOne(place: Place, wanted: Wanted, known: Known): PathwayRecord {
  const [one, ...more] = fittingOf(place, wanted, known)
  if (!one) throw new NotPlaced('feed/no-pathway', 'The patient is known and has no open pathway that it fits: open one, or set it aside.')
  if (more.length > 0)
    throw new NotPlaced(
      'feed/which-pathway',
      'The patient has several open pathways it fits: record it by hand where it belongs, and set it aside.',
    )
  return one
}

const variantOf = (place: Place, record: PathwayRecord): string | undefined =>
  listPathways(place.live.content, entriesOf(record))[0]?.variant
/** Packs in which the entry names its variant. */
const variantBeside = (place: Place, record: PathwayRecord): string | undefined =>
  place.live.content.variantFrom === 'entry' ? variantOf(place, record) : undefined

/** A code of the pathway's variant, from one as the pack writes it. */
function codeOf(place: Place, code: string, record: PathwayRecord): string {
  const variant = variantOf(place, record)
  const { codes, codesByText } = place.live.content
  const row = codesByText.get(code)?.[0] ?? codes.find((one) => one.text.code === code && one.variant === variant)
  if (!row) throw refuse('door/unknown-code', 'The pack has no such code in this variant: the mapping names one that it has.', ['MSH-9'])
  return row.code
}

interface Suggested {
  readonly offer: OfferedEntry
  readonly door: DoorAnswer
  readonly rule?: string
}

function namedBy(place: Place, wanted: Of<'proposal'>, record: PathwayRecord, context: DoorContext): readonly Suggested[] {
  const variant = variantBeside(place, record)
  const offer: OfferedEntry = {
    code: codeOf(place, wanted.code ?? '', record),
    occurred: wanted.day,
    standing: 'sure',
    evidence: [],
    ...(variant === undefined ? {} : { variant }),
  }
  return [{ offer, door: askDoor(offer, context) }]
}

/** What the pack says the event calls for. */
const calledFor = ({ day, says }: Of<'proposal'>, context: DoorContext, kind: NonNullable<Of<'proposal'>['event']>): readonly Suggested[] =>
  proposeFor({ kind, occurred: day, receivedOn: day, says }, context).flatMap((proposal) =>
    'offer' in proposal
      ? [{ offer: proposal.offer, door: proposal.door, ...(proposal.rule === undefined ? {} : { rule: proposal.rule }) }]
      : [],
  )

/** What the door says of the pathway, whoever decides: to propose it would be to propose what cannot be, or is there. */
const noNews: readonly IssueCode[] = [
  'door/second-end',
  'door/after-end',
  'door/recorded-already',
  'door/same-again',
  'door/not-in-force',
  'door/closed-variant',
]

const isNews = (
  { code, occurred }: OfferedEntry,
  { refusals, warnings }: DoorAnswer,
  { pathway }: PathwayRecord,
  { touched }: Known,
): boolean =>
  ![...refusals, ...warnings].some((issue) => noNews.includes(issue.code)) &&
  !touched.some(
    (item) =>
      item.kind === 'proposal' && item.pathway === pathway && item.body['code'] === code && item.body['occurred'] === dayText(occurred),
  )

function checkDay(day: number, { today }: DoorContext): void {
  if (day > today) throw refuse('door/in-the-future', 'The day has not come yet: what is only planned is a booking.', ['MSH-9'])
}
