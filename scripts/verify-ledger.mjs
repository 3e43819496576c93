#!/usr/bin/env node
// Checks an export of a ledger against its own chains and against heads that were kept elsewhere. One file, nothing but Node: whoever does not trust
// Varde, or the house that runs it, can read these lines and run them.
//
//   node verify-ledger.mjs EXPORT_FOLDER [CHECKPOINT_FILE [PUBLIC_KEY.pem]]
//
// Exit code 0: everything holds. 1: it does not; the first thing that is wrong in each chain is named. 2: the files cannot be read.
//
// What is checked (the format is described in docs/operations.md):
// - each row: hash = sha256('varde-log-v1' | hash of the row before | ledger | sha256(chain) | seq | microseconds since 1970 | sha256(kind) | sha256(key) |
//   person | sha256(role) | pack | pathway | sha256(seen) | hash of what it says); whole numbers big-endian, 4 bytes, seq and time 8
// - what it says: sha256('varde-payload-v1' | salt | text), or gone, by an erasure of the same chain that names the row
// - seq without gaps, times that rise, the last row of each chain against its head
// - heads kept elsewhere: the row of that position has that hash; each line signed (Ed25519) by the key, where one is given
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const int4 = (n) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(n)
  return bytes
}
const int8 = (n) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(n))
  return bytes
}
const base64 = (text) => Buffer.from(text, 'base64')

/** Microseconds since 1970 of `2026-11-25T12:00:00.123456Z`. */
const micros = (at) => BigInt(Date.parse(`${at.slice(0, 19)}Z`)) * 1000n + BigInt(at.slice(20, 26))

const hashOf = (row) =>
  sha(
    'varde-log-v1',
    base64(row.prevHash),
    int4(row.ledger),
    sha(row.chain),
    int8(row.seq),
    int8(micros(row.at)),
    sha(row.kind),
    sha(row.key),
    int4(row.person),
    sha(row.role),
    int4(row.pack),
    int4(row.pathway),
    sha(row.seen ?? ''),
    base64(row.payloadHash),
  )

const words = {
  gap: 'a row is missing before it, or it stands in another place than it was given',
  link: 'it does not follow from the row before it',
  time: 'its time is not after that of the row before it',
  payload: 'what it says was changed',
  'payload missing without an erasure': 'what it says is gone, and no erasure says why',
  entry: 'it was changed',
  head: 'the chain does not end where its head says: rows at its end are missing, or there are too many',
  checkpoint: 'it is not what a checkpoint in the database says',
}
const placeOf = (ledger, chain) => `Ledger ${ledger}, ${chain === 'act' ? 'acts' : 'looks'}`
const nothing = Buffer.alloc(32).toString('base64')

async function* linesOf(file) {
  let rest = ''
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()
    yield* parts
  }
  if (rest) yield rest
}

/** What is wrong with one row after the one before it. */
function faultOf(row, before) {
  if (row.seq !== (before?.seq ?? 0) + 1) return 'gap'
  if (row.prevHash !== (before?.hash ?? nothing)) return 'link'
  if (before && micros(row.at) <= micros(before.at)) return 'time'
  if (row.payload !== null && row.payloadHash !== sha('varde-payload-v1', base64(row.salt), row.payload).toString('base64'))
    return 'payload'
  if (row.hash !== hashOf(row).toString('base64')) return 'entry'
  return undefined
}

/** `{[1,4),[9,10)}` holds 1, 2, 3 and 9. */
const holds = (range, n) => [...(range ?? '').matchAll(/\[(\d+),(\d+)\)/g)].some(([, from, to]) => Number(from) <= n && n < Number(to))

/** The first thing wrong in each chain, in sentences; none: everything holds. */
export async function verifyExport(folder, checkpointFile, keyFile) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  const problems = []
  for (const file of manifest.files ?? []) {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(join(folder, file.name))) hash.update(chunk)
    if (hash.digest('hex') !== file.sha256) problems.push(`The file ${file.name} is not the one that the list of the export names.`)
  }
  const outside = readOutside(checkpointFile, keyFile, problems)
  const inside = join(folder, 'log_checkpoint.ndjson')
  const noted = []
  if (existsSync(inside)) for await (const line of linesOf(inside)) noted.push(JSON.parse(line))

  const chains = new Map()
  const chainOf = (ledger, chain) => {
    const name = `${ledger} ${chain}`
    if (!chains.has(name))
      chains.set(name, { ledger, chain, faults: [], gone: [], erased: [], rows: new Map(), last: undefined, head: undefined })
    return chains.get(name)
  }
  for (const head of manifest.heads) chainOf(head.ledger, head.chain).head = head
  const asked = new Set([...outside, ...noted].map((c) => `${c.ledger} ${c.chain} ${c.seq}`))
  for await (const line of linesOf(join(folder, 'log.ndjson'))) {
    const row = JSON.parse(line)
    const chain = chainOf(row.ledger, row.chain)
    const fault = faultOf(row, chain.last)
    if (fault) chain.faults.push([row.seq, fault])
    if (row.payload === null) chain.gone.push({ seq: row.seq, faulty: fault !== undefined && fault !== 'entry' })
    if (row.chain === 'act' && row.kind === 'identity-erased') chain.erased.push(row.seen)
    if (asked.has(`${row.ledger} ${row.chain} ${row.seq}`)) chain.rows.set(row.seq, base64(row.hash).toString('hex'))
    chain.last = row
  }

  const strange = outside.filter((c) => chains.get(`${c.ledger} ${c.chain}`)?.rows.get(c.seq) !== c.hash).sort((a, b) => a.seq - b.seq)
  const saysOf = (c) =>
    `${placeOf(c.ledger, c.chain)}, position ${c.seq}: ${
      chains.get(`${c.ledger} ${c.chain}`)?.rows.has(c.seq)
        ? 'it is not the row that a checkpoint outside was taken of: the chain was written anew at or before it'
        : 'a checkpoint outside was taken of it, and it is gone: the end of the chain was cut off'
    }.`
  const sorted = [...chains.values()].sort((a, b) => a.ledger - b.ledger || (a.chain < b.chain ? -1 : 1))
  for (const { ledger, chain, faults, gone, erased, rows, last, head } of sorted) {
    for (const { seq, faulty } of gone) {
      if (faulty || erased.some((range) => holds(range, seq))) continue
      const at = faults.findIndex(([n]) => n === seq)
      if (at >= 0) faults.splice(at, 1)
      faults.push([seq, 'payload missing without an erasure'])
    }
    if (head && (head.seq !== (last?.seq ?? 0) || head.hash !== base64(last?.hash ?? nothing).toString('hex')))
      faults.push([head.seq, 'head'])
    for (const c of noted)
      if (c.ledger === ledger && c.chain === chain && rows.get(c.seq) !== c.hash.replace('\\x', '')) faults.push([c.seq, 'checkpoint'])
    faults.sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1))
    const first = strange.find((c) => c.ledger === ledger && c.chain === chain)
    if (!head) problems.push(`${placeOf(ledger, chain)}: it has rows, and its head is missing.`)
    else if (faults.length > 0) problems.push(`${placeOf(ledger, chain)}, position ${faults[0][0]}: ${words[faults[0][1]]}.`)
    else if (first) problems.push(saysOf(first))
  }
  const lost = strange.filter(
    (c, i) => !chains.has(`${c.ledger} ${c.chain}`) && strange.findIndex((x) => x.ledger === c.ledger && x.chain === c.chain) === i,
  )
  lost.sort((a, b) => a.ledger - b.ledger || (a.chain < b.chain ? -1 : 1))
  problems.push(...lost.map(saysOf))
  const rowsRead = sorted.reduce((sum, { last }) => sum + (last?.seq ?? 0), 0)
  return { problems, chains: sorted.length, rows: rowsRead, checkpoints: outside.length }
}

function readOutside(checkpointFile, keyFile, problems) {
  if (!checkpointFile) return []
  const key = keyFile ? createPublicKey(readFileSync(keyFile)) : undefined
  const checkpoints = []
  for (const [i, line] of readFileSync(checkpointFile, 'utf8').split('\n').entries()) {
    if (line === '') continue
    let c
    try {
      c = JSON.parse(line)
    } catch {
      continue // cut short by a kill; the next line is the same head again
    }
    const signed = Buffer.from(['varde-checkpoint-v1', c.ledger, c.chain, c.seq, c.hash, c.at].join('\n'))
    if (!key || verifySignature(null, signed, key, base64(c.signature ?? ''))) checkpoints.push(c)
    else if (problems.length === 0)
      problems.push(`The file of checkpoints, line ${i + 1}: it was not signed with the key of this installation, or was changed.`)
  }
  return checkpoints
}

async function main([folder, checkpointFile, keyFile]) {
  if (!folder) {
    console.error('node verify-ledger.mjs EXPORT_FOLDER [CHECKPOINT_FILE [PUBLIC_KEY.pem]]')
    return 2
  }
  try {
    const { problems, chains, rows, checkpoints } = await verifyExport(folder, checkpointFile, keyFile)
    for (const problem of problems) console.log(problem)
    if (problems.length === 0) console.log(`${rows} rows of ${chains} chains hold, and ${checkpoints} checkpoints are met.`)
    return problems.length === 0 ? 0 : 1
  } catch (error) {
    console.error(`The files cannot be read: ${error.code ?? error.name}.`)
    return 2
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
