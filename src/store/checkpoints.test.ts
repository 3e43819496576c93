import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Head, openCheckpoints, openKey, readCheckpoints } from './checkpoints.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'varde-checkpoints-'))
})
afterAll(() => rm(home, { recursive: true }))

const hash = (n: number): string => n.toString(16).padStart(64, '0')

/** A ledger of which only the heads are asked, at a time that the test sets. */
function ledgerAt(name: string) {
  const state = { seq: 1, minutes: 0, noted: 0 }
  const database = {
    rows: async (sql: string) => {
      if (sql.includes('note_checkpoints')) state.noted++
      const head: Head = { ledger: 2, chain: 'act', seq: state.seq, hash: hash(state.seq) }
      return sql.includes('chain_heads') ? [head] : []
    },
  }
  const settings = {
    file: join(home, `${name}.jsonl`),
    keyFile: join(home, 'key.pem'),
    now: () => new Date(Date.UTC(2026, 10, 25, 12, state.minutes)),
  }
  return { state, file: settings.file, open: () => openCheckpoints(database, settings) }
}
const seqsIn = async (file: string): Promise<readonly number[]> => {
  const { publicPem } = await openKey(join(home, 'key.pem'))
  return (await readCheckpoints(file, publicPem)).checkpoints.map(({ seq }) => seq)
}

test('a head is written after 1,000 acts, or ten minutes with news, and not before', async () => {
  const { state, file, open } = ledgerAt('due')
  const writer = await open()
  const steps: readonly (readonly [seq: number, minutes: number, written: number])[] = [
    [1, 0, 1], // the first of a chain
    [1, 60, 0], // no news
    [2, 60, 1],
    [3, 69, 0],
    [3, 70, 1],
    [1_002, 71, 0],
    [1_003, 71, 1],
  ]
  for (const [seq, minutes, written] of steps) {
    Object.assign(state, { seq, minutes })
    expect([seq, minutes, await writer.write()]).toEqual([seq, minutes, written])
  }
  state.seq = 1_004
  expect([await writer.write(), await writer.write(true), await writer.write(true)]).toEqual([0, 1, 0])
  expect(await seqsIn(file)).toEqual([1, 2, 3, 1_003, 1_004])
  expect(state.noted).toBe(5)
})

test('after a start it goes on from what stands in the file, also where a kill cut the last line', async () => {
  const { state, file, open } = ledgerAt('cut')
  await (await open()).write()
  expect(await (await open()).write(true)).toBe(0)
  const whole = await readFile(file, 'utf8')
  await writeFile(file, whole.slice(0, -40))
  state.seq = 5
  expect(await (await open()).write()).toBe(1)
  expect(await seqsIn(file)).toEqual([5])
  await appendFile(file, '\n')
  state.seq = 6
  expect(await (await open()).write(true)).toBe(1)
  expect(await seqsIn(file)).toEqual([5, 6])
})

test('the key is made once, for its owner alone, and another file is not taken for one', async () => {
  const [one, two] = [await openKey(join(home, 'own.pem')), await openKey(join(home, 'own.pem'))]
  expect(two.id).toBe(one.id)
  await writeFile(join(home, 'none.pem'), 'no key')
  await expect(openKey(join(home, 'none.pem'))).rejects.toMatchObject({ issues: [{ code: 'settings/value', path: ['checkpointKey'] }] })
})
