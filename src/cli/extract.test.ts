import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse as parseCsv } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type LedgerUnderTest, ledgerUnderTest } from '../../test/support/live-ledger.ts'
import { varde, vardeFine } from '../../test/support/varde.ts'
import { openDuckDB } from '../store/duckdb.ts'
import { listLog, verifyChains } from '../store/log.ts'

const root = path.resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
let folder: string
const at = (...parts: readonly string[]): string => path.join(folder, ...parts)
const read = (...parts: readonly string[]): string => readFileSync(at(...parts), 'utf8')
const json = (...parts: readonly string[]) => JSON.parse(read(...parts))
const rowsOf = (...parts: readonly string[]): readonly Readonly<Record<string, string>>[] =>
  parseCsv(read(...parts, 'rows.csv'), { columns: true }) as Readonly<Record<string, string>>[] // one text a column

const approval = (until: string) => `{ by: "Ethics board (invented)", reference: "2026/12", until: "${until}" }`
/** A description over the generated ledger. Lines given take the place of those with the same key. */
function describeExtract(name: string, lines: Readonly<Record<string, string>> = {}): string {
  const all = {
    id: 'waits',
    title: '"Waiting by kind of treatment (invented)"',
    purpose: '"Whether those treated with drugs wait as long as others."',
    approval: approval('2199-12-31'),
    receiver: '"Institute of lanterns (invented)"',
    pack: JSON.stringify(path.join(root, 'packs/demo')),
    data: '{ files: [ledger.parquet] }',
    asOf: '"2025-06-30"',
    from: '2024-01',
    to: '2024-12',
    rows: 'pathway',
    dates: '{ as: month }',
    columns: `
  - { fact: pathway, because: "rows are joined to a second delivery" }
  - { fact: place, because: "houses differ" }
  - { fact: variant, because: "kinds differ" }
  - { fact: start, because: "seasons differ" }
  - { milestone: treatment, because: "the end of the wait" }
  - { attribute: modality, because: "the question is about it" }
  - { length: start-to-treatment, because: "the wait" }
  - { verdict: start-to-treatment, because: "who kept the limit" }`,
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
const entryRows = {
  rows: 'entry',
  columns: `
  - { fact: code, because: "what happened" }
  - { fact: date, because: "when" }`,
}
/** How many share each combination of some columns. */
function sharing(rows: readonly Readonly<Record<string, string>>[], by: readonly string[], whose: string): readonly number[] {
  const found = Map.groupBy(rows, (row) => JSON.stringify(by.map((name) => row[name])))
  return [...found.values()].map((own) => new Set(own.map((row) => row[whose])).size)
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-extract-'))
  await vardeFine('generate', '--pack', path.join(root, 'packs/demo'), '--pathways', '600', '--seed', '1', '--out', at('ledger.parquet'))
  await vardeFine('extract', describeExtract('first'), '--out', at('first'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('an extract from files', () => {
  test('holds what was asked for and nothing else, under fresh names, with no combination that fewer than five share', () => {
    const rows = rowsOf('first')
    expect(rows.length).toBeGreaterThan(100)
    expect(Object.keys(rows[0]!)).toEqual([
      'pathway',
      'place',
      'variant',
      'start',
      'milestone_treatment',
      'attribute_modality',
      'length_start_to_treatment',
      'verdict_start_to_treatment',
    ])
    expect(rows.every((row) => /^[0-9a-f]{32}$/.test(row['pathway']!))).toBe(true)
    expect(new Set(rows.map((row) => row['pathway'])).size).toBe(rows.length)
    expect(Math.min(...sharing(rows, ['place', 'variant', 'start'], 'pathway'))).toBeGreaterThanOrEqual(5)
    // Something had to be made coarser, and where the start was, no other day gives it away.
    const coarse = rows.filter((row) => !/^\d{4}-\d\d$/.test(row['start']!))
    expect(coarse.length).toBeGreaterThan(0)
    expect(coarse.filter((row) => /^\d{4}-\d\d$/.test(row['milestone_treatment']!))).toEqual([])
    for (const file of readdirSync(at('first'))) expect(read('first', file)).not.toMatch(/P000\d/)
  })

  test('has a dictionary that says what each column means, where it comes from, and why it was asked for', () => {
    const { columns } = json('first', 'rows.csv-metadata.json').tableSchema
    expect(columns).toHaveLength(8)
    expect(columns.find((column: { name: string }) => column.name === 'length_start_to_treatment')).toMatchObject({
      datatype: 'integer',
      'dc:description': expect.stringContaining('in days, pauses taken out'),
      'dc:source': expect.stringMatching(/^demo 1\.0, intervals: start-to-treatment; Guide to lantern fever/),
      'skos:note': 'Asked for because: the wait',
    })
  })

  test('says where it comes from, what was made coarser, and what is not promised; small numbers are not told', () => {
    const lineage = json('first', 'lineage.json')
    const hash = createHash('sha256')
      .update(readFileSync(at('ledger.parquet')))
      .digest('hex')
    expect(lineage).toMatchObject({
      description: { id: 'waits', approval: { by: 'Ethics board (invented)' }, asOf: '2025-06-30' },
      varde: expect.any(String),
      pack: { id: 'demo', version: '1.0' },
      data: [{ file: 'ledger.parquet', sha256: hash }],
      counted: 'pathways',
      guarded: { fewest: 5, columns: ['place', 'variant', 'start'] },
    })
    expect(lineage.rows).toBe(rowsOf('first').length)
    expect(lineage.guarded.done.length).toBeGreaterThan(0)
    for (const { pathways } of lineage.guarded.done) if (typeof pathways === 'number') expect(pathways).toBeGreaterThanOrEqual(5)
    expect(lineage.notPromised[0]).toContain('not anonymous')
    expect(JSON.stringify(lineage)).not.toContain(folder)
  })

  test('names every file with its hash, and the Parquet file holds the same rows', async () => {
    const { files } = json('first', 'manifest.json')
    expect(readdirSync(at('first')).toSorted()).toEqual(['manifest.json', ...files.map((file: { path: string }) => file.path)].toSorted())
    for (const { path: name, sha256 } of files)
      expect(
        createHash('sha256')
          .update(readFileSync(at('first', name)))
          .digest('hex'),
      ).toBe(sha256)
    const db = await openDuckDB()
    const rows = await db.rows('SELECT * FROM read_parquet($1)', [at('first', 'rows.parquet')])
    await db.close()
    expect(rows.map((row) => Object.values(row).map((value) => (value === null ? '' : String(value))))).toEqual(
      rowsOf('first').map((row) => Object.values(row)),
    )
  })

  test('keeps its key outside, for its owner alone; with it the same bytes come again, without it nobody can be joined', async () => {
    const { extract, key } = json('first.key')
    expect([extract, key]).toEqual(['waits', expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect(statSync(at('first.key')).mode & 0o777).toBe(0o600)
    expect(statSync(at('first')).mode & 0o777).toBe(0o700)
    await vardeFine('extract', at('first.yaml'), '--out', at('again'), '--key', at('first.key'))
    expect(existsSync(at('again.key'))).toBe(false)
    for (const file of readdirSync(at('first'))) expect(readFileSync(at('again', file)).equals(readFileSync(at('first', file)))).toBe(true)
    await vardeFine('extract', at('first.yaml'), '--out', at('another'))
    const names = (name: string) => new Set(rowsOf(name).map((row) => row['pathway']))
    expect([...names('another')].filter((name) => names('first').has(name))).toEqual([])
  })

  test('of entries guards the variant that a code tells, and without the pathway’s name shows not which rows belong together', async () => {
    await vardeFine('extract', describeExtract('entries', { ...entryRows, dates: '{ as: days }' }), '--out', at('entries'))
    const rows = rowsOf('entries')
    expect(json('entries', 'lineage.json').guarded.columns).toEqual(['variant'])
    expect(rows.every((row) => /^\d+$/.test(row['date']!))).toBe(true)
    const said = rows.map((row) => JSON.stringify([row['code'], Number(row['date'])]))
    expect(said).toEqual(said.toSorted())
  })

  test('comes with exact days where a reason is given, and those who stand out have none', async () => {
    const lines = { ...entryRows, dates: '{ as: exact, because: "weekdays are the question" }', from: '2024-01', to: '2024-03' }
    await vardeFine('extract', describeExtract('exact', lines), '--out', at('exact'))
    const days = rowsOf('exact').map((row) => row['date'])
    expect(days.filter((day) => /^\d{4}-\d\d-\d\d$/.test(day!)).length).toBeGreaterThan(0)
    expect(json('exact', 'lineage.json').guarded.columns).toEqual(['start', 'variant'])
  })

  test.each<readonly [string, Readonly<Record<string, string>>, string, string]>([
    ['an approval that has ended', { approval: approval('2025-01-31') }, 'extract/approval', 'held until 2025-01-31'],
    ['a person, of files', { columns: '[{ fact: person, because: x }]' }, 'extract/column', 'over the live ledger alone'],
    ['a column without a reason', { columns: '[{ fact: place }]' }, 'extract/shape', 'because'],
    ['a fact that is not in the list', { columns: '[{ fact: name, because: x }]' }, 'extract/shape', 'columns[0].fact'],
    ['a fact of entries in rows of pathways', { columns: '[{ fact: code, because: x }]' }, 'extract/shape', 'rows: entry'],
    [
      'a milestone the pack does not have',
      { columns: '[{ milestone: treatmnt, because: x }]' },
      'extract/column',
      'did you mean "treatment"?',
    ],
    ['one thing twice', { columns: '[{ fact: place, because: x }, { fact: place, because: y }]' }, 'extract/shape', 'asked for already'],
    ['exact days without a reason', { dates: '{ as: exact }' }, 'extract/shape', 'reason of their own'],
    ['an unknown key', { reciever: 'x' }, 'extract/shape', 'did you mean "receiver"?'],
    ['months the wrong way round', { from: '2024-12', to: '2024-01' }, 'extract/shape', 'before the first'],
    ['fewer than three', { fewest: '2' }, 'extract/shape', 'at least 3'],
    ['a time in which nobody began', { from: '1990-01', to: '1990-02' }, 'extract/too-few', 'Fewer than 5 persons'],
    ['both files and the ledger', { data: '{ files: [ledger.parquet], live: true }' }, 'extract/shape', 'either files or live'],
  ])('refuses %s, and writes nothing', async (what, lines, issue, says) => {
    const name = what.replaceAll(/\W/g, '-')
    const { code, err } = await varde('extract', describeExtract(name, lines), '--out', at(name))
    expect([code, err]).toEqual([1, expect.stringContaining(`(${issue})`)])
    expect(err).toContain(says)
    expect([existsSync(at(name)), existsSync(at(`${name}.key`))]).toEqual([false, false])
  })

  test('refuses a folder that is there, and a key of another extract or of none', async () => {
    const err = async (...args: readonly string[]) => (await varde('extract', ...args)).err
    expect(await err(at('first.yaml'), '--out', at('first'))).toContain('(extract/exists)')
    const other = describeExtract('other', { id: 'another-question' })
    expect(await err(other, '--out', at('other'), '--key', at('first.key'))).toContain('(extract/key)')
    expect(await err(other, '--out', at('other'), '--key', at('first.yaml'))).toContain('(extract/key)')
    expect(await err(at('absent.yaml'), '--out', at('other'))).toContain('(extract/unreadable)')
    expect(existsSync(at('other'))).toBe(false)
  })
})

describe('an extract from the live ledgers', () => {
  let ledger: LedgerUnderTest
  const marks = ['Marked Name', '00000000999', 'marked words']
  const pathways = new Map<number, number[]>()

  beforeAll(async () => {
    ledger = await ledgerUnderTest(inject('postgresUrl'))
    for (const org of [2, 3])
      for (let n = 0; n < (org === 2 ? 7 : 4); n++) {
        const who = { name: 'Marked Name', nationalId: `00000000999${org}${n}`, born: `19${40 + n}-06-15` }
        const [patient] = await ledger.act(org, { kind: 'patient-registered', payload: who })
        const [opened] = await ledger.act(org, { kind: 'pathway-opened', pack: 1, payload: { patient: patient!.seq, org } })
        const pathway = opened!.pathway
        pathways.set(org, [...(pathways.get(org) ?? []), pathway])
        const entry = (code: string, occurred: string) => ({
          kind: 'imported' as const,
          pathway,
          payload: { code, occurred, recorded: occurred, place: org, reason: 'marked words', behalf: 'marked words' },
        })
        await ledger.act(org, entry('M1A', '2024-03-05'), entry('M1TS', '2024-04-01'))
      }
  })
  afterAll(() => ledger.close())

  const extractLive = (name: string, ...more: readonly string[]) =>
    run(process.execPath, [path.join(root, 'src/cli/main.ts'), 'extract', at(`${name}.yaml`), '--out', at(name), ...more], {
      env: { ...process.env, VARDE_OWNER_DATABASE_URL: ledger.url },
    })

  test('stands in the chained log of each ledger with all that went out, to whom and why, before the files are there', async () => {
    describeExtract('live', {
      data: '{ live: true }',
      fewest: '3',
      columns: `
  - { fact: person, because: "somebody may come again" }
  - { fact: place, because: "houses differ" }
  - { fact: age-group, because: "age matters" }
  - { length: start-to-treatment, because: "the wait" }`,
    })
    await expect(extractLive('live')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--by') })
    const { stdout } = await extractLive('live', '--by', 'Invented runner')
    const manifest = /^Manifest ([0-9a-f]{64})$/m.exec(stdout)?.[1]
    expect(createHash('sha256').update(read('live', 'manifest.json')).digest('hex')).toBe(manifest)
    const rows = rowsOf('live')
    expect(Math.min(...sharing(rows, ['place', 'age_group'], 'person'))).toBeGreaterThanOrEqual(3)
    expect(new Set(rows.map((row) => row['person'])).size).toBe(rows.length)
    expect(json('live', 'lineage.json').data.map((head: { ledger: number }) => head.ledger)).toEqual(expect.arrayContaining([2, 3]))
    for (const file of [...readdirSync(at('live')).map((name) => at('live', name)), at('live.key')])
      for (const mark of marks) expect(readFileSync(file, 'utf8')).not.toContain(mark)

    for (const org of [2, 3]) {
      const log = (more: object) =>
        ledger.ledger.as(ledger.operator, (session) => listLog(session, { ledgers: [org], chains: ['act', 'look'], limit: 10, ...more }))
      const [look] = await log({ kind: 'extract' })
      expect(look).toMatchObject({
        chain: 'look',
        person: 0,
        showed: pathways.get(org)!.length,
        told: {
          extract: 'waits',
          purpose: 'Whether those treated with drugs wait as long as others.',
          approvedBy: 'Ethics board (invented)',
          reference: '2026/12',
          receiver: 'Institute of lanterns (invented)',
          by: 'Invented runner',
          columns: ['person', 'place', 'age_group', 'length_start_to_treatment'],
          persons: pathways.get(org)!.length,
          manifest,
        },
      })
      // Whoever asks about one pathway finds it there.
      const own = await log({ pathway: pathways.get(org)![0] })
      expect(own.map((row) => row.kind)).toContain('extract')
      const states = await ledger.ledger.as(ledger.operator, (session) => verifyChains(session, [org], 1))
      expect(states.flatMap((state) => state.problems)).toEqual([])
    }
  })

  test('is in no log where nothing went out', async () => {
    const before = await ledger.ledger.as(ledger.operator, (s) =>
      listLog(s, { ledgers: [2], chains: ['look'], kind: 'extract', limit: 10 }),
    )
    describeExtract('nothing', { data: '{ live: true, ledgers: [2] }', from: '1990-01', to: '1990-01' })
    await expect(extractLive('nothing', '--by', 'Invented runner')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('extract/too-few'),
    })
    describeExtract('nowhere', { data: '{ live: true, ledgers: [77] }' })
    await expect(extractLive('nowhere', '--by', 'Invented runner')).rejects.toMatchObject({ code: 1 })
    const after = await ledger.ledger.as(ledger.operator, (s) => listLog(s, { ledgers: [2], chains: ['look'], kind: 'extract', limit: 10 }))
    expect(after).toEqual(before)
    expect([existsSync(at('nothing')), existsSync(at('nothing.key'))]).toEqual([false, false])
  })
})
