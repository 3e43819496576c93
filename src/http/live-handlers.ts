import type { liveRoutes } from '../api/live-routes.ts'
import { refOf } from '../api/shapes.ts'
import { type Capability, ledgerOfScope, scopeOf } from '../core/rights/rights.ts'
import type { Change } from '../store/changes.ts'
import type { Actor } from '../store/ledger-database.ts'
import { ledgersWithFeeds, listFeeds } from './feed-handlers.ts'
import { packNamed } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'
import { eventText, type Stream, streamTo } from './stream.ts'

type Routes = typeof liveRoutes

/** Changes that are made up for; a reader who missed more reads its lists anew. */
const mostMissed = 1000
const streamsEach = 20
const beatMs = 15_000

const scopesOf = (actor: Pick<Actor, 'rights'>, pack: number | undefined): ReadonlySet<number> => {
  const see: Capability = 'see'
  const all = actor.rights.filter(({ capability }) => capability === see).flatMap(({ scopes }) => [...scopes])
  return new Set(all.filter((scope) => pack === undefined || scope % 1000 === pack || scope % 1000 === 0))
}

const viewOf = (service: ServiceParts, change: Change) => ({
  pathway: refOf(change.ledger, change.pathway),
  version: change.version,
  act: refOf(change.ledger, change.seq),
  at: change.at,
  kind: change.kind,
  role: change.role,
  pack: service.packs.byNumber(change.pack)?.id ?? String(change.pack),
})

/** `2:17,3:5`: how far a reader has come in each ledger. */
const idOf = (positions: ReadonlyMap<number, number>): string =>
  [...positions]
    .sort(([a], [b]) => a - b)
    .map(([ledger, seq]) => `${ledger}:${seq}`)
    .join()

function readId(id: string | undefined): ReadonlyMap<number, number> | undefined {
  if (id === undefined || !/^\d{1,7}:\d{1,15}(?:,\d{1,7}:\d{1,15})*$/.test(id)) return undefined
  return new Map(id.split(',').map((part) => part.split(':').map(Number) as [number, number])) // two numbers, as the pattern says
}

/** What happened between the place a reader names and the place from which it is followed; undefined when that is too much. */
async function missedBy(
  asked: Asked<Routes['followChanges']>,
  since: ReadonlyMap<number, number>,
  upTo: ReadonlyMap<number, number>,
  may: ReadonlySet<number>,
): Promise<readonly Change[] | undefined> {
  return asked.in(async (session) => {
    const missed: Change[] = []
    for (const [ledger, seq] of since) {
      const now = upTo.get(ledger)
      if (now === undefined || seq >= now) continue
      const rows = await session.rows('SELECT * FROM changes_since($1, $2, $3) WHERE seq <= $4', [ledger, seq, mostMissed + 1, now])
      missed.push(...(rows as unknown as readonly Change[]).filter((row) => may.has(scopeOf(row.ledger, row.pack)))) // columns are named as the fields are
      if (missed.length > mostMissed) return undefined
    }
    return missed
  })
}

const streamsOf = new WeakMap<Set<Stream>, Map<number, number>>()

/** Counts the streams of one person; gives the way to give a place back. */
function takePlace(streams: Set<Stream>, person: number): () => void {
  const counts = streamsOf.get(streams) ?? new Map<number, number>()
  streamsOf.set(streams, counts)
  const has = counts.get(person) ?? 0
  if (has >= streamsEach) throw refuse('http/too-many', 'You follow the changes in too many places at once. Close some.')
  counts.set(person, has + 1)
  let given = false
  return () => {
    if (given) return
    given = true
    const left = (counts.get(person) ?? 1) - 1
    if (left === 0) counts.delete(person)
    else counts.set(person, left)
  }
}

export const liveHandlers: Handlers<Routes> = {
  followChanges: async (asked) => {
    const { service, request, reply, actor } = asked
    const pack = asked.query.pack === undefined ? undefined : packNamed(service, asked.query.pack).pack
    const { streams } = request.server
    const giveBack = takePlace(streams, actor.person)
    let may = scopesOf(actor, pack)
    let followed: { readonly positions: ReadonlyMap<number, number>; stop(): void } | undefined
    try {
      const held: (readonly Change[])[] = []
      let hear = (changes: readonly Change[]): void => void held.push(changes)
      followed = await service.ledger.changes.subscribe({ scopes: () => may, changed: (changes) => hear(changes) })
      const { stop, positions: upTo } = followed
      const header = request.headers['last-event-id']
      const since = readId(Array.isArray(header) ? header[0] : header)
      const missed = header === undefined ? [] : since && (await missedBy(asked, since, upTo, may))

      reply.hijack()
      const { raw } = reply
      // Gone before it began: there will be no other word of it.
      if (raw.destroyed) {
        stop()
        return giveBack()
      }
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>), // set by hooks, as texts
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      const stream = streamTo(raw)
      streams.add(stream)
      const beat = setInterval(() => void stillThere(), service.liveBeatMs ?? beatMs)
      raw.on('close', () => {
        clearInterval(beat)
        streams.delete(stream)
        stop()
        giveBack()
      })

      const ledgers = new Set([...may].map(ledgerOfScope))
      const positions = new Map([...upTo].filter(([ledger]) => ledgers.has(ledger)))
      const tell = (changes: readonly Change[]) => {
        for (const change of changes) {
          positions.set(change.ledger, change.seq)
          if (!stream.send(eventText('change', idOf(positions), viewOf(service, change)))) return
        }
      }
      // While what was missed is told, the place is still the old one: a stream that breaks off here goes on from here.
      for (const [ledger, seq] of since ?? []) if (ledgers.has(ledger)) positions.set(ledger, Math.min(seq, upTo.get(ledger) ?? seq))
      tell(missed ?? [])
      for (const [ledger, seq] of upTo) if (ledgers.has(ledger)) positions.set(ledger, Math.max(seq, positions.get(ledger) ?? 0))
      stream.send(eventText(missed ? 'here' : 'reset', idOf(positions), {}))
      for (const changes of held) tell(changes)
      hear = tell

      let feedsTold: string | undefined
      /** That feeds stand otherwise than before: one is silent, one has come back, one is made to wait. What they are is asked for. */
      const tellFeeds = async () => {
        const feeds = await asked.in((session) => listFeeds(service, session, ledgersWithFeeds(actor)))
        const stand = JSON.stringify(feeds.map(({ ledger, sender, state, stopped }) => [ledger, sender, state, stopped?.code]))
        if (feedsTold !== undefined && feedsTold !== stand) stream.send(eventText('feeds', idOf(positions), {}))
        feedsTold = stand
      }

      /** Rights may have gone, and the sign-in with them: then so does the stream. */
      const stillThere = async () => {
        const now = await service.signIn.whoIs(request).catch(() => undefined)
        if (!now || now.person !== actor.person || scopesOf(now, pack).size === 0) return stream.end()
        may = scopesOf(now, pack)
        stream.send(': still here\n\n')
        await tellFeeds().catch(() => {}) // while the database is away nothing is known of them
      }
      await tellFeeds().catch(() => {})
    } catch (error) {
      followed?.stop()
      giveBack()
      throw error
    }
  },
}
