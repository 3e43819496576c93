import type { Reading } from '../core/clock/chosen.ts'
import type { Interval, Pause } from '../core/pack/pack.ts'
import { attributeNumber, clockName, closedColumn, compileCondition, momentColumn, slotColumn, stateOfReason } from './columns.ts'
import { quoteText } from './name.ts'
import { dayNumber, entryTime, standingSql, variantSql } from './pathway-row.ts'
import type { Plan } from './plan.ts'

/** One interval under one reading: the columns of its name are computed stage by stage, each stage a SELECT around the last. */
interface Clock {
  readonly interval: Interval
  readonly reading: Reading
  readonly name: string
}

/** Which clocks an indicator needs: all its intervals as known; its own also without doubts and as coded in time. */
export function clocksOf(plan: Plan): readonly Clock[] {
  const own = new Set(plan.indicators.map((i) => i.within))
  return plan.intervals.flatMap((interval) =>
    plan.readings
      .filter((reading) => reading === 'base' || own.has(interval))
      .map((reading) => ({ interval, reading, name: clockName(interval, reading) })),
  )
}

const spanPauses = (plan: Plan) => plan.pack.pauses.filter((p) => p.amountFrom === undefined)
/** Joins on the pathway: where codes name variants, the variant is part of what a pathway is. */
export const samePathway = (plan: Plan, a: string, b: string): string =>
  ['ledger', 'pathway', ...(plan.pack.variantFrom === 'code' ? ['variant'] : [])]
    .map((column) => `${a}.${column} = ${b}.${column}`)
    .join(' AND ')

/** Every stretch of pause, one row each: from each start to the first end on or after it (none: it is still going on). */
export function compilePauses(plan: Plan): string {
  const { known, ok } = standingSql(plan)
  const keys = ['ledger', 'pathway', ...(plan.pack.variantFrom === 'code' ? ['variant'] : [])].join(', ')
  // A time and its own day travel as one number: the day lies at most one beside the day of the time in UTC.
  const minute = plan.pack.time === 'minute'
  const day = (t: string, shift: string) => (minute ? `CAST(FLOOR(${t} / 86400.0) AS BIGINT) + ${shift} - 1` : t)
  return `SELECT ${keys}, pause, t AS from_t, ${day('t', 'shift')} AS from_d,
  end_ts >> 2 AS to_t, ${day('(end_ts >> 2)', '(end_ts & 3)')} AS to_d
FROM (
  SELECT ${keys}, pause, ends, t, shift,
    MIN(CASE WHEN ends THEN t * 4 + shift END) OVER (PARTITION BY ${keys}, pause ORDER BY t RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS end_ts
  FROM (
    SELECT e.ledger, e.pathway, ${variantSql(plan)} AS variant, c.pause, c.ends, ${entryTime(plan)} AS t,
      ${minute ? `${dayNumber('e.occurred')} - CAST(FLOOR(${entryTime(plan)} / 86400.0) AS BIGINT) + 1` : '0'} AS shift
    FROM entry e JOIN pack_pause c ON c.code = e.code
    WHERE ${known} AND ${ok}
  ) marked
) spans
WHERE NOT ends`
}

/** All clocks of the plan, around the rows of `from` (as `compileSlots` gives them). Adds `<clock>_*` columns. */
export function compileClocks(plan: Plan, from: string): string {
  const clocks = clocksOf(plan)
  let sql = from
  sql = stage(sql, [...clocks.flatMap((clock) => endsOf(plan, clock)), ...pausesInForce(plan)])
  sql = stage(
    sql,
    clocks.flatMap((clock) => restarted(plan, clock)),
  )
  sql = stage(
    sql,
    clocks.flatMap((clock) => positions(plan, clock)),
    clocks.flatMap((clock) => calendarJoins(plan, clock)),
  )
  const spans = spanPauses(plan).length === 0 ? [] : clocks.filter((clock) => spansMatter(plan, clock))
  if (spans.length > 0)
    sql = stage(
      sql,
      spans.flatMap(spanColumns),
      spans.map((clock) => spanJoin(plan, clock, sql)),
    )
  sql = stage(
    sql,
    clocks.flatMap((clock) => lengths(plan, clock, spans.includes(clock))),
  )
  sql = stage(
    sql,
    clocks.flatMap(limitColumns),
    clocks.map((clock) => limitJoin(plan, clock)),
  )
  sql = stage(
    sql,
    clocks.map((clock) => `${state(plan, clock)} AS ${clock.name}_state`),
  )
  return stage(
    sql,
    clocks.filter((c) => c.reading === 'base').flatMap(afterwards),
    clocks.filter((c) => c.reading === 'base').flatMap(limitDayJoin),
  )
}

function stage(from: string, columns: readonly string[], joins: readonly string[] = []): string {
  if (columns.length === 0) return from
  return `SELECT x.*,\n  ${columns.join(',\n  ')}\nFROM (\n${from}\n) x${joins.map((join) => `\n${join}`).join('')}`
}

const what = ['t', 'd', 'late', 'doubt', 'precise', 'place'] as const
const needs = (clock: Clock) => what.filter((w) => w !== 'place' || clock.reading === 'base')

function endsOf(plan: Plan, { interval, reading, name }: Clock): readonly string[] {
  return needs({ interval, reading, name }).flatMap((w) => [
    `${momentColumn(plan, interval.from, reading, w)} AS ${name}_open_${w}`,
    ...(w === 'place' ? [] : [`${momentColumn(plan, interval.to, reading, w)} AS ${name}_stop_${w}`]),
  ])
}

const pausesInForce = (plan: Plan): readonly string[] =>
  plan.pack.pauses.flatMap((pause) =>
    pause.when && pauseMatters(plan, pause) ? [`${compileCondition(plan, pause.when)} AS p${pause.index}_on`] : [],
  )
const pauseMatters = (plan: Plan, pause: Pause) => plan.intervals.some((i) => pause.subtractFrom.has(i.id))

function restarted(plan: Plan, clock: Clock): readonly string[] {
  const { interval, reading, name } = clock
  return needs(clock).map((w) => {
    if (interval.restartedBy === undefined) return `${name}_open_${w} AS ${name}_start_${w}`
    const t = slotColumn(plan, interval.restartedBy, reading, 't')
    const anew = `${t} >= ${name}_open_t AND (${name}_stop_t IS NULL OR ${t} <= ${name}_stop_t)`
    return `CASE WHEN ${anew} THEN ${slotColumn(plan, interval.restartedBy, reading, w)} ELSE ${name}_open_${w} END AS ${name}_start_${w}`
  })
}

/** Places on the clock's own scale (`u`): differences of them are lengths. A clock without a stop runs to the day asked about. */
function positions(plan: Plan, { interval, name }: Clock): readonly string[] {
  const askedTime = plan.pack.time === 'day' ? 'CAST($1 AS BIGINT)' : 'CAST($2 AS BIGINT)'
  const untilT = `COALESCE(${name}_stop_t, ${askedTime})`
  const untilD = `COALESCE(${name}_stop_d, CAST($1 AS BIGINT))`
  const ends = [`${untilT} AS ${name}_until_t`, `${untilD} AS ${name}_until_d`]
  if (interval.unit === 'working-day')
    return [...ends, ...['start', 'until', 'active'].map((end) => `${name}_cal_${end}.n AS ${name}_${end}_u`)]
  const [start, until, active] =
    interval.unit === 'minute' ? [`${name}_start_t`, untilT, 'active_t'] : [`${name}_start_d`, untilD, activeDay(plan)]
  return [...ends, `${start} AS ${name}_start_u`, `${until} AS ${name}_until_u`, `${active} AS ${name}_active_u`]
}
const activeDay = (plan: Plan) => (plan.pack.time === 'day' ? 'active_t' : 'active_d')

const clamped = (interval: Interval, day: string) => `LEAST(GREATEST(${day}, ${interval.calendar!.from}), ${interval.calendar!.to})`

function calendarJoins(plan: Plan, { interval, name }: Clock): readonly string[] {
  if (interval.unit !== 'working-day') return []
  const join = (end: string, day: string) =>
    `LEFT JOIN pack_calendar ${name}_cal_${end} ON ${name}_cal_${end}.calendar = ${quoteText(interval.calendar!.id)} AND ${name}_cal_${end}.day = CASE WHEN ${day} IS NULL THEN NULL ELSE ${clamped(interval, day)} END`
  return [
    join('start', `x.${name}_start_d`),
    join('until', `COALESCE(x.${name}_stop_d, CAST($1 AS BIGINT))`),
    join('active', `x.${activeDay(plan)}`),
  ]
}

/** Pauses by codes touch a clock when they are taken out of it, or could explain why it was missed. */
const spansMatter = (plan: Plan, { interval, reading }: Clock) =>
  spanPauses(plan).some((p) => p.subtractFrom.has(interval.id) || (reading === 'base' && explains(plan, interval) && p.cause !== 'other'))
const explains = (plan: Plan, interval: Interval) => plan.indicators.some((i) => i.within === interval)

const outs = ['', 'patient', 'medical'] as const
const outsOf = (clock: Clock) => outs.filter((out) => out === '' || clock.reading === 'base')
const inSet = (clock: Clock, pause: Pause, out: (typeof outs)[number]): string => {
  if (pause.cause === out) return 'TRUE'
  if (!pause.subtractFrom.has(clock.interval.id)) return 'FALSE'
  return pause.when ? `x.p${pause.index}_on` : 'TRUE'
}

/** Length covered by the pauses of a set, overlapping ones once, never beyond the clock: each adds what lies after all before it. */
function spanJoin(plan: Plan, clock: Clock, from: string): string {
  const { interval, name } = clock
  const sets = outsOf(clock)
  const e = interval.unit === 'minute' ? 't' : 'd'
  const member = (out: (typeof outs)[number]) =>
    `CASE s.pause ${spanPauses(plan)
      .map((p) => `WHEN ${p.index} THEN ${inSet(clock, p, out)}`)
      .join(' ')} ELSE FALSE END`
  const columns = (of: (out: (typeof outs)[number]) => string) => sets.map(of).join(',\n      ')
  const before = `PARTITION BY ledger, pathway, variant ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`
  const edges = columns(
    (out) =>
      `CASE WHEN in_${out} THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_${out} THEN to_e END) OVER (${before})) END AS from_${out}`,
  )
  const working = interval.unit === 'working-day'
  const sum = (out: (typeof outs)[number]) =>
    `CAST(COALESCE(SUM(CASE WHEN to_e > from_${out} THEN ${working ? `to_cal.n - from_${out}_cal.n` : `to_e - from_${out}`} ELSE 0 END), 0) AS BIGINT) AS out_${out}`
  const calendar = (alias: string, day: string) =>
    `LEFT JOIN pack_calendar ${alias} ON ${alias}.calendar = ${quoteText(interval.calendar!.id)} AND ${alias}.day = ${clamped(interval, day)}`
  const joins = working ? [calendar('to_cal', 'to_e'), ...sets.map((out) => calendar(`from_${out}_cal`, `from_${out}`))] : []
  return `LEFT JOIN (
  SELECT ledger, pathway, variant,
      ${columns(sum)}
  FROM (
    SELECT ledger, pathway, variant, to_e,
      ${edges}
    FROM (
      SELECT x.ledger, x.pathway, x.variant, s.pause, s.from_${e} AS from_e, LEAST(COALESCE(s.to_${e}, x.${name}_until_${e}), x.${name}_until_${e}) AS to_e, x.${name}_start_${e} AS start_e,
      ${columns((out) => `${member(out)} AS in_${out}`)}
      FROM (${from}) x JOIN pathway_pause s ON ${samePathway(plan, 's', 'x')}
    ) spans
  ) edges
  ${joins.join('\n  ')}
  GROUP BY ledger, pathway, variant
) ${name}_spans ON ${name}_spans.ledger = x.ledger AND ${name}_spans.pathway = x.pathway AND ${name}_spans.variant = x.variant`
}

const spanColumns = (clock: Clock): readonly string[] =>
  outsOf(clock).map((out) => `COALESCE(${clock.name}_spans.out_${out}, 0) AS ${clock.name}_spans_${out}`)

function lengths(plan: Plan, clock: Clock, hasSpans: boolean): readonly string[] {
  const { interval, name } = clock
  const gross = `(${name}_until_u - ${name}_start_u)`
  const perUnit = interval.unit === 'minute' ? ' * 60' : ''
  const out = (set: (typeof outs)[number]) => {
    const amounts = plan.pack.pauses
      .filter((p) => p.amountFrom !== undefined && inSet(clock, p, set) !== 'FALSE')
      .map((p) => {
        const value = `COALESCE(${slotColumn(plan, p.amountFrom!, 'base', 'value')}${perUnit}, 0)`
        const when = inSet(clock, p, set)
        return when === 'TRUE' ? value : `CASE WHEN ${when} THEN ${value} ELSE 0 END`
      })
    const parts = [...amounts, ...(hasSpans ? [`${name}_spans_${set}`] : [])]
    return parts.length === 0 ? '0' : `LEAST(${gross}, ${parts.join(' + ')})`
  }
  const explained = explains(plan, interval) && clock.reading === 'base'
  return [
    `${gross} AS ${name}_gross`,
    `${out('')} AS ${name}_paused`,
    ...(explained ? [`${gross} - ${out('patient')} AS ${name}_no_patient`, `${gross} - ${out('medical')} AS ${name}_no_medical`] : []),
  ]
}

function limitJoin(plan: Plan, { interval, reading, name }: Clock): string {
  const l = `${name}_l`
  const date = interval.limitChosenBy
    ? `COALESCE(${momentColumn(plan, interval.limitChosenBy, reading, 'd')}, x.${name}_start_d)`
    : `x.${name}_start_d`
  const values = interval.limitBy.map((attribute, i) => ` AND ${l}.value_${i} = ${attributeNumber(plan, attribute, reading)}`)
  return `LEFT JOIN pack_limit ${l} ON ${l}.interval = ${interval.index} AND ${l}.variant = x.variant${values.join('')} AND ${l}.valid_from <= ${date} AND ${l}.valid_to >= ${date}`
}

const limitColumns = ({ name }: Clock): readonly string[] => [
  `${name}_l.kind AS ${name}_kind`,
  `${name}_l.amount AS ${name}_amount`,
  `COALESCE(${name}_l.and_unknown, FALSE) AS ${name}_and_unknown`,
]

/** The verdict and its reason: the same questions in the same order as `readClock`. */
function state(plan: Plan, { interval, reading, name: n }: Clock): string {
  const { pack } = plan
  const from = Math.max(...interval.from.slots)
  const later = pack.slots
    .filter((slot) => slot.kind === 'milestone' && !slot.closing && slot.index > from)
    .map((slot) => `${slotColumn(plan, slot.index, reading, 't')} IS NOT NULL`)
  const ends = pack.ends
    .filter((end) => !end.intervals || end.intervals.has(interval.id))
    .map((end) => compileCondition(plan, end.when, reading))
  const dropped = any([...pack.lastDays].map(([id, day]) => `variant = ${quoteText(id)} AND CAST($1 AS BIGINT) > ${day}`))
  const closed = interval.from.slots.map((slot) => closedColumn(plan, slot)).filter((sql) => sql !== 'FALSE')
  const open = interval.limitBy.map((attribute) => `${slotColumn(plan, attribute.slot, reading, 't')} IS NULL`)
  const [t, d] = [(end: string) => `${n}_${end}_t`, (end: string) => `${n}_${end}_d`]
  const when = (condition: string | undefined, answer: string | number) => (condition ? [`WHEN ${condition} THEN ${answer}`] : [])
  return `CASE
    ${[
      ...when(any(closed) && `${t('start')} IS NULL AND ${any(closed)}`, stateOfReason('not-in-force')),
      ...when(any(later) && `${t('start')} IS NULL AND ${t('stop')} IS NULL AND ${any(later)}`, stateOfReason('start-missing')),
      ...when(`${t('start')} IS NULL AND ${t('stop')} IS NULL`, 'NULL'),
      ...when(
        interval.untimedWhen && `${t('stop')} IS NOT NULL AND ${compileCondition(plan, interval.untimedWhen, reading)}`,
        stateOfReason('untimed'),
      ),
      ...when(any(ends) && `${t('stop')} IS NULL AND ${any(ends)}`, stateOfReason('ended-otherwise')),
      ...when(dropped && `${t('stop')} IS NULL AND ${dropped}`, stateOfReason('not-in-force')),
      ...when(`${t('start')} IS NULL`, stateOfReason('start-missing')),
      ...when(plan.profile.hasDoubt ? `${n}_start_doubt = 2 OR ${n}_stop_doubt = 2` : undefined, stateOfReason('in-doubt')),
      ...when(interval.unit === 'minute' ? `${n}_start_precise = 0 OR ${n}_stop_precise = 0` : undefined, stateOfReason('imprecise')),
      ...when(
        interval.unit === 'minute' ? `${t('stop')} < ${t('start')}` : `${d('stop')} < ${d('start')}`,
        stateOfReason('order-impossible'),
      ),
      ...when(
        interval.calendar && interval.unit === 'working-day'
          ? `${d('start')} < ${interval.calendar.from} OR ${d('until')} > ${interval.calendar.to}`
          : undefined,
        stateOfReason('outside-calendar'),
      ),
      ...when(
        [`${n}_kind IS NULL`, `${n}_kind = 1`, ...open.map((o) => `(${t('stop')} IS NOT NULL AND ${o})`)].join(' OR '),
        stateOfReason('limit-unknown'),
      ),
      ...when(`${n}_kind = 2`, stateOfReason('untimed')),
      ...when(`${n}_gross - ${n}_paused <= ${n}_amount`, `CASE WHEN ${t('stop')} IS NULL THEN 2 ELSE 0 END`),
      ...when(`${t('stop')} IS NOT NULL`, 1),
      ...when(`${n}_and_unknown`, stateOfReason('limit-unknown')),
    ].join('\n    ')}
    ELSE 3 END`
}

const any = (parts: readonly string[]) => (parts.length === 0 ? undefined : `(${parts.map((part) => `(${part})`).join(' OR ')})`)

/** Whether the clock came as far as a limit; only then does it have a limit day. */
const reached = (n: string) =>
  `(${n}_state <= 3 OR (${n}_state = ${stateOfReason('limit-unknown')} AND ${n}_kind = 0 AND ${n}_stop_t IS NULL))`

function afterwards({ interval, name: n }: Clock): readonly string[] {
  const total = `${n}_amount + ${n}_paused`
  const day = {
    day: `${n}_start_d + ${total}`,
    minute: `${n}_start_d + CAST(FLOOR((${n}_start_t + ${total}) / 86400.0) AS BIGINT) - CAST(FLOOR(${n}_start_t / 86400.0) AS BIGINT)`,
    'working-day': `${n}_end.day`,
  }[interval.unit]
  return [
    `CASE WHEN ${reached(n)} THEN ${day} END AS ${n}_limit_d`,
    `CASE WHEN ${reached(n)} THEN ${n}_amount END AS ${n}_limit`,
    `COALESCE(${n}_active_u - ${n}_start_u - ${n}_paused > ${n}_amount, FALSE) AS ${n}_waiting`,
  ]
}

function limitDayJoin({ interval, name: n }: Clock): readonly string[] {
  if (interval.unit !== 'working-day') return []
  return [
    `LEFT JOIN pack_calendar ${n}_end ON ${n}_end.calendar = ${quoteText(interval.calendar!.id)} AND ${n}_end.opens AND ${n}_end.n = x.${n}_start_u + x.${n}_amount + x.${n}_paused`,
  ]
}
