import { randomUUID } from 'node:crypto'
import type { overrunRoutes } from '../api/overrun-routes.ts'
import { readRef } from '../api/shapes.ts'
import { listPathways } from '../core/measure/account.ts'
import { validDays } from '../core/pack/limit-table.ts'
import { type DelayPoint, type PassedLimit, passedLimits } from '../core/work/delay.ts'
import type { LivePack } from '../store/live-packs.ts'
import { countPassedLimits, listPassedLimitRows } from '../store/overruns.ts'
import { entriesOf, type PathwayRecord } from '../store/pathways.ts'
import { askingOf, getPathway, ledgersWith, packNamed, packOf, todayAt, untilUnchanged } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'
import { checkOwner, get, move, saidOf, sentBefore, viewOf } from './work-handlers.ts'

type Routes = typeof overrunRoutes

/** Limits passed by what counts now. Where codes name variants, entries of two make two pathways of one. */
function passedNow(service: ServiceParts, live: LivePack, record: PathwayRecord): readonly PassedLimit[] {
  const { zone } = live.content
  const asking = askingOf(todayAt(service, zone), zone)
  return listPathways(live.content, entriesOf(record)).flatMap((pathway) => passedLimits(live.content, pathway, asking))
}

const pointOf = ({ milestone, name, code, on }: DelayPoint) => ({ milestone: milestone ?? null, name, code, on })
/** Places of a live ledger are organisations' numbers. */
const orgOf = (place: string | undefined) => (place === undefined ? null : Number(place))

const delayOf = ({ delay }: PassedLimit) => ({
  unit: delay.unit,
  total: delay.total,
  segments: delay.segments.map(({ from, to, place, length, paused }) => ({
    from: pointOf(from),
    to: to ? pointOf(to) : null,
    place: orgOf(place),
    length,
    paused,
  })),
  longest: delay.longest,
})

/** What a record says of the limit itself, as computed when it is written. */
const factsOf = (live: LivePack, record: PathwayRecord, passed: PassedLimit) => {
  const delay = delayOf(passed)
  return {
    interval: passed.interval,
    variant: passed.variant,
    pack: `${live.id} ${live.content.version}`,
    limit: passed.limit,
    limitDay: passed.limitDay ?? null,
    ...delay,
    place: delay.segments[delay.longest]?.place ?? record.org,
  }
}

type Explained = Omit<Asked<Routes['explainPassedLimit']>['body'], 'key'>

/** What people say of it, with the words of the reason, so that it can be read when the list has changed. */
function explainedBy(service: ServiceParts, live: LivePack, interval: string, said: Explained) {
  const { reason, avoidable, patientInitiated, text } = said
  const offered = reasonsOf(service, live).filter(({ intervals }) => !intervals || intervals.includes(interval))
  const chosen = offered.find(({ id }) => id === reason)
  if (reason !== undefined && !chosen)
    throw refuse('work/no-choice', 'The pack has no such reason for this limit, today: choose one from its list.', ['body', 'reason'])
  if (offered.length > 0 && !chosen) throw refuse('work/no-choice', 'Choose a reason from the list of the pack.', ['body', 'reason'])
  if (!chosen && text === undefined) throw refuse('work/no-choice', 'The pack has no list of reasons: say in words why.', ['body', 'text'])
  return { reason: chosen?.id ?? null, words: chosen?.text ?? null, avoidable, patientInitiated, text: text ?? null }
}

/** Reasons that can be chosen today. */
function reasonsOf(service: ServiceParts, live: LivePack) {
  const today = todayAt(service, live.content.zone)
  return live.content.text.delayReasons.filter((reason) => {
    const { from, to } = validDays(reason)
    return from <= today && today <= to
  })
}

export const overrunHandlers: Handlers<Routes> = {
  listPassedLimits: (asked) => {
    const { service, params, query } = asked
    return asked.in(async (session) => {
      const record = await getPathway(session, params.pathway, 'overruns')
      const live = packOf(service, record.pack)
      const records = await listPassedLimitRows(session, record.ledger, record.pathway)
      const wanted = ({ interval }: { readonly interval: unknown }) => query.interval === undefined || query.interval === interval
      const now = passedNow(service, live, record).filter(wanted)
      const recordOf = ({ interval, variant }: PassedLimit) =>
        records.find(({ body }) => body['interval'] === interval && body['variant'] === variant)
      const kept = new Set(now.map(recordOf))
      asked.reply.header('etag', `"${record.version}"`)
      return {
        pathway: params.pathway,
        version: record.version,
        passed: now.map((one) => {
          const row = recordOf(one)
          const { interval, name, variant, verdict, limit, limitDay, delay } = one
          return {
            ...{ interval, name, variant, verdict, limit, limitDay: limitDay ?? null, over: delay.total - limit },
            ...delayOf(one),
            record: row ? viewOf(service, row) : null,
          }
        }),
        earlier: records.filter((row) => !kept.has(row) && wanted({ interval: row.body['interval'] })).map((row) => viewOf(service, row)),
        reasons: reasonsOf(service, live).map(({ id, text, texts, intervals, source }) => ({
          id,
          text,
          texts: { ...texts },
          intervals: intervals ?? null,
          source: source ?? null,
        })),
      }
    })
  },

  recordPassedLimit: (asked) => {
    const { service, params, body } = asked
    const { key = randomUUID(), interval, variant, explanation, role, person, due } = body
    const { ledger, n } = readRef(params.pathway)
    return untilUnchanged(() =>
      asked.in(async (session) => {
        const record = await getPathway(session, params.pathway, undefined, key)
        const live = packOf(service, record.pack)
        asked.roleIn('work', ledger, record.pack)
        await checkOwner(session, ledger, { person })
        const passed = passedNow(service, live, record).find(
          (one) => one.interval === interval && (variant === undefined || one.variant === variant),
        )
        const before = (await listPassedLimitRows(session, ledger, n)).find(
          (row) => row.body['interval'] === interval && (variant === undefined || row.body['variant'] === variant),
        )
        // What it says depends on the day: sent again, it has been done, and is not said anew.
        if (record.done && before) return { item: viewOf(service, before), replayed: true }
        if (before)
          throw refuse('work/recorded-already', 'This passed limit has a record already: look it up and explain it there.', [
            'body',
            'interval',
          ])
        if (!passed)
          throw refuse('work/not-passed', 'By what is recorded, the limit of this interval is not passed here.', ['body', 'interval'])
        const said = explanation === undefined ? {} : explainedBy(service, live, interval, explanation)
        const state = explanation === undefined ? 'open' : 'explained'
        const payload = saidOf('overrun', state, { ...factsOf(live, record, passed), ...said }, { role, person }, due)
        // With the version that was read: of two who write the same record at once, the second reads again and finds it.
        const [done] = await session.act(ledger, [{ key, kind: 'work-opened', pathway: n, expected: record.version, payload }])
        if (!done) throw new Error('An act gives an answer.')
        const item = await get(session, ledger, done.seq)
        asked.reply.header('etag', `"${item.version}"`)
        return { item: viewOf(service, item), replayed: done.replayed }
      }),
    )
  },

  explainPassedLimit: async (asked) => {
    const { key = randomUUID(), ...said } = asked.body
    const before = await sentBefore(asked, key)
    if (before) return before
    return move(asked, 'explain', key, async (session, item) => {
      const record = await getPathway(session, `${item.ledger}-${item.pathway}`, undefined)
      const live = packOf(asked.service, item.pack)
      const passed = passedNow(asked.service, live, record).find(
        ({ interval, variant }) => interval === item.body['interval'] && variant === item.body['variant'],
      )
      // Corrected away since it was written down: what was computed then stays.
      const facts = passed ? factsOf(live, record, passed) : {}
      return { told: { body: { ...facts, ...explainedBy(asked.service, live, String(item.body['interval']), said) } } }
    })
  },

  reportPassedLimits: (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    return service.ledger.counting(actor, async (rows) => {
      const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack)
      return {
        pack: { id: live.id, version: live.content.version },
        rows: [...(await countPassedLimits(rows, { ...query, pack: live.pack, ledgers }))],
      }
    })
  },
}
