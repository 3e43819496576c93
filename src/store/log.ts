import type { Session } from './ledger-database.ts'

/** One act or look, as far as the log tells of it. */
export interface LogRow {
  readonly ledger: number
  readonly chain: 'act' | 'look'
  readonly seq: number
  readonly at: string
  readonly kind: string
  readonly person: number
  readonly name: string | null
  readonly role: string
  readonly pack: number
  readonly pathway: number
  /** How many pathways a list showed. */
  readonly showed: number | null
  readonly told: Readonly<Record<string, unknown>> | null
  /** Of a correction or withdrawal: the same of what stood there before. */
  readonly before: Readonly<Record<string, unknown>> | null
}

export interface LogAsked {
  readonly ledgers: readonly number[]
  readonly chains: readonly ('act' | 'look')[]
  readonly person?: number | undefined
  readonly kind?: string | undefined
  readonly pathway?: number | undefined
  readonly patient?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly after?: LogPosition | undefined
  readonly limit: number
}

/** Where a page ended: newest first; of one moment in two chains, by ledger and chain. */
export type LogPosition = readonly [at: string, ledger: number, chain: string]

/** The log, newest first, merged from the chains that are asked for. */
export async function listLog(session: Session, asked: LogAsked): Promise<readonly LogRow[]> {
  const { ledgers, patient, after } = asked
  const about = patient === undefined ? undefined : (await session.rows('SELECT * FROM about_patient($1, $2)', [ledgers[0], patient]))[0]
  const rows = await session.rows(
    `WITH c AS MATERIALIZED (
       SELECT b.ledger, k.chain, seq_before(b.ledger, k.chain, coalesce($3::timestamptz, '-infinity')) AS low,
         least(seq_before(b.ledger, k.chain, coalesce($4::timestamptz, 'infinity')),
               seq_before(b.ledger, k.chain, CASE WHEN $5::timestamptz IS NULL THEN 'infinity'
                 WHEN (b.ledger, k.chain) > ($6::int, $7::text) THEN $5::timestamptz + interval '1 microsecond' ELSE $5::timestamptz END)) AS high
       FROM unnest($1::int[]) b (ledger), unnest($2::text[]) k (chain))
     SELECT l.ledger, l.chain, l.seq, l.at, l.kind, l.person, x.name, l.role, l.pack, l.pathway,
       CASE WHEN l.chain = 'look' AND l.seen IS NOT NULL THEN (SELECT coalesce(sum(upper(r) - lower(r)), 0)::int FROM unnest(l.seen) r) END AS showed,
       log_told(l.ledger, l.chain, l.seq) AS told
     FROM c CROSS JOIN LATERAL (
       SELECT l.ledger, l.chain, l.seq, l.at, l.kind, l.person, l.role, l.pack, l.pathway, l.seen FROM log l
       WHERE l.ledger = c.ledger AND l.chain = c.chain AND l.seq > c.low AND l.seq <= c.high
         AND ($8::int IS NULL OR l.person = $8) AND ($9::text IS NULL OR l.kind = $9)
         AND ($10::int IS NULL OR l.pathway = $10 OR l.chain = 'look' AND l.seen @> $10::bigint)
         AND ($11::int[] IS NULL OR l.pathway = ANY ($11) OR l.chain = 'act' AND l.seq = ANY ($12::bigint[])
              OR l.chain = 'look' AND (l.seq = ANY ($13::bigint[]) OR l.seen && (SELECT range_agg(int8range(p, p + 1)) FROM unnest($11::int[]) p)))
       ORDER BY l.seq DESC LIMIT $14) l
     LEFT JOIN person x ON x.person = l.person
     ORDER BY l.at DESC, l.ledger, l.chain LIMIT $14`,
    [
      ledgers,
      asked.chains,
      asked.from ?? null,
      asked.to ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      after?.[2] ?? null,
      asked.person ?? null,
      asked.kind ?? null,
      asked.pathway ?? null,
      about?.['pathways'] ?? null,
      about?.['acts'] ?? null,
      about?.['looks'] ?? null,
      asked.limit,
    ],
  )
  return withBefore(session, rows as unknown as readonly Omit<LogRow, 'before'>[]) // columns are named as the fields are
}

/** Beside each correction, what it took the place of. */
async function withBefore(session: Session, rows: readonly Omit<LogRow, 'before'>[]): Promise<readonly LogRow[]> {
  const pairs = rows.flatMap((row) => {
    const target = row.told?.['corrects'] ?? row.told?.['withdraws']
    return row.chain === 'act' && typeof target === 'number' ? [{ ledger: row.ledger, seq: row.seq, target }] : []
  })
  if (pairs.length === 0) return rows.map((row) => ({ ...row, before: null }))
  const found = await session.rows(
    `SELECT ledger, seq, log_told(ledger, 'act', target) AS before FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS t (ledger, seq, target)`,
    [pairs.map((p) => p.ledger), pairs.map((p) => p.seq), pairs.map((p) => p.target)],
  )
  const before = new Map(found.map((row) => [`${row['ledger']}-${row['seq']}`, row['before'] as LogRow['before']])) // what `log_told` gives
  return rows.map((row) => ({ ...row, before: row.chain === 'act' ? (before.get(`${row.ledger}-${row.seq}`) ?? null) : null }))
}

export interface ChainState {
  readonly ledger: number
  readonly chain: 'act' | 'look'
  readonly seq: number
  readonly hash: string
  readonly problems: readonly { readonly seq: number; readonly problem: string }[]
}

const mostProblems = 100

/** Whether chains hold, from an act on. Reads all of it: a second for some ten thousand. */
export async function verifyChains(session: Session, ledgers: readonly number[], from: number): Promise<readonly ChainState[]> {
  const heads = await session.rows(
    `SELECT ledger, chain, seq, encode(hash, 'hex') AS hash FROM log_head WHERE ledger = ANY ($1::int[]) ORDER BY ledger, chain`,
    [ledgers],
  )
  const states: ChainState[] = []
  for (const head of heads) {
    const problems = await session.rows('SELECT seq, problem FROM chain_problems($1, $2, $3) LIMIT $4', [
      head['ledger'],
      head['chain'],
      from,
      mostProblems,
    ])
    states.push({ ...head, problems } as unknown as ChainState) // columns are named as the fields are
  }
  return states
}
