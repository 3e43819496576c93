import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Meeting, meetingRoutes } from '../api/meeting-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import type { workBodies } from '../api/work-routes.ts'
import type { Issue } from '../core/words/issue.ts'
import { minutesOf } from '../core/work/minutes.ts'
import { findMove, type Verb } from '../core/work/moving.ts'
import { type Act, keyAfter, type Session } from '../store/ledger-database.ts'
import {
  type DiscussionRow,
  findMeeting,
  listDiscussionRows,
  listMeetingRows,
  listNames,
  listPathwaysUnder,
  type MeetingRow,
} from '../store/meetings.ts'
import { hasRoleIn, type WorkRow } from '../store/work.ts'
import { getOrganisation, ledgersWith, lookingRole, packNamed } from './pathway-handlers.ts'
import { notThere, refuse, StaleError } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'
import { move, saidOf, viewOf } from './work-handlers.ts'

type Routes = typeof meetingRoutes
type Body = z.output<typeof workBodies.meeting>
type Topic = Asked<Routes['planMeeting']>['body']['agenda'][number]

const bodyOf = (row: MeetingRow): Body => row.body as Body // as these handlers wrote it

const headOf = (service: ServiceParts, row: MeetingRow) => {
  const { org, name, on, present } = bodyOf(row)
  return {
    ...{ meeting: refOf(row.ledger, row.work), org, name, on, present },
    pack: service.packs.byNumber(row.pack)?.id ?? String(row.pack),
    state: row.state as 'open' | 'signed' | 'cancelled', // the states of its kind
    version: row.version,
    signed: row.state === 'signed' ? { person: row.changed_by, name: row.changed_name, at: row.changed } : null,
  }
}

/** In the order that was given; those it does not name after them, as they were added. */
function inOrder(row: MeetingRow, items: readonly DiscussionRow[]): readonly DiscussionRow[] {
  const order = bodyOf(row).agenda ?? []
  const at = ({ work }: DiscussionRow) => (order.includes(work) ? order.indexOf(work) : order.length)
  return [...items].sort((a, b) => at(a) - at(b) || a.work - b.work)
}

/** The meeting with all that is on its agenda; that it was looked at is written down. */
async function show(
  asked: Pick<Asked<never>, 'service' | 'actor' | 'roleIn' | 'reply'>,
  session: Session,
  row: MeetingRow,
  replayed = false,
): Promise<z.input<typeof Meeting>> {
  const { service } = asked
  const items = inOrder(row, await listDiscussionRows(session, row.ledger, row.work))
  lookingRole(asked, row.ledger, row.pack)
  await session.look(row.ledger, { kind: 'meeting', seen: items.map(({ pathway }) => pathway), about: { work: [row.work] } })
  asked.reply.header('etag', `"${row.version}"`)
  const head = headOf(service, row)
  return {
    ...head,
    items: items.map(({ patient, name, ...item }) => ({ item: viewOf(service, item), patient: refOf(item.ledger, patient), name })),
    minutes:
      head.signed &&
      minutesOf({
        ...head,
        present: head.present.map(({ name }) => name),
        items: items.map(({ ledger, pathway, name, body }) => ({
          pathway: refOf(ledger, pathway),
          name,
          question: (body['question'] ?? null) as string | null, // the shape of its kind
          outcome: (body['outcome'] ?? null) as string | null,
        })),
        signedBy: head.signed.name ?? String(head.signed.person),
        signedAt: head.signed.at,
      }),
    replayed,
  }
}

async function get(session: Session, ref: string): Promise<MeetingRow> {
  const { ledger, n } = readRef(ref)
  const row = await findMeeting(session, ledger, n)
  if (!row) throw notThere()
  return row
}

/** Who was there, with their names: people of this house by number, guests by name. */
async function presentOf(
  session: Session,
  ledger: number,
  said: Asked<Routes['planMeeting']>['body']['present'],
): Promise<Body['present']> {
  const names = await listNames(
    session,
    said.flatMap((one) => ('person' in one ? [one.person] : [])),
  )
  const all: Body['present'] = []
  for (const one of said) {
    if ('name' in one) {
      all.push({ person: null, name: one.name })
      continue
    }
    const name = names.get(one.person)
    if (name === undefined || !(await hasRoleIn(session, one.person, ledger)))
      throw refuse('work/no-owner', 'Nobody of this number has a role here: give the name of a guest.', ['body', 'present'])
    all.push({ person: one.person, name })
  }
  return all
}

/** Acts that put pathways on the agenda. They have to be there, in this ledger and under this pack. */
async function adding(
  session: Session,
  { ledger, work, pack, on }: { ledger: number; work: number; pack: number; on: string },
  topics: readonly Topic[],
  key: string,
): Promise<readonly Act[]> {
  const named = topics.map(({ pathway }) => readRef(pathway))
  const small = named.filter((ref) => ref.ledger === ledger && ref.n <= 2_147_483_647).map(({ n }) => n)
  const there = await listPathwaysUnder(session, ledger, pack, small)
  if (named.some((ref) => ref.ledger !== ledger || !there.has(ref.n))) throw notThere()
  return topics.map(({ question }, i) => ({
    key: keyAfter(key, `topic ${i}`),
    kind: 'work-opened',
    pathway: named[i]!.n,
    payload: saidOf('discussion', 'listed', { meeting: work, ...(question === undefined ? {} : { question }) }, {}, on),
  }))
}

const stale = (service: ServiceParts, row: MeetingRow, why: string): StaleError => {
  const issue: Issue = { code: 'ledger/changed', path: [], message: why }
  return new StaleError([issue], headOf(service, row), { ledger: row.ledger, pathway: 0 })
}

/** What a move of a meeting, or of one of its discussions, says. */
function moving(verb: Verb, row: WorkRow, key: string, told: Readonly<Record<string, unknown>>): Act {
  const to = findMove(verb, row.kind)
  if (!to || to.from !== row.state)
    throw refuse('work/no-such-move', `A meeting that is "${row.state}" does not take this. Look at it again.`)
  const { kind: _, ...said } = saidOf(row.kind, to.to, {})
  return {
    key,
    kind: 'work-moved',
    pathway: row.pathway,
    pack: row.pack,
    expected: row.version,
    payload: { ...said, from: to.from, work: row.work, ...told },
  }
}

type Moving = Pick<Asked<Routes['editMeeting']>, 'in' | 'roleIn' | 'service' | 'actor' | 'reply' | 'ifMatch' | 'params'>

/** One change of a meeting and of its discussions: all of it or nothing. Sent again under its key it has been done. */
function change(asked: Moving, key: string, by: 'work' | 'answer', acts: (session: Session, row: MeetingRow) => Promise<readonly Act[]>) {
  const { ledger } = readRef(asked.params.meeting)
  return asked.in(async (session) => {
    const row = await get(session, asked.params.meeting)
    asked.roleIn(by, ledger, row.pack)
    const [before] = await session.rows('SELECT payload::jsonb AS payload FROM acts_before($1, $2) WHERE own', [ledger, [key]])
    if (before) {
      if ((before['payload'] as { work?: number }).work !== row.work)
        throw refuse('ledger/key-reused', 'This key was used for something else. A new act needs a new key.') // our own act, which is an object
      return show(asked, session, row, true)
    }
    if (asked.ifMatch !== undefined && row.version !== asked.ifMatch)
      throw stale(
        asked.service,
        row,
        `Somebody has changed this meeting since you read it (version ${row.version} now). Look at it, then decide again.`,
      )
    await session.act(ledger, await acts(session, row))
    return show(asked, session, await get(session, asked.params.meeting))
  })
}

export const meetingHandlers: Handlers<Routes> = {
  listMeetings: (asked) => {
    const { query, service } = asked
    const live = packNamed(service, query.pack)
    return asked.in(async (session) => {
      const ledgers = await ledgersWith(asked, session, 'see', live.pack)
      const rows = await listMeetingRows(session, { pack: live.pack, ledgers, org: query.org, open: query.open })
      return { meetings: rows.map((row) => headOf(service, row)) }
    })
  },

  planMeeting: (asked) => {
    const { body, service } = asked
    const { key = randomUUID(), name, on } = body
    const live = packNamed(service, body.pack)
    return asked.in(async (session) => {
      const { ledger, org } = await getOrganisation(session, body.org)
      asked.roleIn('work', ledger, live.pack)
      const present = await presentOf(session, ledger, body.present)
      const payload = saidOf('meeting', 'open', { org, name, on, present }, {}, on)
      const [done] = await session.act(ledger, [{ key, kind: 'work-opened', pack: live.pack, payload }])
      if (!done) throw new Error('An act gives an answer.')
      const topics = await adding(session, { ledger, work: done.seq, pack: live.pack, on }, body.agenda, key)
      if (topics.length > 0) await session.act(ledger, topics)
      return show(asked, session, await get(session, refOf(ledger, done.seq)), done.replayed)
    })
  },

  readMeeting: (asked) => asked.in(async (session) => show(asked, session, await get(session, asked.params.meeting))),

  editMeeting: (asked) => {
    const { key = randomUUID(), present, add = [], remove = [], order, name, on } = asked.body
    return change(asked, key, 'work', async (session, row) => {
      const { ledger, work, pack } = row
      const items = await listDiscussionRows(session, ledger, work)
      const named = (refs: readonly string[]) =>
        refs.map((ref) => {
          const found = items.find((item) => refOf(item.ledger, item.work) === ref)
          if (!found) throw notThere()
          return found
        })
      const told = {
        ...(name === undefined ? {} : { name }),
        ...(on === undefined ? {} : { on }),
        ...(present === undefined ? {} : { present: await presentOf(session, ledger, present) }),
        ...(order === undefined ? {} : { agenda: named(order).map((item) => item.work) }),
      }
      const dropped = named(remove).map((item) =>
        moving('cancel', item, keyAfter(key, `off ${item.work}`), { body: { because: 'Taken off the agenda.' } }),
      )
      const topics = await adding(session, { ledger, work, pack, on: on ?? bodyOf(row).on }, add, key)
      return [moving('write', row, key, { body: told, ...(on === undefined ? {} : { due: on }) }), ...dropped, ...topics]
    })
  },

  writeOutcome: (asked) => {
    const { key = randomUUID(), question, outcome } = asked.body
    return move(asked, 'write', key, (_, item) => {
      if (item.kind !== 'discussion') throw notThere()
      return { told: { body: { outcome, ...(question === undefined ? {} : { question }) } } }
    })
  },

  signMeeting: (asked) => {
    const { key = randomUUID(), read } = asked.body
    return change(asked, key, 'answer', async (session, row) => {
      const items = await listDiscussionRows(session, row.ledger, row.work)
      if (bodyOf(row).present.length === 0)
        throw refuse('meeting/nobody-present', 'Minutes name who was present: say who is there, then sign.', ['body'])
      const seen = new Map(read.map(({ work, version }) => [work, version]))
      const as = (item: DiscussionRow) => seen.get(refOf(item.ledger, item.work))
      if (seen.size !== items.length || items.some((item) => as(item) !== item.version))
        throw stale(asked.service, row, 'Something was typed or changed since you read it. Read it, then sign what stands there.')
      return [...items.map((item) => moving('sign', item, keyAfter(key, `signed ${item.work}`), {})), moving('sign', row, key, {})]
    })
  },

  cancelMeeting: (asked) => {
    const { key = randomUUID(), reason } = asked.body
    return change(asked, key, 'work', async (session, row) => {
      const items = await listDiscussionRows(session, row.ledger, row.work)
      const body = { because: reason }
      return [
        moving('cancel', row, key, { body }),
        ...items.map((item) => moving('cancel', item, keyAfter(key, `off ${item.work}`), { body })),
      ]
    })
  },
}
