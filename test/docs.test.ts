import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { grammarOfOneFile, pages, textNow } from '../scripts/docs.ts'
import { reasons } from '../src/core/clock/clock.ts'
import { readExtract } from '../src/core/extract/description.ts'
import { standings } from '../src/core/ledger/entry.ts'
import { causes, leftOutReasons } from '../src/core/measure/account.ts'
import { becauses } from '../src/core/measure/compare.ts'
import { differencesOf, readExample } from '../src/core/measure/example.ts'
import { readPack } from '../src/core/pack/read-pack.ts'
import { listNames, verdicts } from '../src/core/pack/schema.ts'
import { issueCodes } from '../src/core/words/issue.ts'
import { readMapping } from '../src/intake/mapping.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).toSorted()

const found = (text: string, pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

describe('what is printed from the code', () => {
  test.each(pages().map((page) => [page.file, page.text]))('%s is what `npm run docs` prints', (file, text) => {
    expect(textNow(file)).toBe(text)
  })

  test('docs/issues.md names every issue and no other', () => {
    expect(found(read('docs/issues.md'), /^\| `([^`]+)` \|/gm)).toEqual(Object.keys(issueCodes))
  })

  test('docs/door.md names every issue of the door and no other', () => {
    const named = new Set(found(read('docs/door.md'), /`(door\/[^`]+)`/g))
    expect([...named].toSorted()).toEqual(
      Object.keys(issueCodes)
        .filter((code) => code.startsWith('door/'))
        .toSorted(),
    )
  })

  test.each([
    ['pack', 'packs/*/*.yaml'],
    ['example', 'packs/*/examples/*.yaml'],
    ['mapping', 'packs/*/maps/*.yaml'],
    ['messages', 'demonstration/feed.yaml'],
  ])('the printed grammar of a %s takes every one that is shipped', (grammar, files) => {
    const schema = z.fromJSONSchema(JSON.parse(read(`packs/${grammar}.schema.json`)))
    const shipped = globSync(files, { cwd: root })
    expect(shipped).not.toEqual([])
    expect(shipped.filter((file) => !schema.safeParse(parse(read(file))).success)).toEqual([])
  })
})

describe('docs/packs.md', () => {
  const text = read('docs/packs.md')
  const sections = new Map(text.split(/^(?=##)/m).map((section) => [/^#+ (.*)/.exec(section)?.[1] ?? '', section]))
  const section = (heading: string): string => sections.get(heading) ?? ''
  /** What the first column of its table of keys names, each in backticks. */
  const named = (heading: string): readonly string[] =>
    found(/^\| key [\s\S]*?\n\n/m.exec(section(heading))?.[0] ?? '', /^\| (`[^|]*) \|/gm).flatMap((cell) => found(cell, /`([^`]+)`/g))
  const grammar = grammarOfOneFile()
  const grounds = ['source', 'basis', 'note']

  test('has a heading for every key of a pack, and no other names one', () => {
    const headings = found(text, /^#+ `([^`]+)`/gm)
    expect(headings.toSorted()).toEqual(['pack', ...listNames].toSorted())
  })

  test.each(['pack', ...listNames])('names every key of %s and no other', (name) => {
    const value = grammar.properties?.[name]
    const keys = Object.keys((value?.items ?? value)?.properties ?? {})
    expect(named(`\`${name}\``).toSorted()).toEqual(keys.filter((key) => !grounds.includes(key)).toSorted())
  })

  test('names what any item may carry', () => {
    expect(named('Files, ids and grounds')).toEqual(grounds)
  })

  test('names every condition and no other', () => {
    const forms = Object.values(grammar.$defs ?? {}).flatMap((named) => named.anyOf ?? [])
    expect(found(section('Conditions'), /^\| `(\w+):/gm)).toEqual(forms.map((form) => Object.keys(form.properties ?? {})[0]))
  })

  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '')
  const [pack = '', example = '', mapping = ''] = blocks

  test('shows nothing that the grammar refuses', () => {
    const schemas = ['pack', 'example', 'mapping'].map((name) => z.fromJSONSchema(JSON.parse(read(`packs/${name}.schema.json`))))
    expect(blocks.length).toBeGreaterThan(15)
    expect(blocks.filter((block) => !schemas.some((schema) => schema.safeParse(parse(block)).success))).toEqual([])
  })

  test('begins with a pack that reads, a mapping that reads and an example that holds', () => {
    const smallest = readPack([{ folder: 'letters', files: [{ name: 'letters/pack.yaml', text: pack }] }])
    const asked = readExample(example, 'letters/examples/three-letters.yaml')
    if (!smallest.ok || !asked.ok) throw new Error(JSON.stringify([smallest, asked]))
    expect(differencesOf(smallest.value, asked.value)).toEqual([])
    expect(readMapping(mapping, 'letters/maps/log.yaml').ok).toBe(true)
    expect(pack.trim().split('\n')).toHaveLength(30)
  })
})

test.each([
  ['verdict', verdicts],
  ['reason', reasons],
  ['way to be left out', leftOutReasons],
  ['cause', causes],
  ['item of a comparison', becauses],
  ['standing', standings],
])('docs/meaning.md says what every %s means', (_, words) => {
  const text = read('docs/meaning.md')
  expect(words.filter((word) => !text.includes(`\`${word}\``))).toEqual([])
})

test('docs/secondary-use.md shows a description of an extract that can be read', () => {
  const [shown = ''] = found(read('docs/secondary-use.md'), /```yaml\n([\s\S]*?)```/g)
  expect(readExtract(shown, 'waits.yaml')).toMatchObject({ ok: true, value: { id: 'waits', rows: 'pathway', fewest: 5 } })
})

const operating = ['serve', 'migrate', 'verify', 'backup', 'restore', 'export', 'import', 'user', 'organisation']

test('docs/security.md name tests that are there', () => {
  const text = read('docs/security.md')
  const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`: \*([^*]+)\*/g)]
  expect(named.length).toBeGreaterThan(40)
  for (const [, file = '', title = ''] of named) expect(read(file), title).toContain(title)
  // One that is not followed by a title is a mistake in the page, but for the one that says of what.
  expect(found(text, /`([\w./-]+\.test\.ts)`(?!:)/g)).toEqual(['test/service/hostile.test.ts'])
})

describe('docs/operations.md', () => {
  const text = read('docs/operations.md')
  test('names every metric of ours and no other', () => {
    const ours = found(read('src/http/operations.ts'), /name: '(varde_\w+)'/g)
    const named = found(text, /`(varde_\w+)`/g).filter((name) => !name.startsWith('varde_nodejs_'))
    expect([...new Set(named)].toSorted()).toEqual([...new Set(ours)].toSorted())
  })
  test('shows each command for the operator', () => {
    expect(operating.filter((command) => command !== 'import' && command !== 'export' && !text.includes(`./varde ${command}`))).toEqual([])
  })
})

describe('the documents', () => {
  const scripts: readonly string[] = Object.keys(JSON.parse(read('package.json')).scripts)
  const commands = [
    'pack check',
    'measure',
    'account',
    'explain',
    'compare',
    'generate',
    'release',
    'rebuild',
    'extract',
    'occurrence',
    'published',
    'start',
    ...operating,
  ]

  test.each(documents)('%s names only commands there are', (file) => {
    const text = read(file)
    const varde = found(text, /\.\/varde ((?:pack )?[a-z]+)/g)
    const npm = [...found(text, /\bnpm run ([\w:-]+)/g), ...found(text, /\bnpm (start|test)\b/g)]
    expect([...varde.filter((name) => !commands.includes(name)), ...npm.filter((name) => !scripts.includes(name))]).toEqual([])
  })

  test.each(documents)('%s names only files there are', (file) => {
    const named = found(read(file), /`((?:bench|docs|packs|scripts|src|test)\/[\w./-]*)`/g)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test.each(documents)('%s links to what is there', (file) => {
    const dangling = found(withoutCode(read(file)), /\]\(([^)\s]+)\)/g).filter(
      (link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(file, link),
    )
    expect(dangling).toEqual([])
  })
})

const withoutCode = (text: string): string =>
  text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''))

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? from : join(dirname(from), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || anchorsOf(read(target)).includes(anchor)
}

/** As the usual viewers make them: small letters, no signs, hyphens for blanks. */
const anchorsOf = (text: string): readonly string[] =>
  found(withoutCode(text), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
