import type { Issue, Spot } from '../words/issue.ts'
import { fail, type Result } from '../words/result.ts'
import { readYaml, shapeIssues, type YamlText } from '../words/yaml.ts'
import { checkPack } from './check-pack.ts'
import type { Pack } from './pack.ts'
import { isUnknown, keyOf, type ListName, listNames, PackText } from './schema.ts'

type Path = readonly (string | number)[]
type Fields = Record<string, unknown>

/** The files of one pack folder. */
export interface PackLayer {
  readonly folder: string
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

/** Where a merged item was written: each of its keys in one of the files. */
interface Origin {
  readonly yaml: YamlText
  readonly path: Path
  readonly keys: readonly string[]
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads a pack from its files, the pack that it extends first. A later layer adds items and fills in what an earlier one
 * leaves out or marks unknown; what is known there it may repeat, not change. All issues are collected.
 */
export function readPack(layers: readonly PackLayer[]): Result<Pack> {
  const merge = new Merge()
  for (const layer of layers) {
    if (layer.files.length === 0) merge.issues.push({ code: 'pack/unreadable', path: [], message: `no .yaml files in ${layer.folder}` })
    for (const file of layer.files) merge.add(readYaml(file.text, file.name, { notYaml: 'pack/not-yaml' }), layer)
  }
  const { value, issues } = merge
  if (issues.length > 0 && !value.pack) return fail(...issues)
  const whole: YamlText = { value, issues: [], spotOf: (path, what) => merge.spotOf(path, what) }
  const shaped = PackText.safeParse(value)
  if (!shaped.success) return fail(...issues, ...shapeIssues(shaped.error, whole, 'pack/shape', PackText))
  const checked = checkPack(shaped.data, (path) => merge.spotOf(path))
  if (!checked.ok) return fail(...issues, ...checked.issues)
  return issues.length > 0 ? fail(...issues) : checked
}

class Merge {
  readonly value: Fields = {}
  readonly issues: Issue[] = []
  private readonly origins = new Map<string, Origin[]>()
  private headLayer: PackLayer | undefined
  private firstSpot: Spot | undefined

  add(yaml: YamlText, layer: PackLayer): void {
    this.firstSpot ??= yaml.spotOf([])
    this.issues.push(...yaml.issues)
    if (yaml.issues.length > 0 || yaml.value === null || yaml.value === undefined) return
    if (!isFields(yaml.value)) {
      this.issues.push({
        code: 'pack/shape',
        path: [],
        message: 'expected keys such as `pack:`, `codes:` or `limits:` at the left margin',
        at: yaml.spotOf([]),
      })
      return
    }
    for (const [key, part] of Object.entries(yaml.value)) {
      if (key === 'pack') this.addHead(part, yaml, layer)
      else if (listNames.includes(key as ListName) && Array.isArray(part))
        part.forEach((item, i) =>
          this.addItem(key as ListName, item, { yaml, path: [key, i], keys: isFields(item) ? Object.keys(item) : [] }),
        )
      else {
        this.value[key] = part
        this.origins.set(key, [{ yaml, path: [key], keys: [] }])
      }
    }
  }

  /** The head says which pack this is: a later layer's id, version and title replace the earlier ones. */
  private addHead(part: unknown, yaml: YamlText, layer: PackLayer): void {
    if (this.headLayer === layer)
      this.issues.push({
        code: 'pack/duplicate-id',
        path: ['pack'],
        message: 'a pack has one `pack:` head; another of its files has it already',
        at: yaml.spotOf(['pack'], 'key'),
      })
    this.headLayer = layer
    const before = isFields(this.value['pack']) ? this.value['pack'] : undefined
    if (!isFields(part) || !before) {
      this.value['pack'] = part
      this.origins.set('pack', [{ yaml, path: ['pack'], keys: isFields(part) ? Object.keys(part) : [] }])
      return
    }
    for (const key of ['time', 'zone', 'variantFrom'])
      if (part[key] !== undefined && part[key] !== before[key])
        this.issues.push({
          code: 'pack/override',
          path: ['pack', key],
          message: `the pack it extends says ${JSON.stringify(before[key])}`,
          at: yaml.spotOf(['pack', key]),
        })
    this.value['pack'] = { ...before, ...part }
    this.origins.set('pack', [{ yaml, path: ['pack'], keys: Object.keys(part) }, ...(this.origins.get('pack') ?? [])])
  }

  private addItem(list: ListName, item: unknown, origin: Origin): void {
    const items = (this.value[list] ??= []) as unknown[] // only this method makes it
    const key = keyOf[list]
    const index = key && isFields(item) ? items.findIndex((other) => isFields(other) && other[key] === item[key]) : -1
    const at = [list, index < 0 ? items.length : index].join('\n')
    const known = this.origins.get(at)
    if (index < 0 || !known || known.some((o) => o.yaml === origin.yaml || sameLayer(o, origin))) {
      this.origins.set([list, items.length].join('\n'), [origin])
      items.push(item)
      return
    }
    items[index] = this.fillIn(items[index] as Fields, item as Fields, { path: [list, index], origin }) // both are fields: they share a key
    this.origins.set(at, [...known, origin])
  }

  /** What fills something in may say where that comes from; nothing else that is known, or left out, is touched. */
  private fillIn(before: Fields, more: Fields, where: { path: Path; origin: Origin }): Fields {
    const filled = Object.keys(more).filter((key) => isUnknown(before[key]))
    const may = new Set([...filled, ...(filled.length > 0 ? ['source', 'basis', 'note'] : [])])
    for (const [key, value] of Object.entries(more)) {
      if (may.has(key) || JSON.stringify(before[key]) === JSON.stringify(value)) continue
      this.issues.push({
        code: 'pack/override',
        path: [...where.path, key],
        message:
          before[key] === undefined
            ? 'the pack it extends leaves this out; only what it marks unknown can be filled in here'
            : 'the pack it extends says otherwise, and what is known there cannot be changed here',
        at: where.origin.yaml.spotOf([...where.origin.path, key], 'key'),
      })
    }
    return { ...before, ...Object.fromEntries([...may].flatMap((key) => (more[key] === undefined ? [] : [[key, more[key]]]))) }
  }

  /** The last file that wrote the value at this path. */
  spotOf(path: Path, what?: 'key' | 'value'): Spot {
    const [list, index, ...rest] = path
    const isItem = typeof index === 'number'
    const origins = this.origins.get(isItem ? [list, index].join('\n') : String(list)) ?? []
    const inside = isItem ? rest : path.slice(1)
    const owner = (inside.length > 0 ? origins.findLast((o) => o.keys.includes(String(inside[0]))) : undefined) ?? origins[0]
    return owner ? owner.yaml.spotOf([...owner.path, ...inside], what) : (this.firstSpot ?? { file: '', line: 1, column: 1 })
  }
}

/** Files of one folder may not repeat each other's items: then both stay and the check names the second. */
const sameLayer = (a: Origin, b: Origin) => folderOf(a) === folderOf(b)
const folderOf = (origin: Origin) => origin.yaml.spotOf([]).file.replace(/[^/]*$/, '')
