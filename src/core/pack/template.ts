import { getOrMake } from '../words/lookup.ts'
import type { Pack, TemplateItem } from './pack.ts'
import type { References } from './references.ts'
import { type Item, isUnknown, type PackText, type Unknown } from './schema.ts'

/** What usually comes next: milestones and variants must be there, later ones lie later, and no two items say it of the same pathways. */
export function readTemplate(text: PackText, refs: References): readonly TemplateItem[] {
  const items = text.template.map((item, index): TemplateItem => {
    const path = (...rest: (string | number)[]) => ['template', index, ...rest]
    const after = refs.find('milestone', item.after, path('after'))
    if (text.milestones[after]?.closing) refs.say('pack/meaning', path('after'), `"${item.after}" marks an end: nothing comes after it`)
    item.variants?.forEach((id, j) => refs.find('variant', id, path('variants', j)))
    if (item.step === undefined && item.shortest === undefined)
      refs.say('pack/meaning', path(), 'say what comes next (`step`), how long it takes at the least (`shortest`), or both')
    const step = isUnknown(item.step) ? undefined : item.step
    if (step?.books !== undefined) refs.find('milestone', step.books, path('step', 'books'))
    const shortest = (item.shortest ?? []).map((one, j) => {
      const to = refs.find('milestone', one.to, path('shortest', j, 'to'))
      if (to >= 0 && to <= after) refs.say('pack/meaning', path('shortest', j, 'to'), `"${one.to}" does not come after "${item.after}"`)
      if ((item.shortest ?? []).findIndex((other) => other.to === one.to) < j)
        refs.say('pack/duplicate-id', path('shortest', j, 'to'), `"${one.to}" is there already`)
      return { ...one, to }
    })
    return {
      index,
      after,
      ...(item.variants ? { variants: item.variants } : {}),
      ...(item.step === undefined ? {} : { step: item.step }),
      shortest: shortest.map(({ to, days, source = item.source }) => ({ to, days, ...(source === undefined ? {} : { source }) })),
    }
  })
  for (const [i, item] of items.entries())
    for (const other of items.slice(0, i)) {
      const shared = item.variants ? item.variants.some((id) => other.variants?.includes(id)) : other.variants === undefined
      if (item.after === other.after && shared)
        refs.say('pack/overlap', ['template', i], `template[${other.index}] speaks of the same milestone and variant: make one of the two`)
    }
  return items
}

const found = new WeakMap<Pack, Map<string, readonly TemplateItem[]>>()

/** Of the items about a milestone those that fit a variant; one that names the variant goes first. */
const itemsFor = (pack: Pack, variant: string, after: number): readonly TemplateItem[] =>
  getOrMake(
    getOrMake(found, pack, () => new Map<string, readonly TemplateItem[]>()),
    `${after} ${variant}`,
    () =>
      pack.template
        .filter((item) => item.after === after && (item.variants === undefined || item.variants.includes(variant)))
        .sort((a, b) => Number(a.variants === undefined) - Number(b.variants === undefined)),
  )

/** The step that is proposed after a milestone, with its item. What is unknown of the variant is not taken from what holds for all. */
export function stepAfter(
  pack: Pack,
  variant: string,
  after: number,
): { readonly item: Item<'template'>; readonly step: Step } | undefined {
  const found = itemsFor(pack, variant, after).find((item) => item.step !== undefined)
  const item = found && pack.text.template[found.index]
  return item?.step === undefined || isUnknown(item.step) ? undefined : { item, step: item.step }
}
type Step = Exclude<Item<'template'>['step'], Unknown | undefined>

/** The shortest realistic days from one milestone to the nearest of some others, so far as the template knows. */
export function shortestTo(
  pack: Pack,
  variant: string,
  { after, to }: { readonly after: number; readonly to: readonly number[] },
): { readonly days: number; readonly source?: string } | undefined {
  const items = itemsFor(pack, variant, after)
  const known = to.flatMap((slot) => {
    const found = items.flatMap((item) => item.shortest).find((one) => one.to === slot)
    return found && typeof found.days === 'number' ? [{ ...found, days: found.days }] : []
  })
  return known.reduce<(typeof known)[number] | undefined>((least, one) => (least && least.days <= one.days ? least : one), undefined)
}
