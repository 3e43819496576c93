import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { feedRoutes } from '../api/feed-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { ledgerOfScope } from '../core/rights/rights.ts'
import { IssueError } from '../core/words/result.ts'
import { stateOfFeed, waitingOutcomes } from '../core/work/feed.ts'
import { readHead, readHl7Text } from '../intake/hl7.ts'
import { readMessage } from '../intake/read-message.ts'
import { type FeedRow, findMessage, listFeedRows, listMessageRows, type MessageRow } from '../store/feeds.ts'
import { takeTurn } from '../store/intake.ts'
import { type Actor, keyOf, type Session } from '../store/ledger-database.ts'
import { cursorsOf } from './cursor.ts'
import { wordsOf } from './feed.ts'
import { lookingRole } from './pathway-handlers.ts'
import { type Placed, placeMessage } from './place-message.ts'
import { notThere, refuse } from './problem.ts'
import type { Asked, FeedHere, Handlers, ServiceParts } from './service.ts'

type Routes = typeof feedRoutes
type Kept = NonNullable<Awaited<ReturnType<typeof findMessage>>>

/** Ledgers whose feeds somebody may know of: who sees patients there, and who runs the house. */
export const ledgersWithFeeds = ({ rights }: Pick<Actor, 'rights'>): readonly number[] => [
  ...new Set(
    rights
      .filter(({ capability }) => capability === 'see' || capability === 'administer')
      .flatMap(({ scopes }) => [...scopes].map(ledgerOfScope)),
  ),
]

type Told = z.input<Routes['listFeeds']['answer']>['feeds'][number]

/** Feeds as they stand: those that have sent, and those that are listened for here and have not. */
export async function listFeeds(service: ServiceParts, session: Session, ledgers: readonly number[]): Promise<readonly Told[]> {
  const rows = await listFeedRows(session, ledgers, service.now())
  const here = (service.feeds ?? []).filter(({ ledger }) => ledgers.includes(ledger))
  const silent = here.flatMap((feed) =>
    feed.senders
      .filter((sender) => !rows.some((row) => row.ledger === feed.ledger && row.sender === sender))
      .map((sender) => ({ ledger: feed.ledger, sender })),
  )
  return [...rows.map((row) => told(row, here)), ...silent.map((one) => told(one, here))].sort(
    (a, b) => a.ledger - b.ledger || (a.sender < b.sender ? -1 : 1),
  )
}

function told(row: Pick<FeedRow, 'ledger' | 'sender'> & Partial<FeedRow>, here: readonly FeedHere[]): Told {
  const { ledger, sender, last = null, sent = null, weeks = [], waiting = 0 } = row
  const feed = here.find((one) => one.ledger === ledger && one.senders.includes(sender))
  return {
    ledger,
    sender,
    here: feed !== undefined,
    last,
    sent,
    lagSeconds: last === null || sent === null ? null : Math.round((Date.parse(last) - Date.parse(sent)) / 1000),
    state: stateOfFeed(last, weeks),
    weeks: [...weeks],
    counts: { taken: row.taken ?? 0, passedOver: row.passed_over ?? 0, refused: row.refused ?? 0, notPlaced: row.not_placed ?? 0 },
    waiting,
    stopped: feed?.stopped(sender) ?? null,
  }
}

const aboutOf = (row: MessageRow) => ({
  message: refOf(row.ledger, row.message),
  sender: row.sender,
  control: row.control,
  type: row.type,
  at: row.at,
  sent: row.sent,
  outcome: row.outcome,
  code: row.code,
  field: row.field,
  says: row.says,
  settled: row.settled,
  settledBy: row.settled_by,
})
const viewOf = (row: Kept) => ({ ...aboutOf(row), pathway: row.pathway === null ? null : refOf(row.ledger, row.pathway), text: row.text })

async function get(session: Session, ref: string): Promise<Kept> {
  const { ledger, n } = readRef(ref)
  const found = await findMessage(session, ledger, n)
  if (!found) throw notThere()
  return found
}

const lookAt = (session: Session, { ledger, message, pathway, patient }: Kept): Promise<void> =>
  session.look(ledger, {
    kind: 'message',
    ...(pathway === null ? {} : { pathway }),
    about: { message, ...(patient === null ? {} : { patient }) },
  })

/** What a person makes of a message that waited: one act, and what follows from it. */
async function settle(
  asked: Asked<Routes['tryMessage'] | Routes['setMessageAside']>,
  judge: (session: Session, row: Kept, role: string, key: string) => Promise<Verdict>,
) {
  const key = asked.body.key ?? randomUUID()
  return asked.in(async (session) => {
    const { ledger } = readRef(asked.params.message)
    await takeTurn(session, ledger)
    const row = await get(session, asked.params.message)
    const { role } = asked.roleIn('record', ledger, row.pack)
    const [before] = await session.rows('SELECT own, kind FROM acts_before($1, $2)', [ledger, [key]])
    if (before && (before['own'] !== true || before['kind'] !== 'message-settled'))
      throw refuse('ledger/key-reused', 'This key was used for something else. A new act needs a new key.')
    if (!before) {
      if (!waitingOutcomes.includes(row.outcome))
        throw refuse('feed/settled', 'This message does not wait any more: somebody has looked to it.')
      const { outcome, code, says, field, patient, pathway, reason, acts } = await judge(session, row, role, key)
      const payload = { message: row.message, outcome, code, says, field, patient, pathway, reason }
      await session.act(ledger, [{ key, kind: 'message-settled', pack: row.pack, payload }])
      const following = acts?.(row.message) ?? []
      if (following.length > 0) await session.act(ledger, following)
    }
    const after = await get(session, asked.params.message)
    await lookAt(session, after)
    return viewOf(after)
  })
}

/** What it comes to, and what is written because of it. */
interface Verdict extends Partial<Pick<Placed, 'says' | 'patient' | 'pathway' | 'acts'>> {
  readonly outcome: MessageRow['outcome']
  readonly code?: string
  readonly field?: string
  readonly reason?: string
}

export const feedHandlers: Handlers<Routes> = {
  listFeeds: (asked) =>
    asked.in(async (session) => ({
      asOf: asked.service.now().toISOString(),
      feeds: [...(await listFeeds(asked.service, session, ledgersWithFeeds(asked.actor)))],
    })),

  listMessages: (asked) => {
    const { query, service } = asked
    const cursor = cursorsOf(service, { list: 'messages', ...query })
    return asked.in(async (session) => {
      const rows = await listMessageRows(session, {
        sender: query.sender,
        outcomes: query.outcome === undefined ? waitingOutcomes : [query.outcome],
        before: cursor.read(query.cursor, z.tuple([z.string(), z.int(), z.int()])),
        limit: query.limit + 1,
      })
      const page = rows.slice(0, query.limit)
      const last = rows.length > query.limit ? page.at(-1) : undefined
      return { messages: page.map(aboutOf), next: last ? cursor.write([last.at, last.ledger, last.message]) : null }
    })
  },

  readMessage: (asked) =>
    asked.in(async (session) => {
      const row = await get(session, asked.params.message)
      lookingRole(asked, row.ledger, row.pack)
      await lookAt(session, row)
      return viewOf(row)
    }),

  tryMessage: (asked) =>
    settle(asked, async (session, row, role, key) => {
      const feed = asked.service.feeds?.find(({ ledger }) => ledger === row.ledger)
      if (!feed)
        throw refuse('feed/not-configured', 'No feed of this house is set up in this service, so there is no mapping to try it by.')
      const { mapping, live } = await feed.mapping()
      if (live.pack !== row.pack) throw refuse('feed/not-configured', 'The mapping is about another pack now than when the message came.')
      const head = readHead(Buffer.from(row.text ?? ''))
      const read = head && readHl7Text(head, row.text ?? '')
      if (!read?.ok || row.code === 'feed/encoding')
        return {
          outcome: 'refused',
          code: row.code ?? 'feed/structure',
          says: row.says ?? '',
          ...(row.field === null ? {} : { field: row.field }),
        }
      try {
        const words = wordsOf(row.type, row.sender, row.control)
        return await placeMessage(
          {
            service: asked.service,
            session,
            ledger: row.ledger,
            live,
            role,
            sender: row.sender,
            words,
            key: keyOf('try', row.ledger, row.message, key),
          },
          readMessage(read.message, mapping, feed.zone),
        )
      } catch (error) {
        const issue = error instanceof IssueError ? error.issues[0] : undefined
        if (!issue) throw error
        const field = issue.path.map(String).find((part) => /^[A-Z][A-Z0-9]{2}-/.test(part))
        return { outcome: 'refused', code: issue.code, says: issue.message, ...(field === undefined ? {} : { field }) }
      }
    }),

  setMessageAside: (asked) =>
    settle(asked, async (_, row) => ({
      outcome: 'set-aside',
      ...(row.code === null ? {} : { code: row.code }),
      ...(row.says === null ? {} : { says: row.says }),
      reason: asked.body.reason,
    })),
}
