import type { codingRoutes } from '../api/coding-routes.ts'
import { refOf } from '../api/shapes.ts'
import type { CodeRow, Pack } from '../core/pack/pack.ts'
import { scopeOf } from '../core/rights/rights.ts'
import { addDays, type Day, dayText } from '../core/words/day.ts'
import { type CodingAsked, countFollowed, countRecorded, listUncoded, type UncodedRow } from '../store/coding.ts'
import { liveFigures } from '../store/live-figures.ts'
import type { LivePack } from '../store/live-packs.ts'
import { listOpenClocks, type OpenRow } from '../store/pathways.ts'
import { hasRoleIn } from '../store/work.ts'
import { askingOf, ledgersWith, packNamed, todayAt } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import type { Asked, Handlers } from './service.ts'

type Routes = typeof codingRoutes
type Asks = Asked<Routes['readCoding']>

const usualDays = 90

/** Codes that mark a milestone, of every variant. */
const marksOf = (pack: Pack): ReadonlyMap<string, readonly string[]> =>
  new Map(
    pack.slots
      .filter(({ kind }) => kind === 'milestone')
      .map(({ id, index }) => [id, [...new Set(pack.codes.filter(({ slots }) => slots.includes(index)).map(({ code }) => code))]]),
  )

/** Counts by code put together by milestone: a code that marks several counts for each that has a duty. */
function byMilestone(pack: Pack, counts: Awaited<ReturnType<typeof countRecorded>>) {
  const duties = pack.slots.flatMap((slot) => (slot.dutyDays === undefined ? [] : [{ ...slot, dutyDays: slot.dutyDays }]))
  return duties.flatMap(({ id, name, index, dutyDays }) => {
    const own = counts.filter(({ code }) => pack.codesByText.get(code)?.some(({ slots }) => slots.includes(index)))
    return [...Map.groupBy(own, ({ role }) => role)].sort().map(([role, all]) => {
      const sum = (of: (days: number) => boolean) => all.reduce((n, one) => n + (of(one.days) ? one.n : 0), 0)
      return {
        ...{ milestone: id, name, role, withinDays: dutyDays },
        realTime: sum((days) => days <= dutyDays),
        afterCoded: sum((days) => days > dutyDays),
      }
    })
  })
}

const isTimed = ({ verdict }: OpenRow['clocks'][number]): boolean => verdict === 'running' || verdict === 'overrun'

/** Codes of the pathway's variant that are in force and mark one of these. */
function codesFor(pack: Pack, open: OpenRow, today: Day, slots: ReadonlySet<number>): string[] {
  const fits = (row: CodeRow) =>
    row.slots.some((slot) => slots.has(slot)) &&
    (pack.variantFrom === 'entry' || row.variant === open.variant) &&
    row.from <= today &&
    today <= row.to
  return [...new Set(pack.codes.filter(fits).map(({ code }) => code))]
}

/** The shortest way to clear one thing: which code, by which request. */
function itemOf(pack: Pack, open: OpenRow, today: Day, row: UncodedRow) {
  const running = new Set(open.clocks.map(({ interval }) => interval))
  const stops = pack.intervals.filter(({ id }) => running.has(id)).flatMap(({ to }) => to.slots)
  const booked = pack.slots.filter(({ id }) => id === row.milestone).map(({ index }) => index)
  const about = refOf(row.ledger, row.about)
  return {
    why: row.why,
    about,
    on: row.on,
    codes: row.code === null ? codesFor(pack, open, today, new Set(row.milestone === null ? stops : booked)) : [row.code],
    way: {
      method: 'POST',
      path: row.why === 'proposal' ? `/api/work/${about}/acceptances` : `/api/pathways/${refOf(row.ledger, row.pathway)}/entries`,
    },
  }
}

/** Ledgers in which the asker may see what one person alone has recorded: one's own everywhere, another's as their coding lead. */
async function ledgersOf(asked: Asks, session: Parameters<Parameters<Asks['in']>[0]>[0], live: LivePack, ledgers: readonly number[]) {
  const { actor, query } = asked
  const { person = actor.person } = query
  if (person === actor.person) return ledgers
  const led = ledgers.filter((ledger) =>
    actor.rights.some(
      ({ role, capability, scopes }) => role === 'coding-lead' && capability === 'see' && scopes.has(scopeOf(ledger, live.pack)),
    ),
  )
  const theirs = []
  for (const ledger of led) if (await hasRoleIn(session, person, ledger)) theirs.push(ledger)
  if (theirs.length === 0)
    throw refuse('ledger/not-allowed', 'What one person has recorded is shown to them and to their coding lead.', ['query', 'person'])
  return theirs
}

/** How much of what the figures do not know is coding, and how much of what they count is care. */
async function figuresNow(asked: Asks, live: LivePack, today: Day) {
  const { actor, query, service } = asked
  const { content } = live
  return service.ledger.counting(actor, async (rows) => {
    const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, query.org)
    if (ledgers.length === 0) return null
    const question = {
      live,
      ledgers,
      asking: askingOf(today, content.zone),
      when: 'now',
      grouped: { by: new Set<never>(), period: 'month' },
    } as const
    const figures = await liveFigures(rows, question, content.indicators)
    return figures.map(({ indicator, denominator, share, low, high, leftOut, fellShort, coding }) => ({
      ...{ indicator, name: content.indicators.find(({ id }) => id === indicator)?.name ?? indicator, denominator, share, low, high },
      overrunNotCoded: leftOut['overrun-not-coded'] ?? 0,
      startMissing: leftOut['start-missing'] ?? 0,
      careLate: fellShort['care-late'] ?? 0,
      overrunWaiting: leftOut['overrun-waiting'] ?? 0,
      untimed: leftOut.untimed ?? 0,
      afterCoded: coding.afterCoded,
    }))
  })
}

/** The figures stand beside the pathways: for those who may count and see. */
const mayCount = ({ actor }: Asks, pack: number): boolean =>
  (['count', 'see'] as const).every((wanted) =>
    actor.rights.some(({ capability, scopes }) => capability === wanted && [...scopes].some((scope) => scope % 1000 === pack)),
  )

export const codingHandlers: Handlers<Routes> = {
  readCoding: async (asked) => {
    const { actor, query, service } = asked
    const live = packNamed(service, query.pack)
    const { content } = live
    const today = todayAt(service, content.zone)
    const from = query.from ?? dayText(addDays(today, -usualDays))
    const { person = actor.person } = query
    const answer = await asked.in(async (session) => {
      const ledgers = await ledgersWith(asked, session, 'see', live.pack, query.org)
      const about: CodingAsked = { ledgers, pack: live.pack, org: query.org, from }
      const theirs = await ledgersOf(asked, session, live, ledgers)
      const marks = marksOf(content)
      const running = (await listOpenClocks(session, live, ledgers, askingOf(today, content.zone))).filter((row) =>
        row.clocks.some(isTimed),
      )
      const open = new Map(running.map((row) => [refOf(row.ledger, row.pathway), row]))
      const uncoded = await listUncoded(session, running, { ...about, marks, today: dayText(today) })
      const pathways = [...Map.groupBy(uncoded, (row) => refOf(row.ledger, row.pathway))].map(([pathway, rows]) => {
        const row = open.get(pathway)! // only these were asked about
        const timed = row.clocks.filter(isTimed)
        const limits = timed.flatMap(({ limitDay }) => limitDay ?? []).sort()
        return {
          ...{ pathway, variant: row.variant, org: rows[0]?.org ?? 0 },
          limitDay: limits[0] ?? null,
          overrun: timed.some(({ verdict }) => verdict === 'overrun'),
          items: rows.map((one) => itemOf(content, row, today, one)),
        }
      })
      // Whose limit falls first comes first.
      pathways.sort((a, b) => ((a.limitDay ?? '~') < (b.limitDay ?? '~') ? -1 : a.limitDay === b.limitDay ? 0 : 1))
      const page = pathways.slice(0, query.limit)
      const recorded = byMilestone(content, await countRecorded(session, about))
      const one = byMilestone(content, await countRecorded(session, { ...about, ledgers: theirs }, person))
      const followed = await countFollowed(session, about, [...new Set([...marks.values()].flat())])
      for (const ledger of ledgers) {
        const seen = page.flatMap(({ pathway }) => (open.get(pathway)?.ledger === ledger ? [open.get(pathway)!.pathway] : []))
        if (seen.length === 0 && person === actor.person) continue
        asked.roleIn('see', ledger, live.pack)
        await session.look(ledger, { kind: 'coding', seen, about: { pack: live.id, org: query.org, person } })
      }
      return {
        pack: { id: live.id, version: content.version },
        asOf: dayText(today),
        from,
        recorded,
        person: { person, recorded: one },
        queue: { pathways: page, more: pathways.length > page.length },
        followed,
      }
    })
    return { ...answer, figures: mayCount(asked, live.pack) ? await figuresNow(asked, live, today) : null }
  },
}
