import type { Spot } from '../words/issue.ts'
import type { Pack } from './pack.ts'
import { isUnknown } from './schema.ts'

export interface UnknownFact {
  readonly path: readonly (string | number)[]
  readonly what: string
  readonly reason: string
  readonly at: Spot
}

/** Every fact the pack marks unknown, with the reason it gives and where it is written. */
export function listUnknowns(pack: Pack): readonly UnknownFact[] {
  const found: UnknownFact[] = []
  const walk = (value: unknown, path: readonly (string | number)[], what: string): void => {
    if (isUnknown(value)) found.push({ path, what, reason: value.unknown, at: pack.spotOf(path) })
    else if (Array.isArray(value)) value.forEach((item, i) => walk(item, [...path, i], nameOf(item) ?? what))
    else if (typeof value === 'object' && value !== null) for (const [key, part] of Object.entries(value)) walk(part, [...path, key], what)
  }
  walk(pack.text, [], '')
  return found
}

/** `OF4 lymphoma radiotherapy` for a limit, the id or code for the rest. */
function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const { id, code, milestone, interval, variant, when } = item as Record<string, unknown>
  if (typeof interval === 'string')
    return [interval, variant, ...Object.values((when as object | undefined) ?? {})].flat().filter(Boolean).join(' ')
  return [id, code, milestone].find((name): name is string => typeof name === 'string')
}
