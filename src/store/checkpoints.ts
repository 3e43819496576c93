import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { IssueError } from '../core/words/result.ts'
import { syncFolder, writeWhole } from './whole-file.ts'

/**
 * Heads of chains, signed, one a line, in a file outside the database that is only ever added to. Whoever can rewrite the database can rewrite its chains;
 * a head that stands elsewhere shows it. `scripts/verify-ledger.mjs` reads the same lines.
 */
export const Checkpoint = z.strictObject({
  ledger: z.int(),
  chain: z.enum(['act', 'look']),
  seq: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** When it was written. */
  at: z.iso.datetime(),
  /** The first 16 hex digits of the public key's hash. */
  key: z.string(),
  signature: z.string(),
})
export type Checkpoint = z.infer<typeof Checkpoint>

export type Head = Pick<Checkpoint, 'ledger' | 'chain' | 'seq' | 'hash'>

const signed = ({ ledger, chain, seq, hash, at }: Omit<Checkpoint, 'key' | 'signature'>): Buffer =>
  Buffer.from(['varde-checkpoint-v1', ledger, chain, seq, hash, at].join('\n'))

export interface SigningKey {
  readonly id: string
  /** For those who check: PEM. */
  readonly publicPem: string
  readonly private: KeyObject
}

/** The key in a file, made where there is none. */
export async function openKey(file: string): Promise<SigningKey> {
  const there = await readFile(file, 'utf8').catch(() => undefined)
  if (there === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519')
    await writeWhole(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
    await syncFolder(dirname(file))
    return keyOf(privateKey)
  }
  try {
    return keyOf(createPrivateKey(there))
  } catch {
    throw new IssueError([
      { code: 'settings/value', path: ['checkpointKey'], message: 'This file holds no private key. Name another, or put the key back.' },
    ])
  }
}

function keyOf(key: KeyObject): SigningKey {
  const publicPem = String(createPublicKey(key).export({ type: 'spki', format: 'pem' }))
  return { id: keyId(publicPem), publicPem, private: key }
}

const keyId = (publicPem: string): string => createHash('sha256').update(publicPem).digest('hex').slice(0, 16)

export const checkpointOf = (key: SigningKey, head: Head, at: Date): Checkpoint => {
  const said = { ledger: head.ledger, chain: head.chain, seq: head.seq, hash: head.hash, at: at.toISOString() }
  return { ...said, key: key.id, signature: sign(null, signed(said), key.private).toString('base64') }
}

/** Adds lines, and comes back when they are on disk. A line that a kill cut short is ended first. */
export async function appendCheckpoints(file: string, checkpoints: readonly Checkpoint[]): Promise<void> {
  if (checkpoints.length === 0) return
  const handle = await open(file, 'a+', 0o600)
  let isNew = false
  try {
    const { size } = await handle.stat()
    isNew = size === 0
    const cut = !isNew && (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 10
    await handle.write(`${cut ? '\n' : ''}${checkpoints.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join('')}`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (isNew) await syncFolder(dirname(file))
}

export interface CheckpointFile {
  readonly checkpoints: readonly Checkpoint[]
  /** Lines, counted from 1, that are no checkpoint of this key. The last one, cut short by a kill, is none of them. */
  readonly bad: readonly number[]
}

/** What stands in a file; none there: nothing stands in it. `publicPem`: the key that must have signed. */
export async function readCheckpoints(file: string, publicPem: string): Promise<CheckpointFile> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return ''
    throw new IssueError([{ code: 'settings/value', path: ['checkpointFile'], message: 'The file of checkpoints cannot be read.' }])
  })
  const key = createPublicKey(publicPem)
  const checkpoints: Checkpoint[] = []
  const bad: number[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue
    const read = readLine(line)
    if (read && verify(null, signed(read), key, Buffer.from(read.signature, 'base64'))) checkpoints.push(read)
    // A kill may have cut a line short; whoever changes one leaves JSON behind.
    else if (read || line.endsWith('}')) bad.push(i + 1)
  }
  return { checkpoints, bad }
}

function readLine(line: string): Checkpoint | undefined {
  try {
    return Checkpoint.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** What the service and the commands can be asked for heads by. */
interface Asked {
  rows(sql: string, params?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>
}

export interface CheckpointWriter {
  readonly key: SigningKey
  /** Writes the heads that are due; with `all`, every head that is news. Gives how many. */
  write(all?: boolean): Promise<number>
}

interface WriterSettings {
  readonly file: string
  readonly keyFile: string
  readonly now: () => Date
}

const everyActs = 1_000
const everyMs = 600_000

/**
 * Heads that are due: after 1,000 acts, or ten minutes with news. The file says what was written last, not the database: a kill between the two
 * leaves nothing out.
 */
export async function openCheckpoints(database: Asked, { file, keyFile, now }: WriterSettings): Promise<CheckpointWriter> {
  const key = await openKey(keyFile)
  const last = new Map<string, { readonly seq: number; readonly at: number }>()
  const nameOf = ({ ledger, chain }: Pick<Head, 'ledger' | 'chain'>) => `${ledger} ${chain}`
  const note = (c: Checkpoint) => last.set(nameOf(c), { seq: c.seq, at: Date.parse(c.at) })
  for (const checkpoint of (await readCheckpoints(file, key.publicPem)).checkpoints) note(checkpoint)
  return {
    key,
    write: async (all = false) => {
      const at = now()
      const heads = (await database.rows('SELECT ledger, chain, seq, hash FROM varde.chain_heads()')) as unknown as readonly Head[] // columns are named as the fields are
      const due = heads.filter((head) => {
        const known = last.get(nameOf(head))
        if (known?.seq === head.seq) return false
        return all || !known || Math.abs(head.seq - known.seq) >= everyActs || at.getTime() - known.at >= everyMs
      })
      const checkpoints = due.map((head) => checkpointOf(key, head, at))
      await appendCheckpoints(file, checkpoints)
      for (const checkpoint of checkpoints) note(checkpoint)
      if (due.length > 0)
        await database.rows('SELECT varde.note_checkpoints($1, $2, $3)', [
          due.map((h) => h.ledger),
          due.map((h) => h.chain),
          due.map((h) => h.seq),
        ])
      return due.length
    },
  }
}
