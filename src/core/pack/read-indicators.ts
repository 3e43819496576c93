import { checkCondition } from './conditions.ts'
import type { Indicator, Interval, Slot } from './pack.ts'
import { momentsOf } from './read-clocks.ts'
import type { Path, References } from './references.ts'
import { isUnknown, type PackText } from './schema.ts'

export function readIndicators(
  text: PackText,
  intervals: readonly Interval[],
  slots: readonly Slot[],
  refs: References,
): readonly Indicator[] {
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
      better: indicator.better ?? (within ? 'higher' : 'neither'),
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
