import { dayText } from '../words/day.ts'
import type { Spot } from '../words/issue.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { personRoles } from '../words/role.ts'
import { didYouMean } from '../words/yaml.ts'
import { checkCondition } from './conditions.ts'
import { limitTable, validDays } from './limit-table.ts'
import type { Attribute, CodeRow, End, Pack, RiskSettings } from './pack.ts'
import { checkLimits, checkSums, readCalendars, readIntervals, readPauses, readSlots } from './read-clocks.ts'
import { readCodes } from './read-codes.ts'
import { readIndicators } from './read-indicators.ts'
import { type Path, References } from './references.ts'
import type { ListName, PackText } from './schema.ts'
import { readTemplate } from './template.ts'

/** Checks that references meet and validity does not overlap, and takes the pack apart for the engines. Collects every issue. */
export function checkPack(text: PackText, spotOf: (path: Path) => Spot): Result<Pack> {
  const refs = new References(text)
  checkIds(text, refs)
  checkCommon(text, [], refs)
  const slots = readSlots(text, refs)
  const attributes = text.attributes.map(
    (a, i): Attribute => ({ id: a.id, slot: refs.find('slot', a.of, ['attributes', i, 'of']), values: a.values }),
  )
  const codes = readCodes(text, slots, attributes, refs)
  checkCodesNamed(text, codes, refs)
  checkRoles(text, refs)
  const calendars = readCalendars(text, refs)
  const intervals = readIntervals(text, attributes, calendars, refs)
  const limits = intervals.flatMap((interval) =>
    limitTable(
      interval,
      text.limits,
      { variants: text.variants.map((v) => v.id), folderOf: (row) => spotOf(['limits', row]).file.replace(/[^/]*$/, '') },
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
  for (const [i, { intervals: only }] of text.delayReasons.entries())
    only?.forEach((id, j) => refs.find('interval', id, ['delayReasons', i, 'intervals', j]))
  const indicators = readIndicators(text, intervals, slots, refs)
  const template = readTemplate(text, refs)
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
    template,
    risk: riskOf(text.pack.risk),
    spotOf,
  })
}

function riskOf({ localMedian, ...said }: PackText['pack']['risk'] = {}): RiskSettings {
  const usual = { tightDays: 7, bookDays: 7, tightShare: 0.25 }
  return { ...usual, ...said, ...(localMedian === undefined ? {} : { localMedian: { months: 12, least: 20, ...localMedian } }) }
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
    'roles',
    'rules',
    'delayReasons',
    'proposals',
    'template',
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

/** Keys whose own keys are names that packs choose. */
const ownNames = new Set(['sets', 'when', 'labels', 'names', 'texts', 'places', 'weights'])

/** What may stand anywhere: sources and rules that exist, validity the right way round. */
function checkCommon(value: unknown, path: Path, refs: References): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) checkCommon(item, [...path, i], refs)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const fields = value as Readonly<Record<string, unknown>> // an object read by the schema
  if (typeof fields['source'] === 'string') refs.find('source', fields['source'], [...path, 'source'])
  if (typeof fields['rule'] === 'string') refs.find('rule', fields['rule'], [...path, 'rule'])
  const { from, to } = validDays(fields)
  if (to < from) refs.say('pack/validity', [...path, 'validTo'], `the last valid day lies before the first, ${dayText(from)}`)
  for (const [key, part] of Object.entries(fields)) if (!ownNames.has(key)) checkCommon(part, [...path, key], refs)
}

/** A rule can only refuse codes that are there, and nothing else is proposed. */
function checkCodesNamed(text: PackText, codes: readonly CodeRow[], refs: References): void {
  const known = new Set([...text.codes.map((code) => code.code), ...codes.map((row) => row.code)])
  for (const [i, rule] of text.rules.entries())
    for (const [j, code] of rule.refuses?.codes.entries() ?? [])
      if (!known.has(code))
        refs.say('pack/dangling', ['rules', i, 'refuses', 'codes', j], `no code "${code}"${didYouMean(code, [...known])}`)
  const written = text.codes.map((code) => code.code)
  for (const [i, { code, variants }] of text.proposals.entries()) {
    if (!written.includes(code)) refs.say('pack/dangling', ['proposals', i, 'code'], `no code "${code}"${didYouMean(code, written)}`)
    variants?.forEach((id, j) => refs.find('variant', id, ['proposals', i, 'variants', j]))
  }
}

/** A name that people carry themselves needs nobody to act for it. */
function checkRoles(text: PackText, refs: References): void {
  const own: readonly string[] = personRoles
  for (const [i, { id }] of text.roles.entries())
    if (own.includes(id)) refs.say('pack/meaning', ['roles', i, 'id'], `"${id}" is a role of people already; use it in duties as it is`)
}
