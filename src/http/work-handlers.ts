import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { readRef, refOf } from '../api/shapes.ts'
import type { WorkView, workBodies, workRoutes } from '../api/work-routes.ts'
import { ledgerOfScope, scopeOf } from '../core/rights/rights.ts'
import { addDays, type Day, dayText } from '../core/words/day.ts'
import type { Issue } from '../core/words/issue.ts'
import type { IssueError } from '../core/words/result.ts'
import { climbOnce, findMove, isOpen, type Rung, usualLadder, type Verb } from '../core/work/moving.ts'
import { type WorkKindId, workKinds } from '../core/work/work.ts'
import { findDocuments } from '../store/documents.ts'
import { type Act, keyAfter, type Session } from '../store/ledger-database.ts'
import { listPathwayFacts } from '../store/pathways.ts'
import { findWork, hasRoleIn, listAnswerTimes, listWorkActs, listWorkRows, type WorkRow } from '../store/work.ts'
import { cursorsOf } from './cursor.ts'
import { checkEvidence } from './evidence.ts'
import {
  contextOf,
  getPathway,
  holdAgainstPack,
  ledgersWith,
  lookingRole,
  type Offered,
  offerOf,
  packNamed,
  packOf,
  payloadOf,
  todayAt,
  untilUnchanged,
  warningsOf,
} from './pathway-handlers.ts'
import { notThere, refuse, StaleError } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'

type Routes = typeof workRoutes

export const viewOf = (service: ServiceParts, row: WorkRow): z.input<typeof WorkView> =>
  ({
    work: refOf(row.ledger, row.work),
    kind: row.kind,
    pack: service.packs.byNumber(row.pack)?.id ?? String(row.pack),
    pathway: refOf(row.ledger, row.pathway),
    state: row.state,
    open: row.open,
    owner: { person: row.owner_person, role: row.owner_role },
    due: row.due,
    version: row.version,
    opened: row.opened,
    openedBy: row.opened_by,
    changed: row.changed,
    changedBy: row.changed_by,
    body: row.body,
  }) as z.input<typeof WorkView> // the body was written in the shape of its kind

interface Owner {
  readonly role?: string | undefined
  readonly person?: number | undefined
}

/** Owner, day and words of a piece of work, as an act says them. An owner who is named takes the place of the one before. */
export const saidOf = (kind: WorkKindId, state: string, body: object, owner: Owner = {}, due?: string) => ({
  kind,
  state,
  open: isOpen(kind, state),
  ...(owner.role === undefined && owner.person === undefined ? {} : { ownerRole: owner.role ?? null, ownerPerson: owner.person ?? null }),
  ...(due === undefined ? {} : { due }),
  body,
})

type Next = Asked<Routes['planStep']>['body']['next']
const nextStepOf = (next: Next) =>
  'none' in next
    ? saidOf('next-step', 'none', { because: next.none })
    : saidOf('next-step', 'planned', { what: next.what, ...(next.books === undefined ? {} : { books: next.books }) }, next, next.due)

export async function checkOwner(session: Session, ledger: number, owner: Owner): Promise<void> {
  if (owner.person !== undefined && !(await hasRoleIn(session, owner.person, ledger)))
    throw refuse('work/no-owner', 'Nobody of this number has a role here: choose somebody of this house.', ['body', 'person'])
}

function checkBooked(service: ServiceParts, pack: number, books: string | null | undefined): void {
  const { slots } = packOf(service, pack).content
  if (books && !slots.some((slot) => slot.kind === 'milestone' && slot.id === books))
    throw refuse('work/no-milestone', `A step books a milestone of the pack; it has none called "${books}".`, ['body', 'books'])
}

export async function get(session: Session, ledger: number, work: number, key?: string) {
  const found = await findWork(session, ledger, work, key)
  if (!found) throw notThere()
  return found
}

type Opening = Asked<Routes['addNote' | 'planStep' | 'askQuery' | 'suggestEntry' | 'raiseEscalation']>

/** Opens a piece of work on a pathway. `check` looks at what it names, before anything is written. */
export async function open(
  asked: Pick<Opening, 'in' | 'roleIn' | 'reply' | 'service'> & { readonly params: { readonly pathway: string } },
  key: string | undefined,
  said: (today: Day) => ReturnType<typeof saidOf>,
  check: (session: Session, at: Awaited<ReturnType<typeof getPathway>>) => Promise<unknown> = async () => {},
) {
  const { ledger, n } = readRef(asked.params.pathway)
  return asked.in(async (session) => {
    const at = await getPathway(session, asked.params.pathway, undefined, key)
    const payload = said(todayAt(asked.service, at.zone))
    const [, , by] = workKinds[payload.kind].moves.find(([from, to]) => from === '' && to === payload.state) ?? []
    asked.roleIn(by ?? 'work', ledger, at.pack)
    if (!at.done) await check(session, at)
    const [done] = await session.act(ledger, [{ key: key ?? randomUUID(), kind: 'work-opened', pathway: n, payload }])
    if (!done) throw new Error('An act gives an answer.')
    const item = await get(session, ledger, done.seq)
    asked.reply.header('etag', `"${item.version}"`)
    return { item: viewOf(asked.service, item), replayed: done.replayed }
  })
}

interface Moving {
  readonly params: { readonly work: string }
  readonly in: Asked<Routes['finishStep']>['in']
  readonly roleIn: Asked<Routes['finishStep']>['roleIn']
  readonly ifMatch: number | undefined
  readonly service: ServiceParts
  readonly reply: Asked<Routes['finishStep']>['reply']
}

type Item = Awaited<ReturnType<typeof get>>
type Told = Omit<ReturnType<typeof saidOf>, 'kind' | 'state' | 'open'>

interface Plan {
  /** What the move says; made from what was sent and from what never changes, so that sent again it is the same act. */
  readonly told: Told
  readonly verb?: Verb
  readonly also?: readonly Act[]
}

/** One move of a piece of work: read it, see that it may, append. */
export async function move(asked: Moving, verb: Verb, key: string, plan: (session: Session, item: Item) => Promise<Plan> | Plan) {
  const { ledger, n } = readRef(asked.params.work)
  return untilUnchanged(() =>
    asked.in(async (session) => {
      const item = await get(session, ledger, n, key)
      if (!item.done && asked.ifMatch !== undefined && item.version !== asked.ifMatch) throw stale(asked.service, item)
      const move = findMove(verb, item.kind)
      if (!move || (!item.done && move.from !== item.state)) throw noSuchMove(item)
      asked.roleIn(move.by, ledger, item.pack)
      const planned = await plan(session, item)
      const { from, to } = (planned.verb && findMove(planned.verb, item.kind)) ?? move
      const { kind: _, ...said } = saidOf(item.kind, to, planned.told.body)
      const [done] = await session.act(ledger, [
        {
          key,
          kind: 'work-moved',
          pathway: item.pathway,
          ...(item.done ? {} : { expected: item.version }),
          payload: { ...said, ...planned.told, work: n, from },
        },
        ...(planned.also ?? []),
      ])
      if (!done) throw new Error('An act gives an answer.')
      const after = await get(session, ledger, n)
      asked.reply.header('etag', `"${after.version}"`)
      return { item: viewOf(asked.service, after), replayed: done.replayed }
    }),
  )
}

/** What this person has opened under a key before. */
export async function openedBefore(session: Session, ledger: number, key: string, kind: WorkKindId): Promise<WorkRow> {
  const [act] = await session.rows('SELECT seq FROM acts_before($1, $2) WHERE kind = $3 AND own', [ledger, [key], 'work-opened'])
  const item = act && (await get(session, ledger, Number(act['seq'])))
  if (item?.kind !== kind) throw refuse('ledger/key-reused', 'This key was used for something else. A new act needs a new key.')
  return item
}

/** Of a move that says what depends on the day: sent again, it has been done, and is not said anew. */
export async function sentBefore(asked: Moving, key: string) {
  const { ledger, n } = readRef(asked.params.work)
  return asked.in(async (session) => {
    const item = await get(session, ledger, n, key)
    if (!item.done) return undefined
    const [act] = await session.rows('SELECT kind, payload::jsonb AS payload FROM acts_before($1, $2)', [ledger, [key]])
    const payload = act?.['payload'] as Readonly<Record<string, unknown>> | undefined // our own act, which is an object
    if (act?.['kind'] !== 'work-moved' || payload?.['work'] !== n)
      throw refuse('ledger/key-reused', 'This key was used for something else. A new act needs a new key.')
    asked.reply.header('etag', `"${item.version}"`)
    return { item: viewOf(asked.service, item), replayed: true }
  })
}

const noSuchMove = (item: WorkRow): IssueError =>
  refuse('work/no-such-move', `A ${workKinds[item.kind].name.toLowerCase()} that is "${item.state}" does not take this. Look at it again.`)

/** Both versions: the one that was sent lies with the sender, the one that stands is given back. */
const stale = (service: ServiceParts, item: WorkRow): StaleError => {
  const issue: Issue = {
    code: 'ledger/changed',
    path: [],
    message: `Somebody has changed this since you read it (version ${item.version} now). Look at what stands there, then decide again.`,
  }
  return new StaleError([issue], viewOf(service, item), item)
}

type Proposal = z.output<typeof workBodies.proposal>

/** The entry a proposal suggests, with what the one who accepts it changes. */
function suggestedOf(item: WorkRow, body: Asked<Routes['acceptProposal']>['body']): Offered {
  const { code, variant, occurred, occurredAt, place, standing, value, evidence } = item.body as Proposal // as `suggestEntry` wrote it
  const { change, decider, onBehalfOf, reason, passing } = body
  // A day that is changed takes the time of the other day with it.
  const time = change?.occurred === undefined ? occurredAt : undefined
  const defined = Object.entries({
    code,
    variant,
    occurred,
    occurredAt: time,
    place,
    standing,
    value,
    evidence,
    decider,
    onBehalfOf,
    reason,
  })
  return { ...Object.fromEntries(defined.filter(([, said]) => said !== undefined)), ...change, passing } as Offered // names and types are those of an offer
}

const ledgersByRole = ({ actor }: Pick<Asked<Routes['listWork']>, 'actor'>) => {
  const held = actor.rights.flatMap(({ role, scopes }) => [...scopes].map((scope) => `${ledgerOfScope(scope)} ${role}`))
  const pairs = [...new Set(held)].map((pair) => pair.split(' '))
  return { ledgers: pairs.map(([ledger]) => Number(ledger)), roles: pairs.map(([, role]) => role ?? '') }
}

/** Writes down a look at the pathways some work is about, before the answer leaves. */
export async function lookAt(asked: Pick<Asked<never>, 'actor' | 'roleIn'>, session: Session, rows: readonly WorkRow[], kind: string) {
  for (const [ledger, mine] of [...Map.groupBy(rows, (row) => row.ledger)].sort(([a], [b]) => a - b)) {
    lookingRole(asked, ledger, mine[0]?.pack)
    await session.look(ledger, { kind, seen: mine.map((row) => row.pathway), about: { work: mine.map((row) => row.work) } })
  }
}

/** One rung up, at the time it has taken on this rung. */
const climbed = (item: WorkRow, today: Day, because: string | undefined) => {
  const { ladder, rung } = item.body as { ladder: readonly Rung[]; rung: number } // as `raiseEscalation` wrote it
  return climbOnce(ladder, rung, today, because ?? null)
}

async function answerTimes(asked: Asked<Routes['reportEscalations' | 'reportQueries']>, kind: 'escalation' | 'query') {
  const { service, query, actor } = asked
  const live = packNamed(service, query.pack)
  return service.ledger.counting(actor, async (rows) => {
    const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack)
    return {
      rows: [
        ...(await listAnswerTimes(rows, { ...query, kind, ledgers, pack: live.pack, now: service.now(), byRole: query.by !== 'place' })),
      ],
    }
  })
}

const top = () => refuse('work/no-such-move', 'This escalation stands on its highest rung. It stays there until somebody answers.')

export const workHandlers: Handlers<Routes> = {
  addNote: (asked) => {
    const { key, ...body } = asked.body
    return open(asked, key, () => saidOf('note', 'written', body))
  },

  planStep: (asked) => {
    const { key, next } = asked.body
    return open(
      asked,
      key,
      () => nextStepOf(next),
      async (session, { ledger, pack }) => {
        if ('none' in next) return
        checkBooked(asked.service, pack, next.books)
        await checkOwner(session, ledger, next)
      },
    )
  },

  askQuery: (asked) => {
    const { key, role, person, due, choices, ...body } = asked.body
    return open(
      asked,
      key,
      () => saidOf('query', 'asked', { ...body, ...(choices.length === 0 ? {} : { choices }) }, { role, person }, due),
      async (session, at) => {
        await checkOwner(session, at.ledger, { person })
        if (body.entry !== undefined && !at.entries.some((entry) => entry.seq === body.entry)) throw notThere()
        if (body.document !== undefined) await getDocumentOf(session, at, body.document)
      },
    )
  },

  suggestEntry: (asked) => {
    const { key, role, due, ...body } = asked.body
    return open(
      asked,
      key,
      () => saidOf('proposal', 'suggested', body, { role }, due),
      async (session, at) => {
        const live = packOf(asked.service, at.pack)
        await checkEvidence(session, at, body.evidence)
        if (!live.content.codesByText.has(body.code))
          throw refuse('door/unknown-code', 'The pack has no such code: choose one from its list.', ['body', 'code'])
      },
    )
  },

  raiseEscalation: (asked) => {
    const { key, sentence, choices, ladder = usualLadder } = asked.body
    const [first = usualLadder[0]!] = ladder // the shape asks for one at least
    return open(asked, key, (today) =>
      saidOf(
        'escalation',
        'raised',
        { sentence, ladder, rung: 0, ...(choices.length === 0 ? {} : { choices }) },
        { role: first.toRole },
        dayText(addDays(today, first.days)),
      ),
    )
  },

  listWork: (asked) => {
    const { query, service } = asked
    const cursor = cursorsOf(service, { list: 'work', ...query })
    return asked.in(async (session) => {
      const rows = await listWorkRows(session, {
        mine: query.mine === true ? { person: asked.actor.person, ...ledgersByRole(asked) } : undefined,
        role: query.role,
        person: query.person,
        org: query.org,
        pathway: query.pathway === undefined ? undefined : readRef(query.pathway),
        kind: query.kind,
        open: query.open,
        dueBy: query.dueBy,
        after: cursor.read(query.cursor, z.tuple([z.string().nullable(), z.int(), z.int()])),
        limit: query.limit + 1,
      })
      const page = rows.slice(0, query.limit)
      await lookAt(asked, session, page, 'work-list')
      const last = rows.length > query.limit ? page.at(-1) : undefined
      const facts = await listPathwayFacts(session, [...new Map(page.map((row) => [refOf(row.ledger, row.pathway), row])).values()])
      const names = Object.fromEntries([...facts].map(([pathway, { name }]) => [pathway, name]))
      return { items: page.map((row) => viewOf(service, row)), names, next: last ? cursor.write([last.due, last.ledger, last.work]) : null }
    })
  },

  readWork: (asked) => {
    const { ledger, n } = readRef(asked.params.work)
    return asked.in(async (session) => {
      const item = await get(session, ledger, n)
      await lookAt(asked, session, [item], 'work')
      asked.reply.header('etag', `"${item.version}"`)
      return viewOf(asked.service, item)
    })
  },

  readWorkHistory: (asked) => {
    const { ledger, n } = readRef(asked.params.work)
    return asked.in(async (session) => {
      const item = await get(session, ledger, n)
      const acts = await listWorkActs(session, ledger, n)
      await lookAt(asked, session, [item], 'work')
      asked.reply.header('etag', `"${item.version}"`)
      return {
        work: asked.params.work,
        acts: acts.map(({ payload, ...act }) => ({
          act: refOf(ledger, act.seq),
          at: act.at,
          person: act.person,
          role: act.role,
          state: String(payload['state']),
          owner:
            'ownerRole' in payload || 'ownerPerson' in payload
              ? { person: (payload['ownerPerson'] ?? null) as number | null, role: (payload['ownerRole'] ?? null) as string | null } // as acts say them
              : null,
          due: (payload['due'] ?? null) as string | null, // a day, as acts say it
          said: { ...(payload['body'] as Readonly<Record<string, unknown>> | undefined) }, // an object, as acts say it
        })),
      }
    })
  },

  finishStep: (asked) => {
    const { key = randomUUID(), outcome, next } = asked.body
    return move(asked, 'finish', key, async (session, item) => {
      if (next && !('none' in next) && !item.done) {
        checkBooked(asked.service, item.pack, next.books)
        await checkOwner(session, item.ledger, next)
      }
      const after = next && {
        key: keyAfter(key, 'next'),
        kind: 'work-opened' as const,
        pathway: item.pathway,
        payload: nextStepOf(next),
      }
      return { told: { body: outcome === undefined ? {} : { outcome } }, also: after ? [after] : [] }
    })
  },

  dropWork: ({ body: { key = randomUUID(), reason }, ...asked }) =>
    move(asked, 'drop', key, () => ({ told: { body: { because: reason } } })),

  editWork: (asked) => {
    const { key = randomUUID(), what, question, books, role, person, due } = asked.body
    return move(asked, 'edit', key, async (session, item) => {
      const wrong = item.kind === 'query' ? (what ?? books) : question
      if (wrong !== undefined) throw noSuchMove(item)
      if (!item.done) {
        checkBooked(asked.service, item.pack, books)
        await checkOwner(session, item.ledger, { person })
      }
      const said = { what, question, books }
      const body = Object.fromEntries(Object.entries(said).filter(([, words]) => words !== undefined))
      const { kind: _, state: _state, open: _open, ...told } = saidOf(item.kind, item.state, body, { role, person }, due)
      return { told }
    })
  },

  answerWork: (asked) => {
    const { key = randomUUID(), text, choice } = asked.body
    return move(asked, 'answer', key, (_, item) => {
      const offered = (item.body['choices'] ?? []) as readonly string[] // as it was asked
      if (choice !== undefined && !offered.includes(choice))
        throw refuse('work/no-choice', 'This choice was not offered: choose one of those, or answer in words.', ['body', 'choice'])
      return { told: { body: { answer: text ?? null, choice: choice ?? null } } }
    })
  },

  acceptProposal: async (asked) => {
    const { key = randomUUID(), change } = asked.body
    let recorded: { entry: string; warnings: ReturnType<typeof warningsOf> } | undefined
    const done = await move(asked, 'accept', key, async (session, item) => {
      const record = await getPathway(session, refOf(item.ledger, item.pathway), undefined, key)
      const live = packOf(asked.service, item.pack)
      const body = suggestedOf(item, asked.body)
      const days = item.done ? new Map<string, string>() : await checkEvidence(session, record, body.evidence)
      const { role } = asked.roleIn('record', item.ledger, item.pack)
      const answer = item.done ? undefined : holdAgainstPack(offerOf(body, days), contextOf(asked.service, live, record, role))
      const source = `proposal ${refOf(item.ledger, item.work)}`
      const [entry] = await session.act(item.ledger, [
        {
          key: keyAfter(key, 'entry'),
          kind: 'recorded',
          pathway: item.pathway,
          ...(item.done ? {} : { expected: record.version }),
          payload: payloadOf(body, record.org, { source }),
        },
      ])
      if (!entry) throw new Error('An act gives an answer.')
      recorded = { entry: refOf(item.ledger, entry.seq), warnings: warningsOf(answer) }
      return {
        verb: change ? 'change' : 'accept',
        told: { body: { entry: entry.seq, ...(change ? { changes: change } : {}) } },
      }
    })
    if (!recorded) throw new Error('A proposal that was accepted has an entry.')
    return { ...done, ...recorded }
  },

  refuseProposal: ({ body: { key = randomUUID(), reason, words }, ...asked }) =>
    move(asked, 'refuse', key, () => ({ told: { body: { refused: reason, words: words ?? null } } })),

  climbEscalation: async (asked) => {
    const { key = randomUUID(), reason } = asked.body
    const before = await sentBefore(asked, key)
    if (before) return before
    return move(asked, 'climb', key, (_, item) => {
      const told = climbed(item, todayAt(asked.service, item.zone), reason)
      if (!told) throw top()
      return { told }
    })
  },

  reopenWork: ({ body: { key = randomUUID(), reason }, ...asked }) =>
    move(asked, 'reopen', key, (_, item) => ({
      told: {
        // What was said and no longer holds is taken back; the history keeps it.
        body: item.kind === 'proposal' ? { refused: null, words: reason } : { because: reason, ...taken[item.kind] },
      },
    })),

  reportEscalations: (asked) => answerTimes(asked, 'escalation'),
  reportQueries: (asked) => answerTimes(asked, 'query'),

  climbOverdue: (asked) =>
    asked.in(async (session) => {
      const rows = await session.rows(
        `SELECT w.ledger, w.work, o.zone FROM work w JOIN pathway p ON p.ledger = w.ledger AND p.pathway = w.pathway JOIN organisation o ON o.org = p.org
         WHERE w.kind = 'escalation' AND w.open AND w.due < $1::date + 2 ORDER BY w.ledger, w.work`,
        [asked.service.now().toISOString().slice(0, 10)], // which day it is differs by place; each is looked at below
      )
      const up: string[] = []
      for (const row of rows) {
        const [ledger, work, zone] = [Number(row['ledger']), Number(row['work']), String(row['zone'])]
        const today = todayAt(asked.service, zone)
        const item = await get(session, ledger, work)
        const told = item.due !== null && item.due < dayText(today) ? climbed(item, today, 'Not answered in time.') : undefined
        const may = asked.actor.rights.some(({ capability, scopes }) => capability === 'work' && scopes.has(scopeOf(ledger, item.pack)))
        if (!told || !may) continue
        asked.roleIn('work', ledger, item.pack)
        const act = { key: randomUUID(), kind: 'work-moved', pathway: item.pathway, expected: item.version } as const
        await session.act(ledger, [{ ...act, payload: { ...told, work } }])
        up.push(refOf(ledger, work))
      }
      return { climbed: up }
    }),
}

/** What a piece of work forgets when it is opened again. */
const taken: { readonly [K in WorkKindId]?: object } = {
  'next-step': { outcome: null },
  query: { answer: null, choice: null },
  escalation: { answer: null, choice: null },
  handover: { receivedOn: null },
  overrun: { avoidable: null, patientInitiated: null, text: null, reason: null, words: null },
}

async function getDocumentOf(session: Session, at: { readonly ledger: number; readonly patient: number }, ref: string): Promise<void> {
  const { ledger, n } = readRef(ref)
  const [row] = ledger === at.ledger ? await findDocuments(session, ledger, [n]) : []
  if (!row || row.patient !== at.patient) throw notThere()
}
