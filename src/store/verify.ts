import type { Client } from 'pg'
import type { Asking } from '../core/clock/chosen.ts'
import { accountOf, listPathways } from '../core/measure/account.ts'
import type { Pack } from '../core/pack/pack.ts'
import { type Day, readDay } from '../core/words/day.ts'
import { endOfDay, type Instant, wallTimeOf } from '../core/words/instant.ts'
import { compileAccount, lineOf } from '../sql/account.ts'
import { keptRelations, livePlan, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { referenceTables } from '../sql/reference.ts'
import type { CheckpointFile } from './checkpoints.ts'
import { bound } from './database.ts'
import { createPackSchema, type InstalledPack, type PackToInstall, packsInstalled, rebuildKept } from './install-packs.ts'
import { lineOrder } from './measuring.ts'
import { type EntryRow, entriesOf } from './pathways.ts'
import { connectClient } from './postgres.ts'
import { findDifference, keyColumns, replay, tablesOf } from './projection.ts'

export interface Verifying {
  readonly ownerUrl: string
  readonly packs: readonly PackToInstall[]
  /** Heads that were written outside; without them nobody would see that a whole chain was written anew. */
  readonly outside?: CheckpointFile
  /** True: chains are looked at from the last head outside, not from their beginning. */
  readonly fromCheckpoint?: boolean
  /** How many pathways of a pack are held against the plain engine. */
  readonly sample?: number
  readonly now: () => Date
  readonly onProgress?: (what: string, done: number, total: number) => void
}

export interface Verified {
  readonly ledgers: number
  readonly acts: number
  readonly looks: number
  readonly checkpoints: number
  readonly sampled: number
  /** What could not be looked at, in sentences. */
  readonly notes: readonly string[]
  /** What is wrong, in sentences, the first thing first. A later stage is looked at only where the one before it holds. */
  readonly problems: readonly string[]
}

/**
 * Is the ledger what it says? Chains, heads outside, the tables that acts make, the layer of one row a pathway, and the plain engine. Beside a running
 * service: it looks at one moment, changes nothing, and is rolled back.
 */
export async function verifyDatabase(asked: Verifying): Promise<Verified> {
  const client = await connectClient(asked.ownerUrl)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde')
    return await verifyAll(client, asked)
  } finally {
    await client.query('ROLLBACK').catch(() => {})
    await client.end()
  }
}

async function verifyAll(client: Client, asked: Verifying): Promise<Verified> {
  const { onProgress = () => {}, sample = 200 } = asked
  const notes: string[] = []
  const chains = await listChains(client)
  const count = (chain: string) => chains.filter((c) => c.chain === chain).reduce((sum, c) => sum + Number(c.seq ?? 0), 0)
  const counts = {
    ledgers: new Set(chains.map((c) => c.ledger)).size,
    acts: count('act'),
    looks: count('look'),
    checkpoints: asked.outside?.checkpoints.length ?? 0,
  }
  let sampled = 0
  const stages: readonly (() => Promise<readonly string[]>)[] = [
    () => chainProblems(client, chains, asked),
    () => actProblems(client, (done) => onProgress('acts done again', done, counts.acts)),
    async () => {
      const { rows } = await client.query('SELECT pack, id, digest FROM pack ORDER BY pack')
      const problems: string[] = []
      for (const row of rows) {
        const [live] =
          packsInstalled(
            [row],
            asked.packs.filter(({ content }) => content.id === row.id),
          ) ?? []
        if (!live) {
          notes.push(`The layer of pack ${row.id} was not looked at: the pack is not among those of the settings, or is another by now.`)
          continue
        }
        const inLayer = await layerProblem(client, live, (done, total) => onProgress(`pathways of ${row.id} made again`, done, total))
        if (inLayer) problems.push(inLayer)
        else {
          const plain = await plainProblem(client, live, { sample, now: asked.now() })
          sampled += plain.sampled
          if (plain.problem !== undefined) problems.push(plain.problem)
        }
      }
      return problems
    },
  ]
  for (const stage of stages) {
    const problems = await stage()
    if (problems.length > 0) return { ...counts, sampled, notes, problems }
  }
  return { ...counts, sampled, notes, problems: [] }
}

interface Chain {
  readonly ledger: number
  readonly chain: 'act' | 'look'
  /** Where its head says that it ends; null: it has rows and no head. */
  readonly seq: number | null
}

async function listChains(client: Client): Promise<readonly Chain[]> {
  return (
    await client.query<Chain>(`SELECT ledger, chain, h.seq FROM (SELECT DISTINCT ledger, chain FROM log UNION SELECT ledger, chain FROM log_head) c
      LEFT JOIN log_head h USING (ledger, chain) ORDER BY ledger, chain`)
  ).rows
}

const whatIsWrong: Readonly<Record<string, string>> = {
  gap: 'a row is missing before it, or it stands in another place than it was given',
  link: 'it does not follow from the row before it',
  time: 'its time is not after that of the row before it',
  payload: 'what it says was changed',
  'payload missing without an erasure': 'what it says is gone, and no erasure says why',
  entry: 'it was changed',
  head: 'the chain does not end where its head says: rows at its end are missing, or there are too many',
  checkpoint: 'it is not what a checkpoint in the database says',
}

const placeOf = (ledger: number, chain: string): string => `Ledger ${ledger}, ${chain === 'act' ? 'acts' : 'looks'}`

/** The first thing wrong with each chain; chains that are wrong earliest in the order of ledgers come first. */
export async function chainProblems(
  client: Client,
  chains: readonly Chain[],
  { outside, fromCheckpoint = false, onProgress = () => {} }: Pick<Verifying, 'outside' | 'fromCheckpoint' | 'onProgress'>,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const line of outside?.bad.slice(0, 1) ?? [])
    problems.push(`The file of checkpoints, line ${line}: it was not signed with the key of this installation, or was changed.`)
  const strange = await checkpointProblems(client, outside)
  for (const [i, { ledger, chain, seq }] of chains.entries()) {
    onProgress('chains', i, chains.length)
    const from = fromCheckpoint
      ? Math.max(1, ...(outside?.checkpoints ?? []).filter((c) => c.ledger === ledger && c.chain === chain).map((c) => c.seq + 1))
      : 1
    const { rows } = await client.query<{ seq: number; problem: string }>(
      'SELECT seq, problem FROM chain_problems($1, $2, $3) ORDER BY 1, 2 LIMIT 1',
      [ledger, chain, from],
    )
    const [first] = rows
    const place = placeOf(ledger, chain)
    if (seq === null) problems.push(`${place}: it has rows, and its head is missing.`)
    else if (first) problems.push(`${place}, position ${first.seq}: ${whatIsWrong[first.problem] ?? first.problem}.`)
    else problems.push(...strange.filter((s) => s.ledger === ledger && s.chain === chain).map((s) => s.says))
  }
  onProgress('chains', chains.length, chains.length)
  const gone = strange.filter((s) => !chains.some((c) => c.ledger === s.ledger && c.chain === s.chain))
  return [...problems, ...gone.map((s) => s.says)]
}

/** Heads outside that the database does not hold: the first of each chain. */
async function checkpointProblems(client: Client, outside: CheckpointFile | undefined) {
  const checkpoints = outside?.checkpoints ?? []
  const { rows } = await client.query<{ ledger: number; chain: string; seq: number; is: boolean }>(
    `SELECT DISTINCT ON (c.ledger, c.chain) c.ledger, c.chain, c.seq, l.hash IS NOT NULL AS is
       FROM unnest($1::int[], $2::text[], $3::bigint[], $4::text[]) AS c (ledger, chain, seq, hash)
       LEFT JOIN log l ON l.ledger = c.ledger AND l.chain = c.chain AND l.seq = c.seq
      WHERE l.hash IS DISTINCT FROM decode(c.hash, 'hex') ORDER BY c.ledger, c.chain, c.seq`,
    [checkpoints.map((c) => c.ledger), checkpoints.map((c) => c.chain), checkpoints.map((c) => c.seq), checkpoints.map((c) => c.hash)],
  )
  return rows.map(({ ledger, chain, seq, is }) => ({
    ledger,
    chain,
    says: `${placeOf(ledger, chain)}, position ${seq}: ${is ? 'it is not the row that a checkpoint outside was taken of: the chain was written anew at or before it' : 'a checkpoint outside was taken of it, and it is gone: the end of the chain was cut off'}.`,
  }))
}

/** Tables that acts make, held against acts done again. */
async function actProblems(client: Client, onProgress: (done: number) => void): Promise<readonly string[]> {
  const schema = 'varde_again'
  await replay(client, schema, onProgress)
  const problems: string[] = []
  for (const table of tablesOf('acts')) {
    const keys = await keyColumns(client, 'varde', table)
    const found = await findDifference(client, `varde.${table}`, `${quoteName(schema)}.${table}`, keys)
    if (found) problems.push(`Table ${table}: ${found}.`)
  }
  await client.query(`DROP SCHEMA ${quoteName(schema)} CASCADE`)
  return problems
}

const layerTables = ['kept_row', 'past_row', 'kept_pause', 'past_pause']

/** The layer of a pack, made again in a schema of its own. Pack 0 is no pack, so its number is free for that. */
async function layerProblem(
  client: Client,
  { pack, content }: InstalledPack,
  onProgress: (done: number, total: number) => void,
): Promise<string | undefined> {
  await createPackSchema(client, 0, content)
  try {
    await rebuildKept(client, pack, onProgress, 0)
    for (const table of [...referenceTables(content).map((t) => t.name), ...layerTables]) {
      const keys = await keyColumns(client, packSchema(pack), table)
      const [kept, made] = [pack, 0].map((n) => `${quoteName(packSchema(n))}.${quoteName(table)}`)
      const found = await findDifference(client, kept!, made!, keys)
      if (found) return `Pack ${content.id}, table ${table}: ${found.replace('the acts say', 'the entries say')}.`
    }
    return undefined
  } finally {
    await client.query(`DROP SCHEMA ${quoteName(packSchema(0))} CASCADE`)
  }
}

interface Sampling {
  readonly sample: number
  readonly now: Date
}

/** Lines of accounts from the layer, held against the plain engine over the entries: some pathways, as known now and on a day in their past. */
export async function plainProblem(
  client: Client,
  { pack, content }: InstalledPack,
  { sample, now }: Sampling,
): Promise<{ sampled: number; lines: number; problem?: string }> {
  const { rows: pathways } = await client.query<{ ledger: number; pathway: number; entries: readonly EntryRow[] }>(
    `SELECT p.ledger, p.pathway, (SELECT coalesce(json_agg(e ORDER BY e.nth), '[]') FROM entry e WHERE e.ledger = p.ledger AND e.pathway = p.pathway) AS entries
       FROM (SELECT ledger, pathway FROM pathway WHERE pack = $1 ORDER BY random() LIMIT $2) p`,
    [pack, sample],
  )
  if (pathways.length === 0) return { sampled: 0, lines: 0 }
  const today = wallTimeOf(Math.floor(now.getTime() / 1_000) as Instant, content.zone).day
  const days = pathways.flatMap(({ entries }) => entries.map((e) => readDay(e.recorded)!)).sort((a, b) => a - b) // days of the ledger
  const past = days[Math.floor(days.length / 2)]
  let lines = 0
  for (const day of [today, ...(past !== undefined && past < today ? [past] : [])]) {
    const answer = await plainProblemOn(client, { pack, content, pathways, day, when: day === today ? 'now' : 'past' })
    if (typeof answer === 'string') return { sampled: pathways.length, lines, problem: answer }
    lines += answer
  }
  return { sampled: pathways.length, lines }
}

interface OneDay {
  readonly pack: number
  readonly content: Pack
  readonly pathways: readonly { readonly ledger: number; readonly pathway: number; readonly entries: readonly EntryRow[] }[]
  readonly day: Day
  readonly when: 'now' | 'past'
}

/** How many lines of accounts were held against each other; or, in a sentence, the first that differs. */
async function plainProblemOn(client: Client, { pack, content, pathways, day, when }: OneDay): Promise<number | string> {
  const plan = livePlan(content)
  const asking: Asking = { asOf: day, asOfAt: endOfDay(day, content.zone) }
  const only = ` AND (ledger, pathway) IN (VALUES ${pathways.map((p) => `(${Number(p.ledger)}, ${Number(p.pathway)})`).join(', ')})`
  const relations = keptRelations(plan, when, only)
  const ledgers = [...new Set(pathways.map((p) => p.ledger))]
  const listed = listPathways(
    content,
    // The layer knows a pathway by its number alone.
    pathways.flatMap((p) => entriesOf(p).map((entry) => ({ ...entry, pathway: String(p.pathway) }))),
  )
  await client.query(`SET LOCAL search_path = ${quoteName(packSchema(pack))}, varde`)
  let lines = 0
  try {
    for (const indicator of plan.indicators) {
      if (indicator.id === '') continue // a clock that no indicator asks about
      const account = compileAccount(plan, indicator, { by: new Set(), period: 'month' }, undefined, {
        rows: relations.rows,
        firstParam: 4,
      })
      const { sql, params } = bound<unknown>(`${relations.with}${account.sql}`, [asking.asOf, asking.asOfAt, ledgers, ...account.params])
      const fromLayer = (await client.query(sql, [...params])).rows.map((row) => lineOf(indicator, row)).sort(lineOrder)
      const plain = [...accountOf(content, indicator, listed, asking)].sort(lineOrder)
      lines += plain.length
      const at = fromLayer.findIndex((line, i) => written(line) !== written(plain[i]))
      const first = at === -1 && fromLayer.length === plain.length ? undefined : (fromLayer[at] ?? plain[fromLayer.length])
      if (first)
        return `Pack ${content.id}, indicator ${indicator.id}, ledger ${first.ledger}, pathway ${first.pathway}: the layer and the plain engine differ.`
    }
    return lines
  } finally {
    await client.query('SET LOCAL search_path = varde')
  }
}

const written = (line: object | undefined): string => JSON.stringify(Object.entries(line ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
