import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const manifest: { readonly [K in 'dependencies' | 'devDependencies']: Readonly<Record<string, string>> } = JSON.parse(read('package.json'))

/** Rooms of core stand in this order, each only on those before it. */
const core = [
  'words',
  'rights',
  'stats',
  'terminology',
  'document',
  'ledger',
  'pack',
  'clock',
  'measure',
  'bench',
  'extract',
  'occurrence',
  'published',
  'life',
  'practice',
  'door',
  'work',
  'demonstration',
].map((room) => `core/${room}`)

/** What each room may import, besides itself: rooms, and packages (absent: any that package.json lists as a dependency). */
const rooms: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages?: readonly string[] }>> = {
  ...Object.fromEntries(core.map((room, place) => [room, { rooms: core.slice(0, place), packages: ['zod', 'yaml'] }])),
  // Plain numbers in, plain numbers out: both packages are as pure as core itself.
  'core/stats': { rooms: core.slice(0, core.indexOf('core/stats')), packages: ['jstat', 'ml-matrix'] },
  sql: { rooms: core, packages: ['zod', 'yaml'] },
  store: { rooms: [...core, 'sql'] },
  intake: { rooms: [...core, 'sql', 'store'] },
  publish: { rooms: [...core, 'sql', 'store'] },
  api: { rooms: core, packages: ['zod'] },
  http: { rooms: [...core, 'sql', 'store', 'intake', 'publish', 'api'] },
  cli: { rooms: [...core, 'sql', 'store', 'intake', 'publish', 'api', 'http'] },
  // What the page is made of is built into it, and so stands among the packages for building.
  web: { rooms: [...core, 'api'], packages: ['varde:addresses', 'zod', ...Object.keys(manifest.devDependencies)] },
}

/** A test beside its file may use what it needs; the rules are for what is shipped. */
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
const sources = globSync('src/**/*.{ts,tsx}', { cwd: root }).toSorted()
const shipped = sources.filter((file) => !isTest(file))
const everything = [...sources, ...globSync('{test,scripts,bench}/**/*.{ts,tsx}', { cwd: root })]

const forms = [
  /^\s*(?:import|export)\b[^'"=;()]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g,
]

/** What a text imports, types and `import('...')` too. */
function importsOf(text: string): readonly string[] {
  const found = forms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1]!))
  // Nothing may slip by because it is written in a way the forms do not know: every statement must have been read.
  const statements = [...text.matchAll(/^\s*import\b(?!\s*[(.])/gm)].length
  const readAsStatement = forms
    .slice(0, 2)
    .flatMap((form) => [...text.matchAll(form)].filter((match) => /^\s*import/.test(match[0]))).length
  if (statements !== readAsStatement) throw new Error(`${statements - readAsStatement} import is written in a way this test cannot read`)
  return found
}

function roomOf(file: string): string {
  const [, room = '', inner = ''] = file.split('/')
  return room === 'core' ? `core/${inner}` : room
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

/** Why this file may not import that, or undefined. */
function objection(file: string, specifier: string): string | undefined {
  const room = roomOf(file)
  const may = rooms[room]
  if (!may) return `${file}: there is no room src/${room}`
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(file), specifier))
    const above = roomOf(target)
    if (!target.startsWith('src/') || isTest(target)) return `${file} imports ${specifier}, which is not shipped`
    if (!/\.(tsx?|json|css)$/.test(target)) return `${file} imports ${specifier} without its extension`
    return above === room || may.rooms.includes(above) ? undefined : `${file} imports ${specifier}: ${room} does not stand on ${above}`
  }
  if (may.packages) return may.packages.includes(packageOf(specifier)) ? undefined : `${file} imports ${specifier}: not in ${room}`
  return specifier.startsWith('node:') || packageOf(specifier) in manifest.dependencies
    ? undefined
    : `${file} imports ${specifier}, which is not in the dependencies of package.json`
}

/** The first ring met, as the files one passes on the way round. */
function findRing(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const walk = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const next of imports.get(file) ?? []) {
      const ring = walk(next, [...way, file])
      if (ring) return ring
    }
    done.add(file)
    return undefined
  }
  for (const file of imports.keys()) {
    const ring = walk(file, [])
    if (ring) return ring
  }
  return undefined
}

const filesImported = (file: string): readonly string[] =>
  importsOf(read(file))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)))

describe('the layers', () => {
  test('imports go down', () => {
    expect(
      shipped.flatMap((file) =>
        importsOf(read(file))
          .map((specifier) => objection(file, specifier))
          .filter(Boolean),
      ),
    ).toEqual([])
  })

  test('no files stand in a ring', () => {
    expect(findRing(new Map(shipped.map((file) => [file, filesImported(file)])))).toBeUndefined()
  })

  test('core and sql ask nobody for the time, chance, the machine or the network', () => {
    const asks =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bcrypto\.|\bprocess\.|\bfetch\(|\bset(?:Timeout|Interval|Immediate)\(/
    const pure = shipped.filter((file) => /^src\/(core|sql)\//.test(file))
    expect(pure.filter((file) => asks.test(read(file)))).toEqual([])
  })

  test('nothing is exported as default', () => {
    expect(everything.filter((file) => /^\s*export\s+(default\b|\{[^}]*\bas\s+default\b)/m.test(read(file)))).toEqual([])
  })

  test('no index.ts only passes on what others own', () => {
    const ownsSomething = /^\s*(?:export\s+)?(?:async\s+)?(?:const|let|function|class|interface|type\s+\w+\s*[=<])/m
    expect(everything.filter((file) => /(^|\/)index\.tsx?$/.test(file) && !ownsSomething.test(read(file)))).toEqual([])
  })
})

describe('the reader of imports', () => {
  test.each([
    [`import { a } from './a.ts'`, ['./a.ts']],
    [`import type { A } from './a.ts'\nexport type { B } from "./b.ts"`, ['./a.ts', './b.ts']],
    [`import a, {\n  type B, // and why\n  c,\n} from './a.ts'`, ['./a.ts']],
    [`import * as a from 'a'\nexport * from './b.ts'\nimport './c.ts'`, ['a', './b.ts', './c.ts']],
    [`const a = await import('./a.ts')\nlet b: import('./b.ts').B`, ['./a.ts', './b.ts']],
    [`export const a = 1\n/** Taken from 'b'. */\nconst here = import.meta.url`, []],
  ])('reads %j', (text, specifiers) => {
    expect(importsOf(text).toSorted()).toEqual(specifiers.toSorted())
  })

  test('says so when it cannot read one', () => {
    expect(() => importsOf(`import { a /* don't */ } from './a.ts'`)).toThrow('cannot read')
  })
})

test.each([
  ['src/core/words/day.ts', './issue.ts', true],
  ['src/core/words/day.ts', '../clock/limit.ts', false],
  ['src/core/clock/limit.ts', '../pack/pack.ts', true],
  ['src/core/pack/pack.ts', '../measure/figure.ts', false],
  ['src/core/pack/pack.ts', 'zod', true],
  ['src/core/pack/pack.ts', 'node:fs', false],
  ['src/core/pack/pack.ts', 'pg', false],
  ['src/core/shared/a.ts', 'zod', false],
  ['src/sql/compile.ts', '../core/measure/figure.ts', true],
  ['src/sql/compile.ts', '../store/database.ts', false],
  ['src/store/postgres.ts', 'node:fs/promises', true],
  ['src/store/postgres.ts', 'vitest', false],
  ['src/store/postgres.ts', '../../test/support/postgres.ts', false],
  ['src/intake/csv.ts', '../publish/csv.ts', false],
  ['src/cli/main.ts', '../http/server.ts', true],
  ['src/cli/main.ts', '../http/server', false],
  ['src/web/page.tsx', '../sql/name.ts', false],
])('%s importing %s is let through: %s', (file, specifier, fine) => {
  expect(objection(file, specifier) === undefined).toBe(fine)
})

test.each([
  [{ a: ['b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
  [{ a: ['a'] }, ['a', 'a']],
  [{ a: ['b', 'c'], b: ['c'], c: [] }, undefined],
])('the ring in %j is %j', (imports: Readonly<Record<string, readonly string[]>>, ring) => {
  expect(findRing(new Map(Object.entries(imports)))).toEqual(ring)
})
