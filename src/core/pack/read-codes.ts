import type { Day } from '../words/day.ts'
import { validDays } from './limit-table.ts'
import { type Attribute, always, asList, type CodeRow, type Refusal, type Slot } from './pack.ts'
import type { Path, References } from './references.ts'
import type { PackText } from './schema.ts'

const placeholder = '{variant}'

export function readCodes(text: PackText, slots: readonly Slot[], attributes: readonly Attribute[], refs: References): readonly CodeRow[] {
  const ownCodes = text.codes.filter((code) => code.mapsTo === undefined)
  const rows: CodeRow[] = []
  const taken = new Map<string, string>()
  for (const [i, own] of text.codes.entries()) {
    const path = (...rest: (string | number)[]): Path => ['codes', i, ...rest]
    const targets = own.mapsTo === undefined ? [own] : ownCodes.filter((code) => code.code === own.mapsTo)
    if (targets.length === 0) refs.say('pack/dangling', path('mapsTo'), `no code "${own.mapsTo}" of the pack's own to map to`)
    const beside = (['marks', 'sets', 'startsPause', 'endsPause', 'variants', 'exceptVariants'] as const).filter(
      (key) => own.mapsTo !== undefined && own[key] !== undefined,
    )
    for (const key of beside) refs.say('pack/meaning', path(key), 'a code that maps to another does what that one does, and nothing else')
    const hasVariant = own.code.includes(placeholder)
    if (text.pack.variantFrom === 'code' && !hasVariant) {
      refs.say('pack/meaning', path('code'), 'write {variant} in the code: in this pack (variantFrom: code) each code names its variant')
      continue
    }
    if (text.pack.variantFrom === 'entry' && hasVariant) {
      refs.say('pack/meaning', path('code'), 'in this pack (variantFrom: entry) a code does not name the variant: leave out {variant}')
      continue
    }
    for (const target of targets) {
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
      const own_ = both(validDays(own), validDays(target))
      const expanded = hasVariant
        ? text.variants.filter(
            (v) =>
              (!target.variants || target.variants.includes(v.id)) &&
              !target.exceptVariants?.includes(v.id) &&
              typeof v.prefix === 'string',
          )
        : [undefined]
      for (const variant of expanded) {
        const code = variant ? own.code.replaceAll(placeholder, variant.prefix as string) : own.code // filtered above: prefix is text
        const days = variant ? validDays(variant) : always
        if (taken.has(code)) {
          refs.say(
            'pack/duplicate-id',
            path('code'),
            `"${code}" is made twice: here${variant ? ` for ${variant.id}` : ''}, and by ${taken.get(code)}`,
          )
          continue
        }
        taken.set(code, `codes[${i}]${variant ? ` for ${variant.id}` : ''}`)
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

const both = (a: { from: Day; to: Day }, b: { from: Day; to: Day }) => ({
  from: Math.max(a.from, b.from) as Day,
  to: Math.min(a.to, b.to) as Day,
})
