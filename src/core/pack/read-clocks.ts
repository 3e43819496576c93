import { type Day, dayText, readDay, weekdayOf } from '../words/day.ts'
import { checkCondition } from './conditions.ts'
import { limitAt } from './limit-table.ts'
import {
  type Attribute,
  asList,
  type Calendar,
  type Interval,
  type LimitRow,
  type Moments,
  type Pause,
  type Slot,
  slotsOf,
} from './pack.ts'
import type { Path, References } from './references.ts'
import type { Moment, PackText } from './schema.ts'

export function readSlots(text: PackText, refs: References): readonly Slot[] {
  const items = [
    ...text.milestones.map((item, i) => ({ item, list: 'milestones' as const, i })),
    ...text.details.map((item, i) => ({ item: { ...item, closing: undefined }, list: 'details' as const, i })),
  ]
  for (const [i, duty] of text.duties.entries()) refs.find('slot', duty.milestone, ['duties', i, 'milestone'])
  for (const [i, milestone] of text.milestones.entries())
    if (milestone.final && !milestone.closing)
      refs.say('pack/meaning', ['milestones', i, 'final'], 'only an end is final: say `closing: true` too, or leave this out')
  const slots = items.map(({ item, list, i }, index): Slot => {
    const duty = text.duties.find((d) => d.milestone === item.id)
    const { pick } = item
    const other = typeof pick === 'string' ? undefined : 'firstOnOrAfter' in pick ? pick.firstOnOrAfter : pick.lastOnOrBefore
    const beside = other === undefined ? undefined : refs.find('slot', other, [list, i, 'pick', Object.keys(pick)[0]!])
    return {
      index,
      id: item.id,
      name: item.name,
      kind: list === 'milestones' ? 'milestone' : 'detail',
      pick: pick === 'last' || (typeof pick !== 'string' && 'lastOnOrBefore' in pick) ? 'last' : 'first',
      ...(beside === undefined ? {} : { beside }),
      lastRecorded: item.ties === 'last-recorded',
      closing: item.closing === true,
      ...(typeof duty?.withinDays === 'number' ? { dutyDays: duty.withinDays } : {}),
    }
  })
  for (const [n, slot] of slots.entries()) {
    const seen = new Set<number>()
    for (let s: Slot | undefined = slot; s?.beside !== undefined && s.beside >= 0; s = slots[s.beside]) {
      if (seen.has(s.index)) {
        refs.say('pack/cycle', [items[n]!.list, items[n]!.i, 'pick'], `${slot.id} is picked beside itself, by way of others`)
        break
      }
      seen.add(s.index)
    }
  }
  return slots
}

const weekdayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

export function readCalendars(text: PackText, refs: References): readonly Calendar[] {
  return text.calendars.map((calendar, i) => {
    const [from, to] = [readDay(calendar.from)!, readDay(calendar.to)!] // the schema has read them
    if (to < from) refs.say('pack/validity', ['calendars', i, 'to'], 'the last day lies before the first')
    const weekend = calendar.weekend.map((name) => weekdayNames.indexOf(name))
    const holidays = new Set<Day>()
    for (const [j, dayName] of calendar.holidays.entries()) {
      const day = readDay(dayName)!
      if (holidays.has(day)) refs.say('pack/duplicate-id', ['calendars', i, 'holidays', j], `${dayName} is listed twice`)
      if (day < from || day > to) refs.say('pack/validity', ['calendars', i, 'holidays', j], 'lies outside the calendar')
      if (!weekend.includes(weekdayOf(day))) holidays.add(day)
    }
    return { id: calendar.id, weekend, from, to, holidays }
  })
}

export function momentsOf(moment: Moment, path: Path, refs: References): Moments {
  const { choose, ids } = slotsOf(moment)
  return { choose, slots: ids.map((id) => refs.find('slot', id, path)) }
}

export function readIntervals(
  text: PackText,
  attributes: readonly Attribute[],
  calendars: readonly Calendar[],
  refs: References,
): readonly Interval[] {
  return text.intervals.map((interval, index) => {
    const path = (...rest: (string | number)[]): Path => ['intervals', index, ...rest]
    const calendar = interval.calendar === undefined ? undefined : calendars[refs.find('calendar', interval.calendar, path('calendar'))]
    if (interval.unit === 'working-day' && interval.calendar === undefined)
      refs.say('pack/meaning', path('unit'), 'working days need a calendar')
    if (interval.unit === 'minute' && text.pack.time === 'day')
      refs.say('pack/meaning', path('unit'), 'a pack of whole days (time: day) has no minutes')
    const limitBy = (interval.limitBy ?? []).flatMap((id, j) => attributes[refs.find('attribute', id, path('limitBy', j))] ?? [])
    if (interval.untimedWhen) checkCondition(interval.untimedWhen, path('untimedWhen'), refs, text, 'no-clocks')
    return {
      index,
      id: interval.id,
      name: interval.name,
      from: momentsOf(interval.from, path('from'), refs),
      to: momentsOf(interval.to, path('to'), refs),
      unit: interval.unit,
      ...(calendar ? { calendar } : {}),
      ...(interval.restartedBy === undefined ? {} : { restartedBy: refs.find('slot', interval.restartedBy, path('restartedBy')) }),
      limitBy,
      ...(interval.limitChosenBy === undefined ? {} : { limitChosenBy: momentsOf(interval.limitChosenBy, path('limitChosenBy'), refs) }),
      ...(interval.untimedWhen ? { untimedWhen: interval.untimedWhen } : {}),
      ...(interval.source ? { source: interval.source } : {}),
    }
  })
}

export function checkLimits(text: PackText, refs: References): void {
  for (const [i, limit] of text.limits.entries()) {
    const interval = text.intervals[refs.find('interval', limit.interval, ['limits', i, 'interval'])]
    for (const id of asList(limit.variant)) refs.find('variant', id, ['limits', i, 'variant'])
    for (const [id, wanted] of Object.entries(limit.when ?? {})) {
      const attribute = text.attributes[refs.find('attribute', id, ['limits', i, 'when', id])]
      if (attribute && interval && !interval.limitBy?.includes(id))
        refs.say(
          'pack/meaning',
          ['limits', i, 'when', id],
          `the limit of ${interval.id} does not depend on "${id}": name it in its limitBy`,
        )
      for (const value of asList(wanted))
        if (attribute && !attribute.values.includes(value))
          refs.say('pack/dangling', ['limits', i, 'when', id], `"${id}" has no value "${value}"; it has ${attribute.values.join(', ')}`)
    }
  }
}

/** Where parts and whole are all known, on each day on which one of them changes, they must add up. */
export function checkSums(text: PackText, intervals: readonly Interval[], limits: readonly LimitRow[], refs: References): void {
  for (const [i, sum] of text.sums.entries()) {
    const found = [sum.whole, ...sum.parts].map((id, j) => intervals[refs.find('interval', id, ['sums', i, j === 0 ? 'whole' : 'parts'])])
    const whole = found[0]
    if (!whole || found.some((interval) => !interval)) continue
    const of = (interval: Interval, like: LimitRow, day: Day) => {
      const values = interval.limitBy.map((attribute) => like.values[whole.limitBy.indexOf(attribute)] ?? '')
      const outcome = limitAt(
        limits.filter((row) => row.interval === interval.id),
        like.variant,
        values,
        day,
      )?.outcome
      return outcome?.kind === 'limit' && !values.includes('?') ? outcome.amount : undefined
    }
    for (const row of limits.filter((r) => r.interval === whole.id && !r.values.includes('?'))) {
      const days = new Set([
        row.from,
        ...limits
          .filter((r) => sum.parts.includes(r.interval) && r.variant === row.variant && row.from < r.from && r.from <= row.to)
          .map((r) => r.from),
      ])
      for (const day of days) {
        const total = of(whole, row, day)
        const parts = found.slice(1).map((interval) => of(interval!, row, day))
        if (total === undefined || parts.some((part) => part === undefined)) continue
        const added = parts.reduce<number>((a, b) => a + (b ?? 0), 0)
        if (added !== total)
          refs.say(
            'pack/sum',
            row.row === undefined ? ['sums', i] : ['limits', row.row],
            `${sum.parts.join(' + ')} is ${parts.join(' + ')} = ${added} for ${row.variant} ${row.values.join(' ')} on ${dayText(day)}, but ${sum.whole} is ${total}`,
          )
      }
    }
  }
}

export function readPauses(text: PackText, refs: References): readonly Pause[] {
  return text.pauses.map((pause, index) => {
    const path = (...rest: (string | number)[]): Path => ['pauses', index, ...rest]
    pause.subtractFrom?.forEach((id, j) => refs.find('interval', id, path('subtractFrom', j)))
    if (pause.when) checkCondition(pause.when, path('when'), refs, text, 'no-clocks')
    const marked = text.codes.some((code) => asList(code.startsPause).includes(pause.id))
    const ended = text.codes.some((code) => asList(code.endsPause).includes(pause.id))
    if (pause.amountFrom === undefined && !(marked && ended))
      refs.say(
        'pack/meaning',
        path(),
        'say how long it is: amountFrom, or codes that start it and codes that end it (startsPause, endsPause)',
      )
    if (pause.amountFrom !== undefined && (marked || ended))
      refs.say('pack/meaning', path('amountFrom'), 'either an amount, or codes that start and end it')
    return {
      index,
      id: pause.id,
      name: pause.name,
      cause: pause.cause,
      ...(pause.amountFrom === undefined ? {} : { amountFrom: refs.find('slot', pause.amountFrom, path('amountFrom')) }),
      subtractFrom: new Set(pause.subtractFrom ?? []),
      ...(pause.when ? { when: pause.when } : {}),
      ...(pause.rule ? { rule: pause.rule } : {}),
    }
  })
}
