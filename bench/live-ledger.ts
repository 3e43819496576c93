import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { arrive } from '../src/core/ledger/arrive.ts'
import type { ArrivingEntry } from '../src/core/ledger/entry.ts'
import { generateEntries } from '../src/core/measure/generate.ts'
import { type Capability, capabilities, roles, scopeOf } from '../src/core/rights/rights.ts'
import { type Day, dayText, readDay } from '../src/core/words/day.ts'
import type { Columns, Value } from '../src/store/database.ts'
import { startEmbedded } from '../src/store/embedded.ts'
import { type InstalledPack, installPacks } from '../src/store/install-packs.ts'
import { type Actor, type LedgerDatabase, openLedger } from '../src/store/ledger-database.ts'
import { type LivePack, livePacks } from '../src/store/live-packs.ts'
import { migrate } from '../src/store/migrate.ts'
import { openPostgres } from '../src/store/postgres.ts'
import { loadScenario } from '../src/store/write-ledger.ts'
import { must, openPack, packFolder } from './ledger.ts'

/** A live ledger of made-up entries on a durable embedded server: what the benches of the service work with. */
export interface LiveLedger {
  readonly url: string
  /** Folder of the server: its process is named in `data/postmaster.pid`. */
  readonly dir: string
  readonly owner: Client
  readonly live: LivePack
  /** Hospitals, each with a ledger of its own, by number of pathways. */
  readonly hospitals: readonly { readonly ledger: number; readonly pathways: number }[]
  readonly entries: number
  readonly asOf: Day
  readonly packs: readonly InstalledPack[]
  /** Hospitals that together have so many open pathways, or all of them. */
  hospitalsWithOpen(wanted: number): Promise<readonly number[]>
  open(connections: number): LedgerDatabase
  actor(ledgers: readonly number[], only?: readonly Capability[]): Actor
  close(): Promise<void>
}

const hospitals = 20
const columns = [
  ['ledger', 'BIGINT'],
  ['pathway', 'BIGINT'],
  ['nth', 'BIGINT'],
  ['seq', 'BIGINT'],
  ['pack', 'BIGINT'],
  ['code', 'TEXT'],
  ['occurred', 'DATE'],
  ['recorded', 'DATE'],
  ['recorded_at', 'BIGINT'],
  ['superseded', 'DATE'],
  ['place', 'BIGINT'],
  ['standing', 'TEXT'],
  ['value', 'BIGINT'],
  ['person', 'BIGINT'],
  ['recorder', 'TEXT'],
  ['decider', 'TEXT'],
] as const satisfies Columns

/** Twenty hospitals as the six of the scenario, each pathway in the ledger of the hospital that began it. */
export async function liveLedger(entries: number, say: (text: string) => void): Promise<LiveLedger> {
  const content = await openPack()
  const scenario = must(await loadScenario(packFolder, content))
  const dir = await mkdtemp(path.join(tmpdir(), 'varde-bench-live-'))
  const server = await startEmbedded({ dir })
  const { url } = server
  await migrate(url)
  const installed = await installPacks(url, [{ folder: packFolder, content }])
  const owner = new Client(url)
  await owner.connect()
  await owner.query(
    `SET timezone = 'UTC'; INSERT INTO varde.organisation SELECT n, NULL, 'hospital', 'Hospital ' || n || ' (invented)', 'Europe/Oslo', n FROM generate_series(1, $1) n`.replace(
      '$1',
      String(hospitals),
    ),
  )
  await owner.query(`INSERT INTO varde.log_head (ledger, chain, zone) SELECT n, c, 'Europe/Oslo' FROM generate_series(1, ${hospitals}) n, unnest(ARRAY['act', 'look']) c;
    INSERT INTO varde.person (person, name, changed) VALUES (1, 'Bench (invented)', now())`)
  const pathways = Math.round(entries / 6.39)
  say(`a live ledger of about ${entries.toLocaleString('en')} entries in ${hospitals} hospitals`)
  let count = 0
  const bulk = await openPostgres(url)
  await bulk.run('SET search_path = varde')
  await bulk.load(
    'entry',
    columns,
    entryRows(generateEntries(content, scenario, { pathways, seed: 1 }), () => count++),
  )
  await bulk.close()
  await owner.query(`INSERT INTO varde.patient SELECT DISTINCT ledger, pathway + 1000000000 FROM varde.entry;
    INSERT INTO varde.identity SELECT ledger, patient, NULL, 'Invented ' || patient, NULL FROM varde.patient;
    INSERT INTO varde.pathway SELECT ledger, pathway, 1, pathway + 1000000000, ledger, max(nth), now() FROM varde.entry GROUP BY ledger, pathway;
    UPDATE varde.log_head h SET pathways = coalesce((SELECT max(p.pathway) FROM varde.pathway p WHERE p.ledger = h.ledger), 0),
      seq = coalesce((SELECT max(e.seq) FROM varde.entry e WHERE e.ledger = h.ledger), 0) WHERE chain = 'act'`)
  // A log as large as the entries, or what is written to it would cost less than it does: its hashes are made up, and nobody verifies them here.
  await owner.query(`INSERT INTO varde.log (ledger, chain, seq, at, kind, key, person, role, pack, pathway, payload, salt, payload_hash, prev_hash, hash)
    SELECT e.ledger, 'act', e.seq, to_timestamp(e.recorded_at), 'imported', 'bench-' || e.ledger || '-' || e.seq, 1, 'machine', 1, e.pathway,
      json_build_object('code', e.code, 'occurred', e.occurred)::text, s.hash, sha256(s.hash), sha256(s.hash), sha256(s.hash)
      FROM varde.entry e, LATERAL (SELECT decode(md5(e.ledger || '-' || e.seq), 'hex') AS hash) s`)
  await owner.query('ANALYZE')
  const { rows } = await owner.query<{ ledger: number; pathways: number[] }>(
    'SELECT ledger, array_agg(pathway ORDER BY pathway) AS pathways FROM varde.pathway GROUP BY ledger ORDER BY count(*) DESC',
  )
  for (const row of rows)
    for (let at = 0; at < row.pathways.length; at += 5000)
      await owner.query('SELECT pack_1.keep_history($1, $2)', [row.ledger, row.pathways.slice(at, at + 5000)])
  await owner.query('VACUUM ANALYZE')
  const asOf = readDay(String(content.text.pack.id === '' ? '' : '2025-06-30'))! // the scenario's last day
  return {
    url,
    dir,
    owner,
    live: livePacks(installed).all[0]!, // one was installed
    hospitals: rows.map((row) => ({ ledger: row.ledger, pathways: row.pathways.length })),
    entries: count,
    packs: installed,
    hospitalsWithOpen: async (wanted) => {
      const { rows: open } = await owner.query<{ ledger: number; n: number }>(
        'SELECT ledger, count(*)::int AS n FROM pack_1.kept_row WHERE open GROUP BY ledger ORDER BY 2',
      )
      const out: number[] = []
      let sum = 0
      for (const { ledger, n } of open) {
        if (sum >= wanted) break
        out.push(ledger)
        sum += n
      }
      return out
    },
    asOf,
    open: (connections) => openLedger({ url, connections }),
    actor: (ledgers, only = capabilities) => ({
      person: 1,
      role: roles[0],
      glass: [],
      rights: only.map((capability) => ({
        role: roles[0],
        capability,
        scopes: new Set(ledgers.flatMap((ledger) => [scopeOf(ledger), scopeOf(ledger, 1)])),
      })),
    }),
    close: async () => {
      await owner.end()
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function* entryRows(made: Iterable<ArrivingEntry>, counted: () => void): Iterable<readonly Value[]> {
  let [own, pathway, n]: [ArrivingEntry[], string, number] = [[], '', 0]
  const numbers = new Map<string, number>()
  const numberOf = (place: string, i: number): number => {
    // Each hospital of the scenario stands for several.
    const base = numbers.get(place) ?? numbers.size
    numbers.set(place, base)
    return 1 + ((base + 6 * (i % 4)) % hospitals)
  }
  const seqs = new Map<number, number>()
  function* flush(): Iterable<readonly Value[]> {
    const first = own[0]
    if (!first) return
    n++
    const ledger = numberOf(first.place ?? '', n)
    for (const [nth, entry] of arrive(own).entries()) {
      const seq = (seqs.get(ledger) ?? 0) + 1
      seqs.set(ledger, seq)
      counted()
      yield [ledger, n, nth + 1, seq, 1, entry.code, dayText(entry.occurred), dayText(entry.recorded), entry.recordedAt, entry.superseded === undefined ? null : dayText(entry.superseded),
        entry.place === undefined ? null : numberOf(entry.place, n), entry.standing, entry.value ?? null, 1, entry.recorder ?? 'coordinator', entry.decider ?? null] // biome-ignore format: one row
    }
  }
  for (const entry of made) {
    if (entry.pathway !== pathway) {
      yield* flush()
      ;[own, pathway] = [[], entry.pathway]
    }
    own.push(entry)
  }
  yield* flush()
}
