import type { Path, References } from './references.ts'
import type { Condition, PackText } from './schema.ts'

/** `no-clocks`: what clocks are computed from cannot itself ask for a verdict. */
export function checkCondition(condition: Condition, path: Path, refs: References, text: PackText, may: 'clocks' | 'no-clocks'): void {
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
