import { renumbered, sayingsOf } from '../core/demonstration/lives.ts'
import type { PlannedLedger, PlannedPathway, PlannedWork, RegionPlan } from '../core/demonstration/make-region.ts'
import { keeperOf } from '../core/demonstration/region.ts'
import { type Right, type Role, scopeOf } from '../core/rights/rights.ts'
import { IssueError } from '../core/words/result.ts'
import type { InstalledPack } from './install-packs.ts'
import type { Act, ActDone, Actor, LedgerDatabase } from './ledger-database.ts'
import { connectClient } from './postgres.ts'

/** Somebody of the demonstration one can be signed in as. */
export interface DemonstrationAccount {
  readonly person: number
  readonly name: string
  readonly role: Role
  readonly org: number
  readonly orgName: string
  readonly region: string
  readonly pack: string
  readonly goodFor: string
}

export interface LoadedRegions {
  readonly accounts: readonly DemonstrationAccount[]
  readonly acts: number
}

interface Numbers {
  readonly org: (id: string) => number
  readonly person: (id: string) => number
}

interface At extends Numbers {
  /** The number of the region's pack in the database. */
  readonly pack: number
  /** Who brings in what is past. */
  readonly loader: number
}

/** How many acts go into one transaction: enough that its own cost is nothing, few enough that progress is seen. */
const batch = 500

/**
 * Writes regions into an empty database by the one way in, `act()`: each person at work acts as themselves; what is brought in from the past is
 * brought by somebody who has the right for as long as this takes. Throws `store/unusable` where anybody is there already.
 */
export async function loadRegions(
  at: { readonly ownerUrl: string; readonly ledger: LedgerDatabase; readonly packs: readonly InstalledPack[] },
  plans: readonly RegionPlan[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<LoadedRegions> {
  const { ledger } = at
  const [there] = await ledger.rows('SELECT EXISTS (SELECT 1 FROM organisation) OR EXISTS (SELECT 1 FROM person) AS there')
  if (there?.['there'] === true)
    throw new IssueError([
      { code: 'store/unusable', path: [], message: 'Somebody is in this database already: a demonstration needs an empty one.' },
    ])
  const statistics = await openStatistics(at.ownerUrl)
  try {
    return await loadAll(at, plans, async (done, total) => {
      await statistics.follow(done)
      onProgress(done, total)
    })
  } finally {
    await statistics.close()
  }
}

type OnActs = (acts: number) => Promise<void>

async function loadAll(
  { ledger, packs }: { readonly ledger: LedgerDatabase; readonly packs: readonly InstalledPack[] },
  plans: readonly RegionPlan[],
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<LoadedRegions> {
  const total = plans.reduce(
    (sum, { ledgers, region }) =>
      sum + ledgers.reduce((n, l) => n + countOf(l), 0) + region.lives.reduce((n, { records }) => n + 1 + records.length, 0),
    0,
  )
  let done = 0
  const settled: { readonly plan: RegionPlan; readonly at: At }[] = []
  for (const plan of plans) {
    const pack = packs.find((p) => p.content.id === plan.pack.id)?.pack
    if (pack === undefined) throw new RangeError('The pack of a region is not installed.')
    const at = { ...(await drawNumbers(ledger, plan)), loader: await drawn(ledger, 'person_number', 1), pack }
    await settle(ledger, plan, at)
    settled.push({ plan, at })
  }
  // Regions side by side: each ledger has one writer, and a second core has nothing else to do.
  await Promise.all(
    settled.map(async ({ plan, at }) => {
      for (const planned of plan.ledgers)
        await new LedgerLoad(ledger, plan, planned, at).run((acts) => {
          done += acts
          return onProgress(done, total)
        })
      await live(ledger, plan, at, (acts) => {
        done += acts
        return onProgress(done, total)
      })
      await dismiss(ledger, plan, at)
    }),
  )
  const accounts = settled.flatMap(({ plan, at }) => accountsOf(plan, at))
  return { accounts, acts: total }
}

const countOf = ({ patients, pathways }: PlannedLedger): number =>
  patients.length +
  pathways.reduce((n, p) => n + 1 + p.letters.length + p.entries.length + p.work.reduce((k, w) => k + (w.then ? 2 : 1), 0), 0)

/** Next numbers of a sequence, which the service goes on from. */
const drawn = async (ledger: LedgerDatabase, sequence: 'organisation_number' | 'person_number', count: number): Promise<number> => {
  const [row] = await ledger.rows(`SELECT min(nextval('${sequence}')) AS first FROM generate_series(1, $1)`, [count])
  return Number(row?.['first'])
}

async function drawNumbers(ledger: LedgerDatabase, { region }: RegionPlan): Promise<Numbers> {
  const [orgs, people] = [
    await drawn(ledger, 'organisation_number', region.organisations.length),
    await drawn(ledger, 'person_number', region.people.length),
  ]
  const place = (list: readonly { readonly id: string }[], first: number) => {
    const byId = new Map(list.map(({ id }, i) => [id, first + i]))
    return (id: string): number => byId.get(id)! // the region's references were checked as it was read
  }
  return { org: place(region.organisations, orgs), person: place(region.people, people) }
}

const act = (key: string, kind: Act['kind'], payload: Act['payload']): Act => ({ key: `demonstration-${key}`, kind, payload })

/** Organisations, people and their roles. Whoever sets an installation up administers it before anybody has a role. */
async function settle(ledger: LedgerDatabase, { region }: RegionPlan, { org, person, loader }: At): Promise<void> {
  const ledgers = [0, ...region.organisations.filter((o) => o.ledger).map((o) => org(o.id))]
  const founder = founderOf(loader, ledgers)
  const into = (n: number, acts: readonly Act[]) => ledger.as(founder, (session) => session.act(n, acts))
  for (const { id, kind, name, under } of region.organisations) {
    const payload = { org: org(id), parent: under === undefined ? null : org(under), kind, name, zone: region.zone }
    const keeper = under === undefined ? 0 : org(keeperOf(region, under))
    await into(keeper, [act(`${region.id}-org-${id}`, 'organisation-set', { ...payload, ledger: org(keeperOf(region, id)) })])
  }
  const nation = region.organisations[0]!.id // a region has one at least
  const loading = [
    act(`${region.id}-loader`, 'person-set', { person: loader, name: loaderName(region.id), machine: true }),
    ...loaderRoles.map((role) => act(`${region.id}-loader-${role}`, 'role-given', { person: loader, org: org(nation), role })),
  ]
  await into(org(nation), loading)
  for (const { id, name, role, at } of region.people)
    await into(org(keeperOf(region, at)), [
      act(`${region.id}-person-${id}`, 'person-set', { person: person(id), name, machine: role === 'machine' }),
      act(`${region.id}-role-${id}`, 'role-given', { person: person(id), org: org(at), role }),
    ])
}

/** Lives of indicators, each saying on its day, by whoever said it: they have the right to date it back for as long as this takes. */
async function live(ledger: LedgerDatabase, { region, today }: RegionPlan, { org, person, pack }: At, onActs: OnActs): Promise<void> {
  for (const [i, life] of region.lives.entries()) {
    const n = org(life.at)
    const numbers: number[] = []
    for (const [j, { by, on, said }] of sayingsOf(life, today).entries()) {
      const role = region.people.find(({ id }) => id === by)!.role // the region's references were checked as it was read
      const { rights, glass } = await ledger.standingOf(person(by))
      const dating: Right = { role, capability: 'import', scopes: new Set([scopeOf(n, pack)]) }
      const { kind, ...words } = renumbered(said, (position) => numbers[position - 1] ?? 0)
      const about = j === 0 ? { org: n } : { life: numbers[0], what: kind }
      const what = j === 0 ? 'life-opened' : kind === 'purpose-answered' ? kind : 'life-recorded'
      const [done] = await ledger.as({ person: person(by), role, rights: [...rights, dating], glass }, (session) =>
        session.act(n, [{ ...act(`${region.id}-life-${i}-${j}`, what, { ...about, recorded: on, said: words }), pack }]),
      )
      numbers.push(done?.seq ?? 0)
      await onActs(1)
    }
  }
}

const loaderName = (region: string): string => `Loader of the demonstration, ${region} (invented machine)`
const loaderRoles = ['administrator', 'machine'] as const

const founderOf = (person: number, ledgers: readonly number[]): Actor => ({
  person,
  role: 'administrator',
  glass: [],
  rights: [{ role: 'administrator', capability: 'administer', scopes: new Set(ledgers.map((n) => scopeOf(n))) }],
})

/** Whoever brought the past in has no rights afterwards. */
async function dismiss(ledger: LedgerDatabase, { region }: RegionPlan, { org, loader }: At): Promise<void> {
  const nation = org(region.organisations[0]!.id) // a region has one at least
  await ledger.as(founderOf(loader, [nation]), (session) =>
    session.act(nation, [
      act(`${region.id}-loader-left`, 'person-set', { person: loader, name: loaderName(region.id), machine: true, active: false }),
      ...loaderRoles.map((role) => act(`${region.id}-loader-left-${role}`, 'role-withdrawn', { person: loader, org: nation, role })),
    ]),
  )
}

const analyse = `ANALYZE ${['log', 'entry', 'pathway', 'patient', 'identity', 'document', 'work'].map((table) => `varde.${table}`).join(', ')}`
/**
 * How statements are carried out is settled by what is known of the tables, and kept: what was settled of an empty table reads a whole ledger for
 * each act. So it is settled anew each time the acts have doubled.
 */
async function openStatistics(ownerUrl: string): Promise<{ follow(acts: number): Promise<void>; close(): Promise<void> }> {
  const client = await connectClient(ownerUrl)
  let known = 50
  let last: Promise<unknown> = Promise.resolve()
  return {
    follow: async (acts) => {
      if (acts < known * 2) return
      known = acts
      await (last = last.then(() => client.query(analyse)))
    },
    close: async () => {
      await last.catch(() => {})
      await client.end()
    },
  }
}

const accountsOf = ({ region }: RegionPlan, { org, person }: Numbers): readonly DemonstrationAccount[] =>
  region.people.map(({ id, name, role, at, goodFor }) => ({
    person: person(id),
    name,
    role,
    org: org(at),
    orgName: region.organisations.find((o) => o.id === at)?.name ?? '',
    region: region.id,
    pack: region.pack,
    goodFor,
  }))

/** A pathway on its way into the database: its number, and the numbers of what was written of it so far. */
interface Underway {
  readonly n: number
  readonly plan: PlannedPathway
  pathway: number
  readonly letters: number[]
  readonly entries: number[]
}

class LedgerLoad {
  private readonly ledger: LedgerDatabase
  private readonly region: RegionPlan['region']
  private readonly planned: PlannedLedger
  private readonly at: At
  private readonly n: number

  constructor(ledger: LedgerDatabase, { region }: RegionPlan, planned: PlannedLedger, at: At) {
    this.ledger = ledger
    this.region = region
    this.planned = planned
    this.at = at
    this.n = at.org(planned.org)
  }

  async run(onActs: OnActs): Promise<void> {
    const loader = await this.actor(this.at.loader, 'administrator')
    const send = (acts: readonly Act[], actor = loader) => this.send(actor, acts, onActs)
    const { patients, pathways } = this.planned
    const known = await send(patients.map((patient, i) => this.act(`patient-${i}`, 'patient-registered', { ...patient })))
    const opened = await send(
      pathways.map(({ patient, org }, i) => ({
        ...this.act(`pathway-${i}`, 'pathway-opened', { patient: known[patient]!.seq, org: this.at.org(org) }), // one for each patient
        pack: this.at.pack,
      })),
    )
    const all = pathways.map((plan, i): Underway => ({ n: i, plan, pathway: opened[i]!.pathway, letters: [], entries: [] })) // one for each
    const letters = all.flatMap((underway) => underway.plan.letters.map((letter, i) => ({ underway, letter, i })))
    const received = await send(
      letters.map(({ underway, letter, i }) => ({
        ...this.act(`letter-${underway.n}-${i}`, 'document-received', { ...letter, patient: known[underway.plan.patient]!.seq }),
        pathway: underway.pathway,
      })),
    )
    for (const [i, { underway }] of letters.entries()) underway.letters.push(received[i]!.seq) // one for each
    await this.entries(all, send)
    await this.work(all, onActs)
  }

  /**
   * Entries in rounds. An entry that corrects another names that one's number, which is known when it is written: a pathway goes as far as its
   * next correction in each round, so that the order of recording is kept within it.
   */
  private async entries(all: readonly Underway[], send: (acts: readonly Act[]) => Promise<readonly ActDone[]>): Promise<void> {
    for (let left = all; left.length > 0; left = left.filter(({ plan, entries }) => entries.length < plan.entries.length)) {
      const round = left.map((underway) => {
        const { plan, entries } = underway
        const more = plan.entries.slice(entries.length)
        const stop = more.findIndex(({ about }) => about !== undefined && about >= entries.length)
        return { underway, acts: (stop < 0 ? more : more.slice(0, stop)).map((_, i) => this.entryAct(underway, entries.length + i)) }
      })
      const done = await send(round.flatMap(({ acts }) => acts))
      let next = 0
      for (const { underway, acts } of round) for (const _ of acts) underway.entries.push(done[next++]!.seq) // one for each
    }
  }

  private entryAct({ n, plan, pathway, letters, entries }: Underway, i: number): Act {
    const { kind, payload, place, about, evidence } = plan.entries[i]! // called for those there are
    const target = about === undefined ? undefined : entries[about]
    const document = evidence && {
      ...evidence.span,
      document: `${this.n}-${letters[evidence.letter]}`,
      reliedOn: true,
      ...(evidence.receivedOn === undefined ? {} : { receivedOn: evidence.receivedOn }),
    }
    return {
      ...this.act(`entry-${n}-${i}`, kind, {
        ...payload,
        ...(place === undefined ? {} : { place: this.at.org(place) }),
        ...(target === undefined ? {} : { [kind === 'withdrawn' ? 'withdraws' : 'corrects']: target }),
        ...(document === undefined ? {} : { evidence: [document] }),
      }),
      pathway,
    }
  }

  /** Notes, questions, next steps and escalations, each by whoever does it; then what answers them. */
  private async work(all: readonly Underway[], onActs: OnActs): Promise<void> {
    const pieces = all.flatMap((underway) => underway.plan.work.map((piece, i) => ({ underway, piece, i })))
    for (const [by, mine] of Map.groupBy(pieces, ({ piece }) => piece.by)) {
      const actor = await this.actorOf(by)
      const opened = await this.send(
        actor,
        mine.map(({ underway, piece, i }) => ({ ...this.workAct(underway, piece, i), pathway: underway.pathway })),
        onActs,
      )
      const answered = mine.flatMap(({ underway, piece: { then }, i }, k) => (then ? [{ underway, then, i, work: opened[k]!.seq }] : [])) // one for each
      for (const [answering, theirs] of Map.groupBy(answered, ({ then }) => then.by))
        await this.send(
          await this.actorOf(answering),
          theirs.map(({ underway, then: { by: _, ...then }, i, work }) => ({
            ...this.act(`work-${underway.n}-${i}-then`, 'work-moved', { work, ...then }),
            pathway: underway.pathway,
          })),
          onActs,
        )
    }
  }

  private workAct({ n, entries }: Underway, { by: _, then: __, about, body, ...piece }: PlannedWork, i: number): Act {
    const entry = about === undefined ? {} : { entry: entries[about] }
    const owner = piece.ownerRole === undefined ? {} : { ownerPerson: null }
    return this.act(`work-${n}-${i}`, 'work-opened', { ...piece, ...owner, body: { ...body, ...entry } })
  }

  private act(key: string, kind: Act['kind'], payload: Act['payload']): Act {
    return act(`${this.region.id}-${this.planned.org}-${key}`, kind, payload)
  }

  private actorOf(id: string): Promise<Actor> {
    const person = this.region.people.find((p) => p.id === id)
    if (!person) throw new RangeError('Nobody of this id is in the region.')
    return this.actor(this.at.person(id), person.role)
  }

  private async actor(person: number, role: Role): Promise<Actor> {
    return { person, role, ...(await this.ledger.standingOf(person)) }
  }

  private async send(actor: Actor, acts: readonly Act[], onActs: OnActs): Promise<readonly ActDone[]> {
    const done: ActDone[] = []
    for (let from = 0; from < acts.length; from += batch) {
      const some = acts.slice(from, from + batch)
      done.push(...(await this.ledger.as(actor, (session) => session.act(this.n, some))))
      await onActs(some.length)
    }
    return done
  }
}
