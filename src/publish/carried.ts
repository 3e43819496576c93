import { IssueError } from '../core/words/result.ts'
import { findPatients } from '../store/intake.ts'
import { type Act, canonical, keyAfter, keyOf, type Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import type { PathwayRecord } from '../store/pathways.ts'
import type { Carried, CarriedEntry, Withdrawal } from './pathway-bundle.ts'

/** A pathway of the ledger as it goes from house to house, and its way back into one. */

/** What an act of receiving keeps of where its content came from: who did it there, and what had brought it to them. */
interface Origin {
  readonly person: number
  readonly name?: string
  readonly role?: string
  readonly at?: number
  readonly source?: string
}
const mark = 'bundle '
const written = (origin: Origin): string => `${mark}${canonical(origin)}`
const originOf = (source: string | null | undefined): Origin | undefined =>
  source?.startsWith(mark) ? (JSON.parse(source.slice(mark.length)) as Origin) : undefined // as `written` made it

const given = <K extends string, V>(key: K, value: V | null | undefined): { readonly [P in K]?: V } =>
  (value === null || value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V } // a computed key loses its name

/** All that the ledger holds of a pathway, apart from documents and work. */
export async function readCarried(session: Session, record: PathwayRecord, live: LivePack): Promise<Carried> {
  const { ledger, pathway, patient, org } = record
  const [who] = await session.rows('SELECT national_id, name, born FROM identity WHERE ledger = $1 AND patient = $2', [ledger, patient])
  if (!who)
    throw new IssueError([
      { code: 'ledger/not-there', path: [], message: 'Who the patient is has been erased: the pathway cannot be sent.' },
    ])
  const sources = new Map(
    (await session.rows('SELECT seq, source FROM entry WHERE ledger = $1 AND pathway = $2', [ledger, pathway])).map((row) => [
      Number(row['seq']),
      row['source'] as string | null, // a text column
    ]),
  )
  const withdrawn = await session.rows('SELECT entry, at, person, role, payload FROM withdrawals_of($1, $2)', [ledger, pathway])
  const names = new Map(
    (
      await session.rows('SELECT person, name FROM person WHERE person = ANY ($1)', [
        [...record.entries.map((row) => row.person), ...withdrawn.map((row) => Number(row['person']))],
      ])
    ).map((row) => [Number(row['person']), String(row['name'])]),
  )
  const placeNames = new Map(
    (await session.rows('SELECT org, name FROM organisation')).map((row) => [Number(row['org']), String(row['name'])]),
  )
  const placeOf = (n: number) => ({ org: n, name: placeNames.get(n) ?? '' })
  const nthOf = new Map(record.entries.map((row, i) => [row.seq, i + 1]))
  const byOf = (person: number, role: string, origin: Origin | undefined) =>
    origin
      ? { person: origin.person, ...given('name', origin.name), role: origin.role ?? role }
      : { person, ...given('name', names.get(person)), role }
  const [task] = await session.rows(
    `SELECT body FROM work WHERE ledger = $1 AND pathway = $2 AND kind = 'handover' AND state <> 'declined' ORDER BY work DESC LIMIT 1`,
    [ledger, pathway],
  )
  return {
    pathway: `${ledger}-${pathway}`,
    pack: { id: live.id, version: live.content.version },
    org: placeOf(org),
    patient: {
      name: String(who['name']),
      ...given('nationalId', who['national_id'] as string | null),
      ...given('born', who['born'] as string | null),
    }, // text columns
    entries: record.entries.map((row, i): CarriedEntry => {
      const source = sources.get(row.seq)
      const origin = originOf(source)
      return {
        nth: i + 1,
        code: row.code,
        ...given('label', live.content.codesByText.get(row.code)?.[0]?.label),
        occurred: row.occurred,
        ...given('occurredAt', row.occurred_at),
        recorded: row.recorded,
        recordedAt: row.recorded_at,
        ...given('corrects', row.corrects === null ? undefined : nthOf.get(row.corrects)),
        ...given('variant', row.variant),
        ...given('place', row.place),
        standing: row.standing as CarriedEntry['standing'], // checked at the door
        ...given('value', row.value),
        by: byOf(row.person, row.recorder, origin),
        ...given('decider', row.decider),
        ...given('behalf', row.behalf),
        ...given('reason', row.reason),
        evidence: [...row.evidence],
        passed: [...row.passed],
        ...given('source', origin ? origin.source : source),
      }
    }),
    withdrawals: withdrawn.map((row): Withdrawal => {
      const payload = row['payload'] as { reason?: string; recorded?: string; source?: string } // our own act
      const origin = originOf(payload.source)
      const gone = record.entries.find(({ seq }) => seq === Number(row['entry']))
      return {
        entry: nthOf.get(Number(row['entry'])) ?? 0,
        on: payload.recorded ?? gone?.superseded ?? '',
        at: origin?.at ?? Math.floor(Date.parse(String(row['at'])) / 1000),
        by: byOf(Number(row['person']), String(row['role']), origin),
        ...given('reason', payload.reason),
      }
    }),
    ...given('handover', task && handoverOf(task['body'] as Readonly<Record<string, unknown>>, placeOf)), // the shape of its kind
  }
}

function handoverOf(body: Readonly<Record<string, unknown>>, placeOf: (n: number) => { readonly org: number; readonly name: string }) {
  const { from, to, asks, sentOn, days, codes } = body as {
    from: number
    to: number
    asks: string
    sentOn: string
    days: number
    codes: string[]
  } // as it was sent
  return { from: placeOf(from), to: placeOf(to), asks, sentOn, days, codes }
}

interface Taking {
  readonly ledger: number
  readonly org: number
  readonly live: LivePack
  readonly carried: Carried
  readonly sha256: string
}

/** Writes a pathway that came from another ledger: the patient, unless known by their number; the pathway; its entries as they were, in their order. */
export async function takeIn(session: Session, { ledger, org, live, carried, sha256 }: Taking) {
  const key = keyOf('bundle', ledger, org, sha256)
  const { nationalId, name, born } = carried.patient
  const known = nationalId === undefined ? undefined : (await findPatients(session, ledger, [nationalId])).get(nationalId)
  const [before] = await session.rows('SELECT pathway, own FROM acts_before($1, $2)', [ledger, [key]])
  if (before) {
    if (before['own'] !== true)
      throw new IssueError([
        { code: 'ledger/exists', path: ['body', 'bundle'], message: 'Somebody else has taken in this bundle already.' },
      ])
    const [there] = await session.rows('SELECT patient, version FROM pathway WHERE ledger = $1 AND pathway = $2', [
      ledger,
      before['pathway'],
    ])
    return {
      pathway: Number(before['pathway']),
      patient: Number(there?.['patient']),
      version: Number(there?.['version']),
      handover: undefined,
      replayed: true,
    }
  }
  const one = async (act: Act) => {
    const [done] = await session.act(ledger, [act])
    if (!done) throw new Error('An act gives an answer.')
    return done
  }
  const patient =
    known ?? (await one({ key: keyAfter(key, 'patient'), kind: 'patient-registered', payload: { name, nationalId, born } })).seq
  const opened = await one({
    key,
    kind: 'pathway-opened',
    pack: live.pack,
    payload: { patient, org, from: carried.pathway, bundle: sha256 },
  })
  const { pathway } = opened
  // Numbers of acts follow each other, so that an entry can name the one it corrects before either is written.
  const first = opened.seq + 1
  const entries = carried.entries.map(
    (entry): Act => ({ key: keyAfter(key, `entry ${entry.nth}`), kind: 'imported', pathway, payload: payloadOf(entry, first) }),
  )
  const withdrawals = carried.withdrawals.map(
    ({ entry, on, at, by, reason }): Act => ({
      key: keyAfter(key, `withdrawal ${entry}`),
      kind: 'withdrawn',
      pathway,
      payload: { withdraws: first + entry - 1, recorded: on, reason, source: written({ ...by, at }) },
    }),
  )
  const { handover } = carried
  const task: readonly Act[] = handover ? [{ key: keyAfter(key, 'handover'), kind: 'work-opened', pathway, payload: taskOf(handover) }] : []
  const acts = [...entries, ...withdrawals, ...task]
  const done = acts.length === 0 ? [] : await session.act(ledger, acts)
  return {
    pathway,
    patient,
    version: done.at(-1)?.version ?? opened.version ?? 0,
    handover: handover ? done.at(-1)?.seq : undefined,
    replayed: false,
  }
}

function payloadOf(entry: CarriedEntry, first: number) {
  const { nth: _, label: _label, by, corrects, evidence, passed, source, ...said } = entry
  return {
    ...said,
    recorder: by.role,
    corrects: corrects === undefined ? undefined : first + corrects - 1,
    evidence: evidence.length === 0 ? undefined : evidence,
    passed: passed.length === 0 ? undefined : passed,
    source: written({ person: by.person, ...given('name', by.name), ...given('source', source) }),
  }
}

const taskOf = ({ from, to, asks, sentOn, days, codes }: NonNullable<Carried['handover']>) => ({
  kind: 'handover',
  state: 'sent',
  open: true,
  ownerRole: 'coordinator',
  due: new Date(Date.parse(sentOn) + days * 86_400_000).toISOString().slice(0, 10),
  body: { from: from.org, to: to.org, asks, sentOn, days, codes },
})
