import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { refOf } from '../api/shapes.ts'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { type Hl7Head, type Hl7Read, keepable, readHl7 } from '../intake/hl7.ts'
import { type Answered, answerText, refusedAs } from '../intake/hl7-answer.ts'
import { type MessageMapping, openMessageMapping } from '../intake/message-mapping.ts'
import { readMessage, sentAt } from '../intake/read-message.ts'
import { findBefore } from '../store/feeds.ts'
import { takeTurn } from '../store/intake.ts'
import { type Act, type Actor, keyOf, type Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import { type Placed, placeMessage } from './place-message.ts'
import { refuse } from './problem.ts'
import type { FeedHere, ServiceParts } from './service.ts'

/** What became of one message, for those who count. `rejected`: not from a sender of ours, so that nothing of it is kept. */
export type FeedOutcome = Placed['outcome'] | 'refused' | 'repeated' | 'rejected'

export interface FeedParts extends Pick<ServiceParts, 'ledger' | 'packs' | 'now'> {
  readonly org: number
  /** The machine that messages are taken in as: its rights are looked at for each. */
  readonly person: number
  readonly senders: readonly string[]
  /** File of the mapping. */
  readonly file: string
  readonly onOutcome?: (outcome: FeedOutcome) => void
  /** A sender waits: because of what. Undefined: it goes on. */
  readonly onStopped?: (because: IssueCode | undefined) => void
  readonly onFault?: (error: unknown) => void
  /** First and longest wait between two tries while the database, or a right, is away. */
  readonly waitMs?: readonly [first: number, longest: number]
}

export interface Feed extends FeedHere {
  /** Takes one message and gives the answer; none where the sender has gone before it could be kept. */
  take(bytes: Buffer, gone: AbortSignal): Promise<string | undefined>
  /** To a message that is too large: what is left of it is not read. */
  refuseTooLarge(start: Buffer): string
}

/** Issues that are not the sender's: nothing is skipped because of them, it is waited until they are over. */
const ours = (code: IssueCode): boolean =>
  code.startsWith('store/') ||
  code.startsWith('map/') ||
  ['ledger/changed', 'ledger/not-allowed', 'ledger/not-there', 'ledger/no-pack'].includes(code)

/**
 * Takes messages for one ledger. A message is answered when it is on disk, whatever became of it; those of one sender one after the other.
 * Throws IssueErrors where it cannot begin: `ledger/not-there`, `ledger/not-allowed`, `ledger/no-pack`, `map/...`.
 */
export async function openFeed(parts: FeedParts): Promise<Feed> {
  const {
    ledger: database,
    packs,
    now,
    org,
    person,
    senders,
    file,
    onOutcome = () => {},
    onStopped = () => {},
    onFault = () => {},
    waitMs = [500, 15_000],
  } = parts
  const [at] = await database.rows('SELECT o.ledger, o.zone FROM organisation o WHERE o.org = $1', [org])
  if (!at) throw refuse('ledger/not-there', 'There is no organisation of the number in feedOrganisation.', ['feedOrganisation'])
  const [ledger, zone] = [Number(at['ledger']), String(at['zone'])]
  const mapping = mappingIn(file, packs)
  const stopped = new Map<string, { readonly since: string; readonly code: IssueCode }>()
  const turns = new Map<string, Promise<unknown>>()

  const actorNow = async (): Promise<Actor> => {
    const { rights } = await database.standingOf(person)
    return { person, role: 'machine', rights: rights.filter(({ role }) => role === 'machine'), glass: [] }
  }
  const { live: first } = await mapping()
  if (!(await actorNow()).rights.some(({ capability, scopes }) => capability === 'record' && scopes.has(ledger * 1000 + first.pack)))
    throw refuse(
      'ledger/not-allowed',
      'feedPerson is nobody with the role machine in feedOrganisation: varde user add --machine makes one.',
      ['feedPerson'],
    )

  /** One message after the other of each sender, over however many connections. */
  const inTurn = <T>(sender: string, task: () => Promise<T>): Promise<T> => {
    const mine = (turns.get(sender) ?? Promise.resolve()).then(task, task)
    turns.set(
      sender,
      mine.catch(() => {}),
    )
    return mine
  }

  const stop = (sender: string, code: IssueCode): void => {
    if (stopped.get(sender)?.code === code) return
    stopped.set(sender, { since: stopped.get(sender)?.since ?? now().toISOString(), code })
    onStopped(code)
  }
  const goOn = (sender: string): void => {
    if (stopped.delete(sender) && stopped.size === 0) onStopped(undefined)
  }

  /** Until it is kept: a fault of ours is no reason to pass over what somebody sent. */
  async function keepUntilKept(sent: Sent, gone: AbortSignal): Promise<string | undefined> {
    let forced: Answered | undefined
    for (let wait = waitMs[0]; !gone.aborted; wait = Math.min(wait * 2, waitMs[1])) {
      try {
        const { mapping: said, live } = await mapping()
        const actor = await actorNow()
        const { answer, outcome } = await database.as(actor, (session) => keep({ session, ledger, zone, live, said, now }, sent, forced))
        goOn(sent.head.sender)
        onOutcome(outcome)
        return answer
      } catch (error) {
        const issue = error instanceof IssueError ? error.issues[0] : undefined
        if (issue && !ours(issue.code)) {
          // What the database refused of it: said, and kept as refused. Once: what refuses that as well is not the message.
          if (forced === undefined) {
            forced = refusedAs(issue.code === 'ledger/key-reused' ? 'feed/control-reused' : issue.code, issue.message)
            continue
          }
        }
        if (!issue) onFault(error)
        stop(sent.head.sender, issue?.code ?? 'http/fault')
      }
      await sleep(wait, undefined, { signal: gone }).catch(() => {})
    }
    return undefined
  }

  return {
    ledger,
    zone,
    senders,
    mapping,
    stopped: (sender) => stopped.get(sender),
    refuseTooLarge: (start) => {
      onOutcome('rejected')
      return unkept(readHl7(start), refusedAs('feed/too-large', 'This message is larger than 1 MB. Send what it is about in parts.'), now())
    },
    take: async (bytes, gone) => {
      const { encoding } = await mapping().then(
        ({ mapping }) => mapping,
        () => ({ encoding: undefined }), // what is wrong with it is waited out below
      )
      const read = readHl7(bytes, encoding)
      const head = read.ok ? read.message.head : read.fault.head
      if (!head || !senders.includes(head.sender)) {
        onOutcome('rejected')
        const why = head
          ? refusedAs('feed/sender', 'This system may not send here: its MSH-3 and MSH-4 are not in feedSenders.', 'MSH-3')
          : refusedAs('feed/structure', read.ok ? '' : read.fault.message)
        return unkept(read, why, now())
      }
      return inTurn(head.sender, () => keepUntilKept({ head, read, bytes }, gone))
    },
  }
}

/** An answer to what is not kept. */
function unkept(read: Hl7Read, answered: Answered, at: Date): string {
  const head = read.ok ? read.message.head : read.fault.head
  return answerText(head, answered, { id: 'V0', at })
}

interface Sent {
  readonly head: Hl7Head
  readonly read: Hl7Read
  readonly bytes: Buffer
}

interface Keeping {
  readonly session: Session
  readonly ledger: number
  readonly zone: string
  readonly live: LivePack
  readonly said: MessageMapping
  readonly now: () => Date
}

/** One message in one transaction: what it says, what becomes of it, and that it came. Sent before, it is answered as it was. */
async function keep(
  at: Keeping,
  { head, read, bytes }: Sent,
  forced: Answered | undefined,
): Promise<{ answer: string; outcome: FeedOutcome }> {
  const { session, ledger, zone, live, said, now } = at
  const control = head.control.replace(/[^\x20-\x7e]/g, '?').slice(0, 199)
  const sha256 = read.ok ? read.message.sha256 : createHash('sha256').update(bytes).digest('hex')
  await takeTurn(session, ledger)
  const before = await findBefore(session, ledger, head.sender, control)
  const same = before.find((row) => row.sha256 === sha256)
  if (same) {
    const answered = same.answered as unknown as Answered // as it was written below
    return { answer: answerText(head, answered, idOf(ledger, same.message, same.at)), outcome: 'repeated' }
  }
  const key = keyOf('message', ledger, head.sender, control, sha256, forced?.issue ?? '')
  const judge = async (): Promise<Judged> => {
    if (forced) return refused(forced)
    if (!read.ok) return refused(refusedAs(read.fault.code, read.fault.message, read.fault.field))
    if (before.some((row) => (row.answered as { code?: unknown }).code === 'AA'))
      return refused(
        refusedAs(
          'feed/control-reused',
          'This number was used for another message, which was taken: each message has a number of its own.',
          'MSH-10',
        ),
      )
    try {
      const asked = readMessage(read.message, said, zone)
      const placed = await placeMessage(
        {
          service: { now },
          session,
          ledger,
          live,
          role: 'machine',
          sender: head.sender,
          words: wordsOf(head.type, head.sender, control),
          key,
        },
        asked,
      )
      const strange = placed.code === 'feed/unknown-patient'
      if (strange && said.unknownPatient === 'pass-over')
        return { placed: { outcome: 'passed-over', acts: () => [] }, answered: { code: 'AA' } }
      return { placed, answered: { code: 'AA' }, ...(strange ? { whose: asked.patient } : {}) }
    } catch (error) {
      const issue = error instanceof IssueError ? error.issues[0] : undefined
      if (!issue || ours(issue.code)) throw error
      return refused(
        refusedAs(
          issue.code,
          issue.message,
          issue.path.map(String).find((part) => /^[A-Z][A-Z0-9]{2}-/.test(part)),
        ),
      )
    }
  }
  const { placed, answered, whose } = await judge()
  const kept = placed === undefined || placed.outcome === 'not-placed'
  const received: Act = {
    key,
    kind: 'message-received',
    pack: live.pack,
    payload: {
      sender: head.sender,
      control,
      type: /^[\x20-\x7e]{1,40}$/.test(head.type) ? head.type : '?',
      sha256,
      sent: sentAt(head.sent, zone),
      answered,
      outcome: placed?.outcome ?? 'refused',
      code: placed ? placed.code : answered.issue,
      says: placed ? placed.says : answered.says,
      field: answered.field,
      pathway: placed?.pathway,
      patient: placed?.patient,
      whose,
      text: kept ? keepable(bytes, read.ok ? read.message.text : read.fault.text) : undefined,
    },
  }
  const [done] = await session.act(ledger, [received])
  if (!done) throw new Error('An act gives an answer.')
  const following = placed?.acts(done.seq) ?? []
  if (following.length > 0) await session.act(ledger, following)
  return { answer: answerText(head, answered, idOf(ledger, done.seq, done.at)), outcome: placed?.outcome ?? 'refused' }
}

interface Judged {
  /** None: refused. */
  readonly placed?: Placed
  readonly answered: Answered
  readonly whose?: string | undefined
}
const refused = (answered: Answered): Judged => ({ answered })

const idOf = (ledger: number, message: number, at: string) => ({ id: `V${refOf(ledger, message)}`, at: new Date(at) })

/** What stands as evidence of what a message brought. */
export const wordsOf = (type: string, sender: string, control: string): string => `HL7 ${type} from ${sender}, number ${control}`

/** The mapping as the file is now: read again when the file has changed, so that one that was mended counts from the next message on. */
function mappingIn(file: string, packs: ServiceParts['packs']): FeedHere['mapping'] {
  let known: { readonly mark: string; readonly value: Awaited<ReturnType<FeedHere['mapping']>> } | undefined
  return async () => {
    const found = await stat(file).catch(() => undefined)
    const mark = found ? `${found.mtimeMs} ${found.size}` : ''
    if (known && (known.mark === mark || !found)) return known.value
    const read = await openMessageMapping(file)
    if (!read.ok) throw new IssueError(read.issues)
    const live = packs.byId(read.value.pack)
    if (!live)
      throw refuse('ledger/no-pack', `The mapping of messages is about the pack "${read.value.pack}", which is not loaded here.`, ['pack'])
    known = { mark, value: { mapping: read.value, live } }
    return known.value
  }
}
