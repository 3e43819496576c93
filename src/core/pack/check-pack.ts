import { type Day, dayText, readDay, weekdayOf } from '../words/day.ts'
import type { Issue, IssueCode, Spot } from '../words/issue.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { didYouMean } from '../words/yaml.ts'
import { limitAt, limitTable, validDays } from './limit-table.ts'
import {
  type Attribute,
  always,
  asList,
  type Calendar,
  type CodeRow,
  type End,
  type Indicator,
  type Interval,
  type LimitRow,
  type Moments,
  type Pack,
  type Pause,
  type Refusal,
  type Slot,
  slotsOf,
} from './pack.ts'
import { type Condition, isUnknown, type ListName, type Moment, type PackText } from './schema.ts'

type Path = readonly (string | number)[]

/** Finds things by name and remembers, with their place, the names that lead nowhere. */
class References {
  readonly issues: Issue[] = []
  private readonly ids: Record<string, readonly string[]>
  constructor(text: PackText) {
    const of = (list: readonly { id: string }[]) => list.map((item) => item.id)
    this.ids = {
      source: of(text.sources),
      calendar: of(text.calendars),
      variant: of(text.variants),
      slot: [...of(text.milestones), ...of(text.details)],
      attribute: of(text.attributes),
      interval: of(text.intervals),
      pause: of(text.pauses),
      rule: of(text.rules),
    }
  }
  say(code: IssueCode, path: Path, message: string): void {
    this.issues.push({ code, path, message })
  }
  /** Place of the id in its list, or -1 with an issue. */
  find(kind: string, id: string, path: Path): number {
    const known = this.ids[kind] ?? []
    const index = known.indexOf(id)
    if (index < 0) {
      const noun = kind === 'slot' ? 'milestone or detail' : kind
      this.say('pack/dangling', path, `no ${noun} "${id}"${known.length ? didYouMean(id, known) : `: the pack has no ${noun}s`}`)
    }
    return index
  }
}

/** Checks that references meet and validity does not overlap, and takes the pack apart for the engines. Collects every issue. */
export function checkPack(text: PackText, spotOf: (path: Path) => Spot): Result<Pack> {
  const refs = new References(text)
  checkIds(text, refs)
  checkCommon(text, refs)
  const slots = readSlots(text, refs)
  const attributes = text.attributes.map(
    (a, i): Attribute => ({ id: a.id, slot: refs.find('slot', a.of, ['attributes', i, 'of']), values: a.values }),
  )
  const codes = readCodes(text, slots, attributes, refs)
  const calendars = readCalendars(text, refs)
  const intervals = readIntervals(text, attributes, calendars, refs)
  const limits = intervals.flatMap((interval) =>
    limitTable(
      interval,
      text.limits,
      text.variants.map((v) => v.id),
      refs.issues,
    ),
  )
  checkLimits(text, refs)
  checkSums(text, intervals, limits, refs)
  const pauses = readPauses(text, refs)
  const ends = text.ends.map((end, i): End => {
    checkCondition(end.when, ['ends', i, 'when'], refs, text, 'no-clocks')
    end.intervals?.forEach((id, j) => refs.find('interval', id, ['ends', i, 'intervals', j]))
    return { id: end.id, name: end.name, when: end.when, ...(end.intervals ? { intervals: new Set(end.intervals) } : {}) }
  })
  const indicators = readIndicators(text, intervals, slots, refs)
  if (refs.issues.length > 0) return fail(...refs.issues.map((issue) => ({ ...issue, at: spotOf(issue.path) })))
  const byText = new Map<string, CodeRow[]>()
  for (const row of codes) byText.set(row.code, [...(byText.get(row.code) ?? []), row])
  return ok({
    id: text.pack.id,
    version: text.pack.version,
    title: text.pack.title,
    time: text.pack.time,
    zone: text.pack.zone,
    variantFrom: text.pack.variantFrom,
    text,
    variants: text.variants.map((v) => v.id),
    lastDays: new Map(text.variants.flatMap((v) => (typeof v.validTo === 'string' ? [[v.id, validDays(v).to] as const] : []))),
    slots,
    attributes,
    codes,
    codesByText: byText,
    intervals,
    limits,
    pauses,
    ends,
    indicators,
    spotOf,
  })
}

function checkIds(text: PackText, refs: References): void {
  const seenIn = (spaces: readonly ListName[], key: 'id' | 'milestone') => {
    const seen = new Map<string, string>()
    for (const list of spaces)
      for (const [i, item] of text[list].entries()) {
        const id = (item as Record<string, unknown>)[key] as string // the lists named here have this key
        if (seen.has(id)) refs.say('pack/duplicate-id', [list, i, key], `"${id}" is there already, as ${seen.get(id)}`)
        else seen.set(id, `${list}[${i}]`)
      }
  }
  for (const list of [
    'sources',
    'calendars',
    'variants',
    'attributes',
    'rules',
    'intervals',
    'pauses',
    'ends',
    'indicators',
    'sums',
  ] as const)
    seenIn([list], 'id')
  seenIn(['milestones', 'details'], 'id')
  seenIn(['duties'], 'milestone')
}

/** What every item may carry: a source that exists, and validity the right way round. */
function checkCommon(text: PackText, refs: References): void {
  const lists: ListName[] = [
    'calendars',
    'variants',
    'milestones',
    'details',
    'attributes',
    'codes',
    'duties',
    'rules',
    'intervals',
    'limits',
    'sums',
    'pauses',
    'ends',
    'indicators',
  ]
  for (const list of lists)
    for (const [i, item] of text[list].entries()) {
      const { source, validFrom, validTo, rule } = item as { source?: string; validFrom?: unknown; validTo?: unknown; rule?: string }
      if (source !== undefined) refs.find('source', source, [list, i, 'source'])
      if (rule !== undefined) refs.find('rule', rule, [list, i, 'rule'])
      const { from, to } = validDays({ validFrom, validTo })
      if (to < from) refs.say('pack/validity', [list, i, 'validTo'], `the last valid day lies before the first, ${dayText(from)}`)
    }
}

function readSlots(text: PackText, refs: References): readonly Slot[] {
  const items = [
    ...text.milestones.map((item, i) => ({ item, list: 'milestones' as const, i })),
    ...text.details.map((item, i) => ({ item: { ...item, closing: undefined }, list: 'details' as const, i })),
  ]
  for (const [i, duty] of text.duties.entries()) refs.find('slot', duty.milestone, ['duties', i, 'milestone'])
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

const placeholder = '{variant}'

function readCodes(text: PackText, slots: readonly Slot[], attributes: readonly Attribute[], refs: References): readonly CodeRow[] {
  const national = new Map(text.codes.map((code) => [code.code, code]))
  const rows: CodeRow[] = []
  const taken = new Map<string, string>()
  for (const [i, own] of text.codes.entries()) {
    const path = (...rest: (string | number)[]): Path => ['codes', i, ...rest]
    const target = own.mapsTo === undefined ? own : national.get(own.mapsTo)
    if (!target || (target !== own && target.mapsTo !== undefined)) {
      refs.say('pack/dangling', path('mapsTo'), `no code "${own.mapsTo}" of the pack's own to map to`)
      continue
    }
    const hasVariant = own.code.includes(placeholder)
    if (text.pack.variantFrom === 'code' && !hasVariant) {
      refs.say('pack/meaning', path('code'), 'write {variant} in the code: in this pack (variantFrom: code) each code names its variant')
      continue
    }
    if (text.pack.variantFrom === 'entry' && hasVariant) {
      refs.say('pack/meaning', path('code'), 'in this pack (variantFrom: entry) a code does not name the variant: leave out {variant}')
      continue
    }
    const marks = asList(target.marks).map((id) => refs.find('slot', id, path('marks')))
    for (const [id, value] of Object.entries(target.sets ?? {})) {
      const n = refs.find('attribute', id, path('sets', id))
      const attribute = attributes[n]
      if (!attribute) continue
      if (!attribute.values.includes(value))
        refs.say('pack/dangling', path('sets', id), `"${id}" has no value "${value}"; it has ${attribute.values.join(', ')}`)
      if (!marks.includes(attribute.slot))
        refs.say(
          'pack/meaning',
          path('sets', id),
          `"${id}" is set by entries that mark ${slots[attribute.slot]?.id ?? 'nothing'}, and this code does not`,
        )
    }
    const [starts, ends] = [target.startsPause, target.endsPause].map((ids, n) =>
      asList(ids).map((id) => refs.find('pause', id, path(n === 0 ? 'startsPause' : 'endsPause'))),
    )
    target.variants?.forEach((id, j) => refs.find('variant', id, path('variants', j)))
    target.exceptVariants?.forEach((id, j) => refs.find('variant', id, path('exceptVariants', j)))
    const own_ = validDays(own)
    const expanded = hasVariant
      ? text.variants.filter(
          (v) =>
            (!target.variants || target.variants.includes(v.id)) && !target.exceptVariants?.includes(v.id) && typeof v.prefix === 'string',
        )
      : [undefined]
    for (const variant of expanded) {
      const code = variant ? own.code.replaceAll(placeholder, variant.prefix as string) : own.code // filtered above: prefix is text
      const days = variant ? validDays(variant) : always
      if (taken.has(code)) {
        refs.say('pack/duplicate-id', path('code'), `"${code}" is made by ${taken.get(code)} too`)
        continue
      }
      taken.set(code, `codes[${i}]`)
      rows.push({
        index: rows.length,
        code,
        ...(variant ? { variant: variant.id } : {}),
        slots: [...new Set(marks)],
        sets: target.sets ?? {},
        starts: starts!,
        ends: ends!,
        from: Math.max(own_.from, days.from) as Day,
        to: Math.min(own_.to, days.to) as Day,
        refusals: refusalsOf(text, [own.code, target.code, code]),
        ...((own.label ?? target.label) ? { label: own.label ?? target.label } : {}),
        text: own,
      })
    }
  }
  if (text.pack.variantFrom === 'entry')
    for (const [i, variant] of text.variants.entries())
      if (variant.validFrom ?? variant.validTo)
        refs.say('pack/meaning', ['variants', i], 'validity of a variant is applied through its codes, so it needs variantFrom: code')
  return rows
}

function refusalsOf(text: PackText, names: readonly string[]): readonly Refusal[] {
  return text.rules.flatMap((rule): Refusal[] => {
    if (!rule.refuses?.codes.some((code) => names.includes(code))) return []
    return [{ rule: rule.id, ...validDays(rule.refuses), ...(rule.refuses.recordedBy ? { roles: rule.refuses.recordedBy } : {}) }]
  })
}

const weekdayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

function readCalendars(text: PackText, refs: References): readonly Calendar[] {
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

function momentsOf(moment: Moment, path: Path, refs: References): Moments {
  const { choose, ids } = slotsOf(moment)
  return { choose, slots: ids.map((id) => refs.find('slot', id, path)) }
}

function readIntervals(
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

function checkLimits(text: PackText, refs: References): void {
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
function checkSums(text: PackText, intervals: readonly Interval[], limits: readonly LimitRow[], refs: References): void {
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

function readPauses(text: PackText, refs: References): readonly Pause[] {
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

function readIndicators(text: PackText, intervals: readonly Interval[], slots: readonly Slot[], refs: References): readonly Indicator[] {
  return text.indicators.map((indicator, index) => {
    const path = (...rest: (string | number)[]): Path => ['indicators', index, ...rest]
    if ((indicator.within === undefined) === (indicator.having === undefined))
      refs.say('pack/meaning', path(), 'say either `within` (an interval) or `having` (a condition)')
    const within = indicator.within === undefined ? undefined : intervals[refs.find('interval', indicator.within, path('within'))]
    if (indicator.having) checkCondition(indicator.having, path('having'), refs, text, 'clocks')
    const { population } = indicator
    if (population && !isUnknown(population)) checkCondition(population, path('population'), refs, text, 'clocks')
    indicator.exclude?.forEach((e, j) => checkCondition(e.when, path('exclude', j, 'when'), refs, text, 'clocks'))
    if (indicator.overrun && !indicator.within)
      refs.say('pack/meaning', path('overrun'), 'only an indicator with an interval can be overrun')
    const { sharing } = indicator
    const places = Object.entries(sharing?.places ?? {}).map(([name, id]) => ({
      name,
      slot: refs.find('slot', id, path('sharing', 'places', name)),
    }))
    sharing?.cases.forEach((c, j) => {
      if (c.when) checkCondition(c.when, path('sharing', 'cases', j, 'when'), refs, text, 'clocks')
      for (const name of Object.keys(c.weights))
        if (!places.some((p) => p.name === name))
          refs.say('pack/dangling', path('sharing', 'cases', j, 'weights', name), `no place "${name}" in this sharing`)
      const millionths = Object.values(c.weights).reduce((sum, weight) => sum + Math.round(weight * 1e6), 0)
      if (millionths !== 1e6)
        refs.say('pack/sum', path('sharing', 'cases', j, 'weights'), `the weights add up to ${millionths / 1e6}, not 1`)
    })
    const [period, place] = [momentsOf(indicator.period, path('period'), refs), momentsOf(indicator.place, path('place'), refs)]
    const rests = within
      ? [...within.from.slots, ...within.to.slots, ...(within.restartedBy === undefined ? [] : [within.restartedBy])]
      : [...period.slots, ...place.slots]
    if (sharing?.cases.at(-1)?.when)
      refs.say(
        'pack/meaning',
        path('sharing', 'cases', sharing.cases.length - 1),
        'the last case must hold for all the others: leave out its `when`',
      )
    return {
      id: indicator.id,
      name: indicator.name,
      question: indicator.question,
      denominator: indicator.denominator,
      ...(within ? { within } : {}),
      ...(indicator.having ? { having: indicator.having } : {}),
      ...(population === undefined ? {} : isUnknown(population) ? { unknown: population.unknown } : { population }),
      exclude: (indicator.exclude ?? []).map(({ id, text: words, when }) => ({ id, text: words, when })),
      overrunMissed: indicator.overrun === 'missed',
      period,
      place,
      hasDuty: rests.some((slot) => slots[slot]?.dutyDays !== undefined),
      ...(sharing
        ? {
            sharing: {
              places,
              cases: sharing.cases.map((c) => ({
                ...(c.when ? { when: c.when } : {}),
                weights: places.map((p) => Math.round((c.weights[p.name] ?? 0) * 1e6)),
              })),
            },
          }
        : {}),
    }
  })
}

/** `no-clocks`: what clocks are computed from cannot itself ask for a verdict. */
function checkCondition(condition: Condition, path: Path, refs: References, text: PackText, may: 'clocks' | 'no-clocks'): void {
  const slot = (id: string, ...rest: (string | number)[]) => refs.find('slot', id, [...path, ...rest])
  if ('all' in condition) condition.all.forEach((c, i) => checkCondition(c, [...path, 'all', i], refs, text, may))
  else if ('any' in condition) condition.any.forEach((c, i) => checkCondition(c, [...path, 'any', i], refs, text, may))
  else if ('not' in condition) checkCondition(condition.not, [...path, 'not'], refs, text, may)
  else if ('known' in condition) slot(condition.known, 'known')
  else if ('missing' in condition) slot(condition.missing, 'missing')
  else if ('before' in condition) condition.before.forEach((id, i) => slot(id, 'before', i))
  else if ('notAfter' in condition) condition.notAfter.forEach((id, i) => slot(id, 'notAfter', i))
  else if ('samePlace' in condition) condition.samePlace.forEach((id, i) => slot(id, 'samePlace', i))
  else if ('onOrAfter' in condition) slot(condition.onOrAfter, 'onOrAfter')
  else if ('variant' in condition) condition.variant.forEach((id, i) => refs.find('variant', id, [...path, 'variant', i]))
  else if ('verdict' in condition) {
    refs.find('interval', condition.verdict, [...path, 'verdict'])
    if (may === 'no-clocks')
      refs.say('pack/cycle', [...path, 'verdict'], 'a verdict cannot be asked for here: clocks are computed from this')
  } else {
    const attribute = text.attributes[refs.find('attribute', condition.attribute, [...path, 'attribute'])]
    for (const [i, value] of condition.in.entries())
      if (attribute && !attribute.values.includes(value))
        refs.say('pack/dangling', [...path, 'in', i], `"${attribute.id}" has no value "${value}"; it has ${attribute.values.join(', ')}`)
  }
}
