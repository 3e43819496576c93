import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse as parseCsv } from 'csv-parse/sync'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { filledLedger } from '../../test/support/filled.ts'
import { varde, vardeFine } from '../../test/support/varde.ts'
import { sha256 } from '../publish/release/bundle.ts'
import { Description, readDescription } from '../publish/release/description.ts'
import { openParquet } from '../store/parquet-rows.ts'
import { type PlainTable, parquetOf } from '../store/parquet-tables.ts'
import { verifyDatabase } from '../store/verify.ts'

const root = path.resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
let folder: string
const at = (...parts: readonly string[]): string => path.join(folder, ...parts)
const read = (...parts: readonly string[]): string => readFileSync(at(...parts), 'utf8')
const json = (...parts: readonly string[]) => JSON.parse(read(...parts))

const refused = async (code: string, ...args: readonly string[]): Promise<string> => {
  const { code: exit, err } = await varde(...args)
  expect(exit, err).toBe(1)
  expect(err).toContain(`(${code})`)
  return err
}

let signers = ''
/** A description of the demonstration's pack over a generated ledger. Lines given take the place of those with the same key. */
function describeRelease(name: string, lines: Readonly<Record<string, string>> = {}): string {
  const all = {
    id: 'lantern-fever',
    title: '"Lantern fever: waiting (invented) <b>"',
    publisher: '"Norland & sons (invented)"',
    pack: JSON.stringify(path.join(root, 'packs/demo')),
    data: '{ files: [ledger.parquet] }',
    asOf: '"2025-06-30"',
    from: '2024-01',
    to: '2024-03',
    profile: 'NO',
    embargo: '"2025-08-01T08:00:00+02:00"',
    tables: `
  - { indicator: seen-in-time, by: [place, period] }
  - { indicator: seen-in-time, by: [period], period: quarter }
  - { indicator: treated-in-time, by: [variant, place] }
  - { indicator: decided, by: [] }`,
    signers,
    ...lines,
  }
  writeFileSync(
    at(`${name}.yaml`),
    Object.entries(all)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  )
  return at(`${name}.yaml`)
}
const sign = async (bundle: string, ...beside: readonly string[]) => {
  for (const key of ['kari.key', 'ola.key'])
    await vardeFine('release', 'sign', bundle, '--key', at(key), ...(beside.length === 0 ? [] : ['--beside', ...beside]))
}
const copyOf = (bundle: string, name: string): string => {
  cpSync(bundle, at(name), { recursive: true })
  if (existsSync(`${bundle}.private.json`)) cpSync(`${bundle}.private.json`, at(`${name}.private.json`))
  return at(name)
}

/** Changes a file of a bundle, and mends its hash in the manifest, as somebody who knows how would. */
function mend(bundle: string, name: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 1)}\n`
  writeFileSync(path.join(bundle, name), text)
  const manifest = JSON.parse(readFileSync(path.join(bundle, 'manifest.json'), 'utf8'))
  Object.assign(
    manifest.files.find((file: { path: string }) => file.path === name),
    { sha256: sha256(text), bytes: Buffer.byteLength(text) },
  )
  writeFileSync(path.join(bundle, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`)
}
function mendPrivate(bundle: string): void {
  const counts = JSON.parse(readFileSync(`${bundle}.private.json`, 'utf8'))
  writeFileSync(`${bundle}.private.json`, JSON.stringify({ ...counts, manifest: sha256(readFileSync(path.join(bundle, 'manifest.json'))) }))
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-release-'))
  await vardeFine('generate', '--pack', path.join(root, 'packs/demo'), '--pathways', '1500', '--seed', '1', '--out', at('ledger.parquet'))
  const lines = []
  for (const [name, file] of [
    ['Kari (invented)', 'kari.key'],
    ['Ola (invented)', 'ola.key'],
    ['Eve (invented)', 'eve.key'],
  ] as const)
    lines.push((await vardeFine('release', 'key', '--name', name, '--out', at(file))).trimEnd().split('\n').at(-1))
  signers = `\n${lines.slice(0, 2).join('\n')}`
  await vardeFine('release', 'freeze', describeRelease('first'), '--out', at('first'))
  copyOf(at('first'), 'unsigned')
  await sign(at('first'))
  await vardeFine('release', 'publish', at('first'), '--to', at('site'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('freezing', () => {
  test('puts definitions, rules, versions, sources and tables after control into the bundle, and counts before it beside it, for the owner alone', () => {
    const head = json('first', 'release.json')
    expect(head).toMatchObject({
      id: 'lantern-fever',
      revision: 1,
      varde: json('..', path.relative(tmpdir(), root), 'package.json').version,
      asOf: '2025-06-30',
      pack: { id: 'demo', version: '1.0', invented: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      data: [{ file: 'ledger.parquet', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      indicators: [{ id: 'seen-in-time', denominator: expect.any(String) }, {}, {}],
    })
    expect(json('first', 'pack.json').sources).toEqual([{ id: 'demo-guide', title: expect.any(String) }])
    expect(readdirSync(at('first')).toSorted()).toEqual(['manifest.json', 'pack.json', 'release.json', 'signatures.json', 'tables'])
    expect(statSync(at('first.private.json')).mode & 0o777).toBe(0o600)
    expect(json('first.private.json').counts.length).toBeGreaterThan(10)
    const numbers = json('first', 'tables', '001.json').rows.flatMap((row: { met: number | null; missed: number | null }) => [
      row.met,
      row.missed,
    ])
    expect(numbers).toContain(null)
    expect(numbers.filter((n: number | null) => n !== null && n < 3)).toEqual([])
  })

  test.each([
    { TZ: 'Pacific/Kiritimati', LANG: 'nb_NO.UTF-8', LC_ALL: 'nb_NO.UTF-8' },
    { TZ: 'America/St_Johns', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  ])('gives the same bytes where it is $TZ and $LANG', async (env) => {
    const out = at(`again-${env.LANG}`)
    await run(process.execPath, [path.join(root, 'src/cli/main.ts'), 'release', 'freeze', at('first.yaml'), '--out', out], {
      env: { ...process.env, ...env },
    })
    for (const name of readdirSync(at('unsigned'), { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue
      const file = path.relative(at('unsigned'), path.join(name.parentPath, name.name))
      expect(readFileSync(path.join(out, file), 'utf8'), file).toBe(read('unsigned', file))
    }
    expect(readFileSync(`${out}.private.json`, 'utf8')).toBe(read('first.private.json'))
  })

  test.each([
    ['a key that is misspelt', { profil: 'NO' }, 'release/shape', 'did you mean "profile"'],
    ['one signer', { signers: '[{ name: Kari, key: "00" }]' }, 'release/shape', 'signers'],
    [
      'an indicator the pack has not',
      { tables: '[{ indicator: seen-in-tim, by: [] }]' },
      'measure/unknown-indicator',
      'did you mean "seen-in-time"',
    ],
    ['a span that is no whole quarter', { to: '2024-02' }, 'release/shape', 'not made of whole periods'],
    ['data that are neither files nor live', { data: '{}' }, 'release/shape', 'either files or live'],
    ['a month that is before the first', { to: '2023-12' }, 'release/shape', 'before the first'],
    ['a year that is mistyped', { to: '9024-03' }, 'release/shape', 'at most 50 years'],
    ['a time without seconds', { embargo: '"2025-08-01T08:00+02:00"' }, 'release/shape', 'with its seconds'],
    ['text with a control character', { about: '"a\\u0001b"' }, 'release/shape', 'control'],
    ['text that is no YAML', { about: '"' }, 'release/not-yaml', 'bad.yaml:'],
  ])('refuses %s, with its place and what to do', async (_, lines, code, says) => {
    expect(await refused(code, 'release', 'freeze', describeRelease('bad', lines), '--out', at('bad'))).toContain(says)
    expect(existsSync(at('bad'))).toBe(false)
  })

  test('freezes thirty tables in under a minute of CPU time, and attacks them in another', async () => {
    const parts = ['', 'place', 'period', 'variant', 'place, period', 'place, variant', 'variant, period', 'place, variant, period']
    const rows = parts.flatMap((by) =>
      ['seen-in-time', 'treated-in-time', 'decision-kept', 'decided'].map((id) => `\n  - { indicator: ${id}, by: [${by}] }`),
    )
    describeRelease('thirty', { id: 'thirty', profile: 'EN', to: '2024-12', tables: rows.slice(0, 30).join('') })
    const script = `import { runCli } from ${JSON.stringify(path.join(root, 'src/cli/run.ts'))}
      const io = { out: () => {}, err: (text) => process.stderr.write(text), showsProgress: false, outIsTerminal: false, untilAsked: async () => {} }
      const code = await runCli(process.argv.slice(1), io)
      const { user, system } = process.cpuUsage()
      console.log(JSON.stringify({ code, seconds: (user + system) / 1e6 }))`
    const timed = async (...args: readonly string[]) =>
      JSON.parse((await run(process.execPath, ['--input-type=module', '-e', script, '--', ...args])).stdout)
    const frozen = await timed('release', 'freeze', at('thirty.yaml'), '--out', at('thirty'))
    const checked = await timed('release', 'check', at('thirty'))
    expect([frozen.code, checked.code]).toEqual([0, 0])
    expect(readdirSync(at('thirty', 'tables'))).toHaveLength(30)
    expect(frozen.seconds).toBeLessThan(60)
    expect(checked.seconds).toBeLessThan(60)
  })

  test('says why where a table asks: causes under the same control, and the range that the figure has', async () => {
    const lines = {
      id: 'why',
      to: '2024-12',
      tables: `
  - { indicator: treated-in-time, by: [], causes: true }
  - { indicator: seen-in-time, by: [place], causes: true }`,
    }
    await vardeFine('release', 'freeze', describeRelease('why', lines), '--out', at('why'))
    await sign(at('why'))
    await vardeFine('release', 'publish', at('why'), '--to', at('why-site'))
    const pack = path.join(root, 'packs/demo')
    const measured = JSON.parse(
      await vardeFine(
        'measure',
        '--pack',
        pack,
        '--entries',
        at('ledger.parquet'),
        '--indicator',
        'treated-in-time',
        '--by',
        'period',
        '--period',
        'year',
        '--as-of',
        '2025-06-30',
        '--format',
        'json',
      ),
    )
    const figure = (Array.isArray(measured) ? measured : measured.figures).find((one: { period: string }) => one.period === '2024')
    const [row]: readonly Record<string, string>[] = parseCsv(read('why-site', 'revision-1', 'data', '001.csv'), { columns: true })
    expect([row!['met'], row!['counted']]).toEqual([String(figure.numerator), String(figure.denominator)])
    expect(Number(row!['low'])).toBeCloseTo(figure.low, 4)
    expect(Number(row!['high'])).toBeCloseTo(figure.high, 4)
    expect(Number(row!['low'])).toBeLessThan(Number(row!['share']))
    expect(Number(row!['care_late'])).toBe(figure.fellShort['care-late'])
    expect(read('why-site', 'revision-1', 'tables', '001.html')).toContain('care took longer')
    expect(await vardeFine('rebuild', at('why-site', 'revision-1'))).toContain('the same, byte for byte')
    const bad = describeRelease('bad-why', { ...lines, tables: '[{ indicator: decided, by: [], causes: true }]' })
    expect(await refused('release/shape', 'release', 'freeze', bad, '--out', at('bad-why'))).toContain('take causes out')
  })

  test('does not write over a bundle', async () => {
    await refused('release/exists', 'release', 'freeze', at('first.yaml'), '--out', at('first'))
  })

  test('takes the live ledgers at one moment, and says how far each had come', async () => {
    const ledger = await filledLedger(inject('postgresUrl'), [path.join(root, 'packs/demo')], 3)
    try {
      const lines = {
        id: 'live',
        data: '{ live: true }',
        asOf: '"2199-01-01"',
        from: '2000-01',
        to: '2030-12',
        tables: '[{ indicator: decided, by: [place] }]',
      }
      const file = describeRelease('live', lines)
      const owner = new Client({ connectionString: ledger.url })
      await owner.connect()
      const env = { ...process.env, VARDE_OWNER_DATABASE_URL: ledger.url }
      const operate = async (...args: readonly string[]) =>
        (await run(process.execPath, [path.join(root, 'src/cli/main.ts'), 'release', ...args], { env })).stdout
      const { rows: heads } = await owner.query(
        `SELECT ledger, seq::int AS seq, encode(hash, 'hex') AS hash FROM varde.log_head WHERE chain = 'act' ORDER BY ledger`,
      )
      await operate('freeze', file, '--out', at('live'))
      // The ledgers that it counts learn of it, and that it is published; whoever froze it stands in the log, and the chains hold.
      await sign(at('live'))
      expect(await operate('publish', at('live'), '--to', at('live-site'))).toContain('written down')
      expect(await operate('publish', at('live'), '--to', at('live-site'))).toContain('written down')
      const { rows: known } = await owner.query(
        'SELECT ledger, manifest, id, revision, ledgers, frozen_by, published IS NOT NULL AS published FROM varde.release ORDER BY ledger',
      )
      const manifest = sha256(readFileSync(at('live', 'manifest.json')))
      expect(known).toEqual(
        [2, 3].map((number) => ({ ledger: number, manifest, id: 'live', revision: 1, ledgers: [2, 3], frozen_by: 0, published: true })),
      )
      const { rows: acts } = await owner.query(
        `SELECT kind, person, payload::jsonb->>'manifest' AS manifest FROM varde.log WHERE kind LIKE 'release-%' AND ledger = 2 ORDER BY seq`,
      )
      expect(acts).toEqual(['release-frozen', 'release-published'].map((kind) => ({ kind, person: 0, manifest })))
      const { rows: problems } = await owner.query('SELECT * FROM varde.chain_problems(2, $1)', ['act'])
      expect(problems).toEqual([])
      const verified = await verifyDatabase({
        ownerUrl: ledger.url,
        packs: ledger.packs.map(({ content }) => ({ folder: path.join(root, 'packs/demo'), content })),
        sample: 0,
        now: () => new Date(),
      })
      expect(verified.problems).toEqual([])
      await owner.end()
      expect(heads.length).toBeGreaterThan(1)
      expect(json('live', 'release.json').data).toEqual(heads)
      const counts: readonly { place: string; met: number; missed: number; leftOut: number }[] = json('live.private.json').counts
      expect(counts.length).toBeGreaterThan(0)
      expect(Object.keys(json('live', 'release.json').places).toSorted()).toEqual(
        [...new Set(counts.map((count) => count.place))].filter(Boolean).toSorted(),
      )
    } finally {
      await ledger.close()
    }
  })
})

describe('signing and publishing', () => {
  test('needs two persons, each once, of those who are to sign', async () => {
    const bundle = copyOf(at('unsigned'), 'to-sign')
    const to = at('not-yet')
    expect(await refused('release/unsigned', 'release', 'publish', bundle, '--to', to)).toContain('Nobody has signed')
    expect(await vardeFine('release', 'sign', bundle, '--key', at('kari.key'))).toContain('A second person must sign')
    expect(await refused('release/unsigned', 'release', 'publish', bundle, '--to', to)).toContain('Only Kari (invented)')
    await refused('release/signer', 'release', 'sign', bundle, '--key', at('kari.key'))
    await refused('release/signer', 'release', 'sign', bundle, '--key', at('eve.key'))
    await refused('release/key', 'release', 'sign', bundle, '--key', at('first.yaml'))
    expect(existsSync(to)).toBe(false)
  })

  test('signs nothing out of which something could be worked out', async () => {
    const bundle = copyOf(at('unsigned'), 'leaking')
    const table = json('leaking', 'tables', '001.json')
    const counts: readonly { indicator: string; place: string; month: string; met: number; missed: number }[] =
      json('leaking.private.json').counts
    const row = table.rows.find(
      (one: { missed: number | null; place: string | null; period: string | null }) => one.missed === null && one.place && one.period,
    )
    row.missed = counts
      .filter((one) => one.indicator === table.indicator && one.place === row.place && one.month === row.period)
      .reduce((total, one) => total + one.missed, 0)
    mend(bundle, 'tables/001.json', table)
    await refused('release/no-counts', 'release', 'check', bundle)
    mendPrivate(bundle)
    expect(await refused('release/derivable', 'release', 'check', bundle)).toMatch(/seen-in-time, .*: (is|lies) /)
    await refused('release/derivable', 'release', 'sign', bundle, '--key', at('kari.key'))
  })

  test('signs nothing by a profile that somebody made weaker', async () => {
    const bundle = copyOf(at('unsigned'), 'weaker')
    const head = json('weaker', 'release.json')
    mend(bundle, 'release.json', { ...head, profile: { ...head.profile, hides: { from: 0, to: 0 }, width: 0 } })
    mendPrivate(bundle)
    expect(await refused('release/derivable', 'release', 'sign', bundle, '--key', at('kari.key'))).toContain('not what NO says here')
  })

  test('is not published before the embargo ends, but made ready for it', async () => {
    await vardeFine(
      'release',
      'freeze',
      describeRelease('later', { id: 'later', embargo: '"2199-01-01T08:00:00+01:00"' }),
      '--out',
      at('later'),
    )
    await sign(at('later'))
    await refused('release/embargo', 'release', 'publish', at('later'), '--to', at('later-site'))
    expect(existsSync(at('later-site'))).toBe(false)
    expect(await vardeFine('release', 'publish', at('later'), '--to', at('later-site'), '--prepare')).toContain(
      'Not to be shown to anybody before 2199',
    )
    // The site of another release is not written over.
    await refused('release/exists', 'release', 'publish', at('later'), '--to', at('site'), '--prepare')
  })

  test.each([
    [
      'a table',
      'tables/001.json',
      (text: string) => text.replace(/"counted": \d+/, '"counted": 999'),
      'release/changed',
      'tables/001.json is not what the manifest says',
    ],
    ['the rules', 'pack.json', (text: string) => text.replace('Norland', 'Sorland'), 'release/changed', 'pack.json is not what'],
    ['the manifest', 'manifest.json', (text: string) => `${text} `, 'release/signature', 'one of them was changed since'],
    [
      'a signature',
      'signatures.json',
      (text: string) => text.replace(/"signature": "(.)/, (_, c) => `"signature": "${c === 'A' ? 'B' : 'A'}`),
      'release/signature',
      'The signature of Kari',
    ],
    [
      'the time of a signature',
      'signatures.json',
      (text: string) => text.replace(/"at": "20/, '"at": "21'),
      'release/signature',
      'The signature of Kari',
    ],
    ['a name under it', 'signatures.json', (text: string) => text.replace('Kari', 'Eve'), 'release/signature', 'was not to sign'],
    [
      'one signature, twice',
      'signatures.json',
      (text: string) => JSON.stringify([JSON.parse(text)[0], JSON.parse(text)[0]]),
      'release/signature',
      'twice',
    ],
    ['a file that was added', 'tables/x.json', () => '{}', 'release/changed', 'tables/x.json does not belong'],
    ['something that is no JSON', 'signatures.json', () => 'x', 'release/unreadable', 'signatures.json'],
  ])('refuses to publish or rebuild where somebody changed %s', async (what, file, change, code, says) => {
    const bundle = copyOf(at('first'), `changed-${what.replaceAll(/\W/g, '-')}`)
    const target = path.join(bundle, file)
    const before = existsSync(target) ? readFileSync(target, 'utf8') : ''
    expect(change(before)).not.toBe(before)
    writeFileSync(target, change(before))
    expect(await refused(code, 'release', 'publish', bundle, '--to', `${bundle}-site`)).toContain(says)
    expect(await refused(code, 'rebuild', bundle)).toContain(says)
  })

  test.each([
    ['pack.json', 'release/changed'],
    ['manifest.json', 'release/unreadable'],
    ['signatures.json', 'release/unreadable'],
  ])('reads nothing through a link that a stranger put in the place of %s', async (name, code) => {
    const bundle = copyOf(at('first'), `linked-${name}`)
    rmSync(path.join(bundle, name))
    symlinkSync(at('first', name), path.join(bundle, name))
    await refused(code, 'rebuild', bundle)
    rmSync(path.join(bundle, name))
    symlinkSync('/dev/zero', path.join(bundle, name))
    await refused(code, 'rebuild', bundle)
  })

  test('reads no list of names without an end, and no file longer than it is said to be', async () => {
    const bundle = copyOf(at('first'), 'endless')
    writeFileSync(path.join(bundle, 'tables', '001.json'), `${read('first', 'tables', '001.json')}${' '.repeat(10_000_000)}`)
    await refused('release/changed', 'rebuild', bundle)
    writeFileSync(path.join(bundle, 'manifest.json'), `${read('first', 'manifest.json')}${' '.repeat(1_000_000)}`)
    await refused('release/unreadable', 'rebuild', bundle)
  })

  test('nor what no freeze writes: one key for two persons, an address that is a script, a day or a month that is none', async () => {
    const head = json('first', 'release.json')
    const [kari, ola] = head.signers
    for (const [n, wrong] of [
      { signers: [kari, { ...ola, key: kari.key }] },
      { service: 'javascript:alert(1)' },
      { asOf: '2025-02-31' },
      { to: '999999999-12' },
    ].entries()) {
      const bundle = copyOf(at('first'), `strange-${n}`)
      mend(bundle, 'release.json', { ...head, ...wrong })
      expect(await refused('release/unreadable', 'rebuild', bundle)).toContain('release.json')
    }
    const bundle = copyOf(at('first'), 'strange-period')
    const table = json('first', 'tables', '001.json')
    mend(bundle, 'tables/001.json', { ...table, rows: [{ ...table.rows[0], period: '2025-01-01' }] })
    expect(await refused('release/unreadable', 'rebuild', bundle)).toContain('tables/001.json')
  })
})

describe('what is published', () => {
  const page = (...parts: readonly string[]) => read('site', 'revision-1', ...parts)

  test('is pages without a script and without an address elsewhere, that link to what is there', () => {
    const pages = readdirSync(at('site'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
    expect(pages).toHaveLength(1 + 1 + 4)
    for (const name of pages) {
      const text = read('site', name)
      expect(text).not.toMatch(/<script|https?:|<b>/)
      const links = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]!)
      expect(links.length).toBeGreaterThan(2)
      for (const link of links) expect(existsSync(path.join(at('site'), path.dirname(name), link)), `${name}: ${link}`).toBe(true)
    }
    expect(page('index.html')).toContain('Norland &amp; sons (invented)')
    expect(page('index.html')).toContain('Kari (invented)')
    expect(page('tables', '001.html')).toMatch(/<td>\d+ of \d+ \(\d+ %\)<\/td>/)
    expect(page('tables', '001.html')).toContain('<td>not shown</td>')
  })

  test('is CSV whose dictionary names each of its columns, with the numbers of the tables', () => {
    const rows: readonly Record<string, string>[] = parseCsv(page('data', '001.csv'), { columns: true })
    const { tableSchema, url } = JSON.parse(page('data', '001.csv-metadata.json'))
    expect(url).toBe('001.csv')
    expect(tableSchema.columns.map((column: { name: string }) => column.name)).toEqual(Object.keys(rows[0]!))
    const table = json('first', 'tables', '001.json')
    expect(rows.map((row) => row['met'])).toEqual(
      table.rows.map((row: { met: number | null }) => (row.met === null ? '' : String(row.met))),
    )
    expect(rows.filter((row) => row['note'] === 'hidden').length).toBeGreaterThan(0)
  })

  test('is Parquet with the columns and numbers of the CSV, the same bytes again, and no time or machine in it', async () => {
    const file = await openParquet(at('site', 'revision-1', 'data', '001.parquet'))
    try {
      const rows: Record<string, string | null>[] = []
      for await (const some of file.rows(file.columns))
        rows.push(...some.map((row) => Object.fromEntries(file.columns.map((name, i) => [name, row[i]!]))))
      const csv: readonly Record<string, string>[] = parseCsv(page('data', '001.csv'), { columns: true })
      expect(file.columns).toEqual(Object.keys(csv[0]!))
      const asText = (value: string | null | undefined, name: string) => (name === 'share' && value ? String(Number(value)) : (value ?? ''))
      expect(rows.map((row) => file.columns.map((name) => asText(row[name], name)))).toEqual(
        csv.map((row) => file.columns.map((name) => row[name])),
      )
      expect(rows.some((row) => row['share'] !== null)).toBe(true)
    } finally {
      file.close()
    }
    const one: PlainTable = {
      columns: [
        { name: 'place', type: 'string' },
        { name: 'share', type: 'number' },
      ],
      rows: [
        ['Hill', 0.3333],
        [null, null],
      ],
    }
    const [first] = await parquetOf([one])
    const [, again] = await parquetOf([{ columns: [{ name: 'other', type: 'integer' }], rows: [[1]] }, one])
    expect(sha256(again!)).toBe(sha256(first!))
    const said = Buffer.from(first!).toString('latin1')
    expect(said).toMatch(/DuckDB version v\d/)
    expect(said).not.toMatch(/20\d\d-|x86|arm|linux|varde-/i)
  })

  test('is FHIR: a Measure for each indicator, a MeasureReport for each table, hidden counts masked', () => {
    const report = JSON.parse(page('fhir', 'report-1.json'))
    const measure = JSON.parse(page('fhir', 'measure-1.json'))
    expect(report).toMatchObject({
      resourceType: 'MeasureReport',
      type: 'summary',
      measure: `${measure.url}|${measure.version}`,
      period: { start: '2024-01-01', end: '2024-03-31' },
    })
    expect(measure).toMatchObject({ resourceType: 'Measure', status: 'active', experimental: true })
    const populations: readonly object[] = report.group[0].stratifier[0].stratum.flatMap(
      (one: { population: readonly object[] }) => one.population,
    )
    expect(populations.every((one) => ('count' in one ? 1 : 0) + ('_count' in one ? 1 : 0) === 1)).toBe(true)
    expect(populations.some((one) => '_count' in one)).toBe(true)
  })

  test('is made anew from the bundle alone, elsewhere, byte for byte', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'varde-elsewhere-'))
    try {
      cpSync(at('site', 'revision-1'), path.join(elsewhere, 'got'), { recursive: true })
      const { stdout } = await run(process.execPath, [path.join(root, 'src/cli/main.ts'), 'rebuild', 'got', '--out', 'made'], {
        cwd: elsewhere,
        env: { PATH: process.env['PATH'], TZ: 'Asia/Kathmandu', LANG: 'nb_NO.UTF-8' },
      })
      expect(stdout).toMatch(/\d\d published files were made anew: the same, byte for byte/)
      const files = (in_: string) => readdirSync(path.join(elsewhere, in_), { recursive: true, encoding: 'utf8' }).toSorted()
      expect(files('made')).toEqual(files('got'))
      const csv = path.join(elsewhere, 'got', 'data', '002.csv')
      writeFileSync(csv, readFileSync(csv, 'utf8').replace(/\d/, '9').concat('x'))
      rmSync(path.join(elsewhere, 'got', 'feed.xml'))
      expect(await refused('release/not-rebuilt', 'rebuild', path.join(elsewhere, 'got'))).toMatch(
        /data\/002.csv differs, first at byte \d+/,
      )
      writeFileSync(csv, readFileSync(path.join(elsewhere, 'made', 'data', '002.csv')))
      expect(await refused('release/not-rebuilt', 'rebuild', path.join(elsewhere, 'got'))).toContain('feed.xml is missing')
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
  })

  test('publishing again changes nothing', async () => {
    const before = page('index.html')
    await vardeFine('release', 'publish', at('first'), '--to', at('site'))
    expect(page('index.html')).toBe(before)
  })
})

describe('revisions and later releases', () => {
  test('a later release stands beside the first, and cannot be signed without looking at it', async () => {
    const file = describeRelease('next', {
      id: 'lantern-fever-april',
      to: '2024-04',
      beside: '[first]',
      tables: '[{ indicator: seen-in-time, by: [place, period] }]',
    })
    await vardeFine('release', 'freeze', file, '--out', at('next'))
    expect(await refused('release/earlier-missing', 'release', 'check', at('next'))).toContain('lantern-fever, revision 1')
    expect(await vardeFine('release', 'check', at('next'), '--beside', at('first'))).toMatch(
      /Nothing that is hidden can be worked out: \d+ counts attacked.*and in 1 release before it/,
    )
    await sign(at('next'), at('first'))
    const chain = describeRelease('third', {
      id: 'third',
      to: '2024-05',
      beside: '[next]',
      tables: '[{ indicator: seen-in-time, by: [] }]',
    })
    expect(await refused('release/earlier-missing', 'release', 'freeze', chain, '--out', at('third'))).toContain(
      'lantern-fever, revision 1',
    )
    const alone = describeRelease('third', { id: 'third', beside: '[moved]', tables: '[{ indicator: seen-in-time, by: [] }]' })
    cpSync(at('first'), at('moved'), { recursive: true })
    await refused('release/no-counts', 'release', 'freeze', alone, '--out', at('third'))
  })

  test('a revision has the next number and its reasons, and the one before it stays as it was', async () => {
    const before = readdirSync(at('site', 'revision-1'), { recursive: true, encoding: 'utf8' }).map((name) => [
      name,
      statSync(at('site', 'revision-1', name)).mtimeMs,
    ])
    const same = describeRelease('same', { beside: '[first]' })
    await refused('release/revision', 'release', 'freeze', same, '--out', at('same'))
    const revises = '{ bundle: first, reasons: ["Late codes of one clinic came in.", "A limit was wrong."] }'
    const other = describeRelease('other', { id: 'other', revises })
    await refused('release/revision', 'release', 'freeze', other, '--out', at('other'))
    await vardeFine(
      'release',
      'freeze',
      describeRelease('second', { revises, asOf: '"2025-05-31"', embargo: '"2025-09-01T08:00:00+02:00"' }),
      '--out',
      at('second'),
    )
    expect(json('second', 'release.json')).toMatchObject({
      revision: 2,
      revisions: [{ id: 'lantern-fever', revision: 1, reasons: ['Late codes of one clinic came in.', 'A limit was wrong.'] }],
    })
    await sign(at('second'), at('first'))
    // Not into the site of another release, nor where the counts before control would go out with it.
    expect(await refused('release/exists', 'release', 'publish', at('second'), '--to', at('later-site'), '--prepare')).toContain(
      'not of this release',
    )
    for (const to of [folder, at('second'), at('second', 'site')])
      expect((await varde('release', 'publish', at('second'), '--to', to)).err).toContain('not around the bundle, nor in it')
    expect(existsSync(at('revision-2')) || existsSync(at('second', 'revision-2'))).toBe(false)
    await vardeFine('release', 'publish', at('second'), '--to', at('site'))
    expect(readdirSync(at('site')).toSorted()).toEqual(['feed.xml', 'index.html', 'revision-1', 'revision-2', 'style.css'])
    expect(read('site', 'index.html')).toMatch(/href="revision-2\/index.html"[\s\S]*href="revision-1\/index.html"/)
    expect(
      read('site', 'feed.xml')
        .match(/<title>[^<]*, revision \d<\/title>/g)
        ?.map((title) => title.at(-9)),
    ).toEqual(['2', '1'])
    expect(read('site', 'revision-2', 'index.html')).toContain('Late codes of one clinic came in.')
    expect(
      readdirSync(at('site', 'revision-1'), { recursive: true, encoding: 'utf8' }).map((name) => [
        name,
        statSync(at('site', 'revision-1', name)).mtimeMs,
      ]),
    ).toEqual(before)
    expect(await vardeFine('rebuild', at('site', 'revision-1'))).toContain('revision 1')
    expect(await vardeFine('rebuild', at('site', 'revision-2'))).toContain('revision 2')

    const again = { embargo: '"2025-10-01T08:00:00+02:00"', revises: '{ bundle: second, reasons: ["A word was wrong."] }' }
    await refused('release/earlier-missing', 'release', 'freeze', describeRelease('revised', again), '--out', at('revised'))
    await vardeFine('release', 'freeze', describeRelease('revised', { ...again, beside: '[first]' }), '--out', at('revised'))
    expect(json('revised', 'release.json').revisions.map((one: { reasons: readonly string[] }) => one.reasons.at(-1))).toEqual([
      'A limit was wrong.',
      'A word was wrong.',
    ])
  })
})

describe('docs/releases.md', () => {
  const text = readFileSync(path.join(root, 'docs/releases.md'), 'utf8')
  test('shows a description that reads, and names every key of one and no other', () => {
    const shown = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
    expect(readDescription(shown, 'docs/releases.md')).toMatchObject({ ok: true })
    const section = text.split('## The description')[1]!.split('\n## ')[0]!
    const named = [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap((row) => [...row[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!))
    expect(named.toSorted()).toEqual(Object.keys(Description.shape).toSorted())
  })

  test('leads a stranger through, command by command', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'varde-walk-'))
    try {
      cpSync(path.join(root, 'packs/demo'), path.join(elsewhere, 'packs/demo'), { recursive: true })
      mkdirSync(path.join(elsewhere, 'walk'))
      const walk = text.split('## A walk-through')[1]!.split('\n## ')[0]!
      const commands = [...walk.matchAll(/^ {4}\.\/varde (.*)$/gm)].map((match) =>
        [...match[1]!.matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2]!),
      )
      expect(commands).toHaveLength(9)
      let description = /```yaml\n([\s\S]*?)```/.exec(walk)![1]!
      for (const args of commands) {
        const { stdout } = await run(process.execPath, [path.join(root, 'src/cli/main.ts'), ...args], { cwd: elsewhere })
        const name = args[1] === 'key' ? args[3]! : undefined
        if (name)
          description = description.replace(new RegExp(`^.*${name.slice(0, 4)}.*$`, 'm'), () => stdout.trimEnd().split('\n').at(-1)!)
        writeFileSync(path.join(elsewhere, 'walk/first.yaml'), description)
        if (args[0] === 'rebuild') expect(stdout).toContain('the same, byte for byte')
      }
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
  }, 180_000) // nine processes, one after another
})
