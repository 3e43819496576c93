import type { Reading } from '../core/clock/chosen.ts'
import type { Interval, Pause } from '../core/pack/pack.ts'
import { attributeNumber, clockName, closedColumn, compileCondition, momentColumn, slotColumn, stateOfReason } from './columns.ts'
import { quoteText } from './name.ts'
import { dayNumber, entryTime, pathwayKeys, samePathway, standingSql } from './pathway-row.ts'
import { clockSlots, laterSlots, needsWhole, type Plan, readsSlot, slotName } from './plan.ts'
import { limitKey, variantNumber } from './reference.ts'

/** One interval under one reading: the columns of its name are computed stage by stage, each stage a SELECT around the last. */
interface Clock {
  readonly interval: Interval
  readonly reading: Reading
  readonly name: string
  /** Asked for whatever it says, not only whether it met or missed its limit. */
  readonly whole: boolean
}

/** Which clocks an indicator needs: all its intervals as known; its own also without doubts and as coded in time. */
export function clocksOf(plan: Plan): readonly Clock[] {
  return plan.intervals.flatMap((interval) => {
    const own = plan.indicators.filter((i) => i.within === interval)
    return plan.readings
      .filter((reading) => reading === 'base' || own.length > 0)
      .map((reading) => ({
        interval,
        reading,
        name: clockName(interval, reading),
        whole: reading === 'base' || own.some((i) => needsWhole(i, reading)),
      }))
  })
}

/** SQL that is true where a reading chose the same entries as the base reading: there its clock needs no look of its own. */
function sameAsBase(plan: Plan, { interval, reading, whole }: Clock): string {
  const own = [...clockSlots(plan.pack, interval, whole)].map((index) => plan.pack.slots[index]!)
  const names = own.filter((slot) => readsSlot(plan, slot, reading)).map((slot) => `${slotName(slot, reading)}_same`)
  return names.join(' AND ') || 'TRUE'
}

const spanPauses = (plan: Plan) => plan.pack.pauses.filter((p) => p.amountFrom === undefined)
/** Every stretch of pause, one row each: from each start to the first end on or after it (none: it is still going on). */
export function compilePauses(plan: Plan): string {
  const { known, ok } = standingSql(plan)
  const keys = pathwayKeys(plan).join(', ')
  // A time and its own day travel as one number: the day lies at most one beside the day of the time in UTC.
  const minute = plan.pack.time === 'minute'
  const day = (t: string, shift: string) => (minute ? `CAST(FLOOR(${t} / 86400.0) AS BIGINT) + ${shift} - 1` : t)
  return `SELECT ${keys}, pause, t AS from_t, ${day('t', 'shift')} AS from_d,
  end_ts >> 2 AS to_t, ${day('(end_ts >> 2)', '(end_ts & 3)')} AS to_d
FROM (
  SELECT ${keys}, pause, ends, t, shift,
    MIN(CASE WHEN ends THEN t * 4 + shift END) OVER (PARTITION BY ${keys}, pause ORDER BY t RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS end_ts
  FROM (
    SELECT e.ledger, e.pathway, ${plan.pack.variantFrom === 'code' ? 'c.variant_n, ' : ''}c.pause, c.ends, ${entryTime(plan)} AS t,
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
  // Pauses that are taken out of a clock decide its state; others only say why a limit was missed, where it was.
  const placed = sql
  const spans = clocks.filter((clock) => setsOf(plan, clock).length > 0)
  const taken = spans.filter((clock) => setsOf(plan, clock).includes(''))
  const told = spans.filter((clock) => !taken.includes(clock))
  sql = stage(
    sql,
    taken.flatMap((clock) => spanColumns(plan, clock)),
    taken.map((clock) => spanJoin(plan, clock, { from: placed, onlyMissed: false })),
  )
  sql = stage(
    sql,
    clocks.flatMap((clock) => [...lengths(plan, clock), ...(told.includes(clock) ? [] : explained(plan, clock))]),
  )
  sql = stage(
    sql,
    clocks.flatMap(limitColumns),
    clocks.map((clock) => limitJoin(plan, clock)),
  )
  for (const base of [true, false])
    sql = stage(
      sql,
      clocks.filter((clock) => (clock.reading === 'base') === base).map((clock) => `${state(plan, clock)} AS ${clock.name}_state`),
    )
  // A state is asked for several times above: PostgreSQL would work it out anew each time if it could see into it.
  if (plan.fenced) sql = `${sql}\nOFFSET 0`
  sql = stage(
    sql,
    told.flatMap((clock) => spanColumns(plan, clock)),
    told.map((clock) => spanJoin(plan, clock, { from: placed, onlyMissed: true })),
  )
  const based = clocks.filter((clock) => clock.reading === 'base')
  return stage(
    sql,
    [...based.flatMap((clock) => afterwards(clock, plan.pack.zone)), ...told.flatMap((clock) => explained(plan, clock))],
    based.flatMap(limitDayJoin),
  )
}

function stage(from: string, columns: readonly string[], joins: readonly string[] = []): string {
  if (columns.length === 0) return from
  return `SELECT x.*,\n  ${columns.join(',\n  ')}\nFROM (\n${from}\n) x${joins.map((join) => `\n${join}`).join('')}`
}

const what = ['t', 'd', 'late', 'doubt', 'precise', 'place'] as const
const needs = (clock: Clock) => what.filter((w) => w !== 'place' || clock.reading === 'base')

function endsOf(plan: Plan, clock: Clock): readonly string[] {
  const { interval, reading, name } = clock
  const same = reading === 'base' ? [] : [`${sameAsBase(plan, clock)} AS ${name}_same`]
  return needs(clock)
    .flatMap((w) => [
      `${momentColumn(plan, interval.from, reading, w)} AS ${name}_open_${w}`,
      ...(w === 'place' ? [] : [`${momentColumn(plan, interval.to, reading, w)} AS ${name}_stop_${w}`]),
    ])
    .concat(same)
}

const pausesInForce = (plan: Plan): readonly string[] =>
  plan.pack.pauses.flatMap((pause) =>
    pause.when && pauseMatters(plan, pause) ? [`${compileCondition(plan, pause.when)} AS p${pause.index}_on`] : [],
  )
const pauseMatters = (plan: Plan, pause: Pause) => plan.intervals.some((i) => pause.subtractFrom.has(i.id))

function restarted(plan: Plan, clock: Clock): readonly string[] {
  const { interval, reading, name } = clock
  return needs(clock).map((w) => {
    const of = (slot: number) => slotColumn(plan, slot, reading, w)
    return `${ofStart(plan, interval, reading, { of, opened: `${name}_open_${w}` })} AS ${name}_start_${w}`
  })
}

/** A fact of the entry a clock starts on: of the one that opened it, or of the one it runs from anew. */
export function ofStart(
  plan: Plan,
  interval: Interval,
  reading: Reading,
  { of, opened }: { readonly of: (slot: number) => string; readonly opened: string },
): string {
  if (interval.restartedBy === undefined) return opened
  const name = clockName(interval, reading)
  const t = slotColumn(plan, interval.restartedBy, reading, 't')
  const anew = `${t} >= ${name}_open_t AND (${name}_stop_t IS NULL OR ${t} <= ${name}_stop_t)`
  return `CASE WHEN ${anew} THEN ${of(interval.restartedBy)} ELSE ${opened} END`
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

const explains = (plan: Plan, interval: Interval) => plan.indicators.some((i) => i.within === interval)

const outs = ['', 'patient', 'medical'] as const
/** Pauses by codes touch a clock when they are taken out of it (''), or could explain why it was missed. */
function setsOf(plan: Plan, clock: Clock): readonly (typeof outs)[number][] {
  const asked = clock.reading === 'base' && explains(plan, clock.interval) ? outs : ([''] as const)
  return asked.filter((out) => spanPauses(plan).some((pause) => inSet(clock, pause, out) !== 'FALSE'))
}
const inSet = (clock: Clock, pause: Pause, out: (typeof outs)[number]): string => {
  if (pause.cause === out) return 'TRUE'
  if (!pause.subtractFrom.has(clock.interval.id)) return 'FALSE'
  return pause.when ? `x.p${pause.index}_on` : 'TRUE'
}

/** Length covered by the pauses of a set, overlapping ones once, never beyond the clock: each adds what lies after all before it. */
function spanJoin(plan: Plan, clock: Clock, { from, onlyMissed }: { from: string; onlyMissed: boolean }): string {
  const { interval, name } = clock
  const sets = setsOf(plan, clock)
  const keys = pathwayKeys(plan)
  const e = interval.unit === 'minute' ? 't' : 'd'
  const member = (out: (typeof outs)[number]) =>
    `CASE s.pause ${spanPauses(plan)
      .map((p) => `WHEN ${p.index} THEN ${inSet(clock, p, out)}`)
      .join(' ')} ELSE FALSE END`
  const columns = (of: (out: (typeof outs)[number]) => string) => sets.map(of).join(',\n      ')
  const before = `PARTITION BY ${keys.join(', ')} ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`
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
  SELECT ${keys.join(', ')},
      ${columns(sum)}
  FROM (
    SELECT ${keys.join(', ')}, to_e,
      ${edges}
    FROM (
      SELECT ${keys.map((key) => `x.${key}`).join(', ')}, s.pause, s.from_${e} AS from_e, LEAST(COALESCE(s.to_${e}, x.${name}_until_${e}), x.${name}_until_${e}) AS to_e, x.${name}_start_${e} AS start_e,
      ${columns((out) => `${member(out)} AS in_${out}`)}
      FROM (${from}) x JOIN pathway_pause s ON ${samePathway(plan, 's', 'x')}
    ) spans
  ) edges
  ${joins.join('\n  ')}
  GROUP BY ${keys.join(', ')}
) ${name}_spans ON ${keys.map((key) => `${name}_spans.${key} = ${onlyMissed && key === 'pathway' ? `CASE WHEN x.${name}_state = 1 THEN x.pathway END` : `x.${key}`}`).join(' AND ')}`
}

const spanColumns = (plan: Plan, clock: Clock): readonly string[] =>
  setsOf(plan, clock).map((out) => `COALESCE(${clock.name}_spans.out_${out}, 0) AS ${clock.name}_spans_${out}`)

/** What the pauses of a set take out of a clock, never more than there is of it. */
function takenOut(plan: Plan, clock: Clock, set: (typeof outs)[number]): string {
  const { interval, name } = clock
  const perUnit = interval.unit === 'minute' ? ' * 60' : ''
  const amounts = plan.pack.pauses
    .filter((p) => p.amountFrom !== undefined && inSet(clock, p, set) !== 'FALSE')
    .map((p) => {
      const value = `COALESCE(${slotColumn(plan, p.amountFrom!, 'base', 'value')}${perUnit}, 0)`
      const when = inSet(clock, p, set)
      return when === 'TRUE' ? value : `CASE WHEN ${when} THEN ${value} ELSE 0 END`
    })
  const parts = [...amounts, ...(setsOf(plan, clock).includes(set) ? [`${name}_spans_${set}`] : [])]
  return parts.length === 0 ? '0' : `LEAST(${grossOf(clock)}, ${parts.join(' + ')})`
}
const grossOf = ({ name }: Clock) => `(x.${name}_until_u - x.${name}_start_u)`

const lengths = (plan: Plan, clock: Clock): readonly string[] => [
  `${grossOf(clock)} AS ${clock.name}_gross`,
  `${takenOut(plan, clock, '')} AS ${clock.name}_paused`,
]

/** The length without what the patient chose, and without medical reasons: what would have kept the limit says why it was missed. */
const explained = (plan: Plan, clock: Clock): readonly string[] =>
  explains(plan, clock.interval) && clock.reading === 'base'
    ? (['patient', 'medical'] as const).map((set) => `${grossOf(clock)} - ${takenOut(plan, clock, set)} AS ${clock.name}_no_${set}`)
    : []

function limitJoin(plan: Plan, { interval, reading, name }: Clock): string {
  const l = `${name}_l`
  const date = interval.limitChosenBy
    ? `COALESCE(${momentColumn(plan, interval.limitChosenBy, reading, 'd')}, x.${name}_start_d)`
    : `x.${name}_start_d`
  // Where every limit holds for all the days of this ledger, no day needs to be looked at, and one key is the whole join.
  const [first, last] = plan.profile.days
  const changes = plan.pack.limits.some((row) => row.interval === interval.id && (row.from > first || row.to < last))
  const inTime = changes ? ` AND ${l}.valid_from <= ${date} AND ${l}.valid_to >= ${date}` : ''
  const { base, parts } = limitKey(plan.pack, interval)
  const key = [
    `${base} + x.variant_n * ${parts[0]}`,
    ...interval.limitBy.map((attribute, i) => `(${attributeNumber(plan, attribute, reading)} + 1) * ${parts[i + 1]}`),
  ].join(' + ')
  const known = `x.variant_n >= 0${reading === 'base' ? '' : ` AND NOT x.${name}_same`}`
  return `LEFT JOIN pack_limit ${l} ON ${l}.limit_key = CASE WHEN ${known} THEN ${key} END${inTime}`
}

const limitColumns = ({ name }: Clock): readonly string[] => [
  `${name}_l.kind AS ${name}_kind`,
  `${name}_l.amount AS ${name}_amount`,
  `COALESCE(${name}_l.and_unknown, FALSE) AS ${name}_and_unknown`,
]

/** The verdict and its reason: the same questions in the same order as `readClock`, those first that need both ends of the clock. */
function state(plan: Plan, clock: Clock): string {
  const { interval, reading, name: n, whole } = clock
  const { pack } = plan
  const later = laterSlots(pack, interval).map((slot) => `${slotColumn(plan, slot.index, reading, 't')} IS NOT NULL`)
  const ends = pack.ends.filter((end) => !end.intervals || end.intervals.has(interval.id))
  const dropped = any([...pack.lastDays].map(([id, day]) => `variant_n = ${variantNumber(pack, id)} AND CAST($1 AS BIGINT) > ${day}`))
  const closed = any(interval.from.slots.map((slot) => closedColumn(plan, slot)).filter((sql) => sql !== 'FALSE'))
  const open = interval.limitBy.map((attribute) => `${slotColumn(plan, attribute.slot, reading, 't')} IS NULL`)
  const [t, d] = [(end: string) => `${n}_${end}_t`, (end: string) => `${n}_${end}_d`]
  const minute = interval.unit === 'minute'
  const when = (condition: string | undefined, answer: string | number) => (condition ? [`WHEN ${condition} THEN ${answer}`] : [])
  const untimed = interval.untimedWhen && compileCondition(plan, interval.untimedWhen, reading)
  const doubtful = (end: string) => (plan.profile.hasDoubt && reading !== 'sure' ? [`${n}_${end}_doubt = 2`] : [])
  const imprecise = (end: string) => (minute ? [`${n}_${end}_precise = 0`] : [])
  const outside =
    interval.calendar && interval.unit === 'working-day'
      ? `${d('start')} < ${interval.calendar.from} OR ${d('until')} > ${interval.calendar.to}`
      : undefined
  const within = `${n}_gross - ${n}_paused <= ${n}_amount`
  const or = (parts: readonly string[]) => (parts.length === 0 ? undefined : parts.join(' OR '))
  const both = [
    ...when(untimed, stateOfReason('untimed')),
    ...when(or([...doubtful('start'), ...doubtful('stop')]), stateOfReason('in-doubt')),
    ...when(or([...imprecise('start'), ...imprecise('stop')]), stateOfReason('imprecise')),
    ...when(minute ? `${t('stop')} < ${t('start')}` : `${d('stop')} < ${d('start')}`, stateOfReason('order-impossible')),
    ...when(outside, stateOfReason('outside-calendar')),
    ...when([`${n}_kind IS NULL`, `${n}_kind = 1`, ...open].join(' OR '), stateOfReason('limit-unknown')),
    ...when(`${n}_kind = 2`, stateOfReason('untimed')),
    ...when(within, 0),
  ]
  const one = [
    ...when(closed && `${t('start')} IS NULL AND ${closed}`, stateOfReason('not-in-force')),
    ...when(any(later) && `${t('start')} IS NULL AND ${t('stop')} IS NULL AND ${any(later)}`, stateOfReason('start-missing')),
    ...when(`${t('start')} IS NULL AND ${t('stop')} IS NULL`, 'NULL'),
    ...when(untimed && `${t('stop')} IS NOT NULL AND ${untimed}`, stateOfReason('untimed')),
    ...when(`${t('stop')} IS NOT NULL`, stateOfReason('start-missing')),
    ...when(whole ? any(ends.map((end) => compileCondition(plan, end.when, reading))) : undefined, stateOfReason('ended-otherwise')),
    ...when(dropped, stateOfReason('not-in-force')),
    ...when(or(doubtful('start')), stateOfReason('in-doubt')),
    ...when(or(imprecise('start')), stateOfReason('imprecise')),
    ...when(outside, stateOfReason('outside-calendar')),
    ...when(`${n}_kind IS NULL OR ${n}_kind = 1`, stateOfReason('limit-unknown')),
    ...when(`${n}_kind = 2`, stateOfReason('untimed')),
    ...when(within, 2),
    ...when(`${n}_and_unknown`, stateOfReason('limit-unknown')),
  ]
  const asked = [
    ...(reading === 'base' ? [] : [`WHEN ${n}_same THEN ${clockName(interval, 'base')}_state`]),
    `WHEN ${t('start')} IS NOT NULL AND ${t('stop')} IS NOT NULL THEN CASE\n      ${both.join('\n      ')}\n      ELSE 1 END`,
    ...(whole ? one : []),
  ]
  return `CASE\n    ${asked.join('\n    ')}${whole ? '\n    ELSE 3' : ''} END`
}

const any = (parts: readonly string[]) => (parts.length === 0 ? undefined : `(${parts.map((part) => `(${part})`).join(' OR ')})`)

/** Whether the clock came as far as a limit; only then does it have a limit day. */
const reached = (n: string) =>
  `(${n}_state <= 3 OR (${n}_state = ${stateOfReason('limit-unknown')} AND ${n}_kind = 0 AND ${n}_stop_t IS NULL))`

function afterwards({ interval, name: n }: Clock, zone: string): readonly string[] {
  const total = `${n}_amount + ${n}_paused`
  const day = {
    day: `${n}_start_d + ${total}`,
    minute: dayNumber(`CAST(to_timestamp(${n}_start_t + ${total}) AT TIME ZONE ${quoteText(zone)} AS DATE)`),
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
