import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import { roleMay } from '../src/core/rights/rights.ts'
import type { Day } from '../src/core/words/day.ts'
import { endOfDay } from '../src/core/words/instant.ts'
import type { LedgerDatabase } from '../src/store/ledger-database.ts'
import { type LiveQuestion, liveFigures } from '../src/store/live-figures.ts'
import { listOpenClocks } from '../src/store/pathways.ts'
import type { Goal, Outcome } from './benches.ts'
import { coordinatorsAtWork } from './coordinators.ts'
import { median } from './cpu.ts'
import { deskScroll, deskSpeed } from './desk.ts'
import type { LiveLedger } from './live-ledger.ts'

const ms = (n: number) => `${n.toFixed(n < 10 ? 2 : 0)} ms`

/** Works in turn, so that a busier minute falls on all alike: median milliseconds each, and milliseconds of CPU of the database server. */
async function timed(at: LiveLedger, works: readonly (() => Promise<unknown>)[], rounds: number, times: number) {
  const wall: number[][] = works.map(() => [])
  const cpu = works.map(() => 0)
  for (const work of works) for (let i = 0; i < Math.min(10, times); i++) await work()
  for (let round = 0; round < rounds; round++)
    for (const [i, work] of works.entries()) {
      const before = serverCpuMs(at.dir)
      for (let n = 0; n < times; n++) {
        const start = performance.now()
        await work()
        wall[i]!.push(performance.now() - start)
      }
      cpu[i]! += serverCpuMs(at.dir) - before
    }
  return works.map((_, i) => ({ wall: median(wall[i]!), cpu: cpu[i]! / (rounds * times) }))
}

/** CPU of the server's processes that are there now (connections stay open while a bench runs) and of those that were: workers come and go with a plan. */
function serverCpuMs(dir: string): number {
  const root = Number(readFileSync(path.join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  let ticks = 0
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(fields[1]) === root) ticks += Number(fields[11]) + Number(fields[12])
      if (Number(name) === root) ticks += Number(fields[13]) + Number(fields[14])
    } catch {
      // it ended meanwhile
    }
  }
  return ticks * 10
}

const codes = ['A12A', 'A12S', 'A12CK', 'A12V', 'A12FK']

/** Records one entry on a pathway of its own turn; each gets its codes in order. */
function recorder(at: LiveLedger, ledger: LedgerDatabase, hospital: { readonly ledger: number }, pathways: readonly number[]) {
  const actor = at.actor([hospital.ledger], roleMay.coordinator)
  let n = 0
  return () => {
    const i = n++
    const pathway = pathways[i % pathways.length]!
    const code = codes[Math.floor(i / pathways.length) % codes.length]!
    return ledger.as(actor, (session) =>
      session.actLast(hospital.ledger, [
        { key: crypto.randomUUID(), kind: 'recorded', pathway, payload: { code, occurred: '2025-06-30', place: hospital.ledger } },
      ]),
    )
  }
}

async function freshPathways(at: LiveLedger, ledger: LedgerDatabase, number: number, count: number): Promise<readonly number[]> {
  const actor = at.actor([number])
  const opened = await ledger.as(actor, async (session) => {
    const [patient] = await session.act(number, [{ key: crypto.randomUUID(), kind: 'patient-registered', payload: { name: 'Invented' } }])
    return session.act(
      number,
      Array.from({ length: count }, () => ({
        key: crypto.randomUUID(),
        kind: 'pathway-opened' as const,
        pack: 1,
        payload: { patient: patient!.seq, org: number },
      })),
    )
  })
  return opened.map((done) => done.pathway)
}

async function bareTable(at: LiveLedger): Promise<void> {
  await at.owner.query(`CREATE TABLE IF NOT EXISTS public.bare (LIKE varde.entry INCLUDING ALL)`)
}
const bareInsert = (client: Client, next: () => number) => () => {
  const n = next()
  return client.query({
    name: 'bare',
    text: `INSERT INTO public.bare (ledger, pathway, nth, seq, pack, code, occurred, recorded, recorded_at, place, standing, person, recorder) VALUES (1, $1::int, 1, $1::int, 1, 'A12A', '2025-06-30', '2025-06-30', 1751000000, 1, 'sure', 1, 'coordinator')`,
    values: [n],
  })
}
let bareRows = 0
const nextBare = () => ++bareRows

/** An entry recorded, layer and log included, against a bare INSERT of the same row: one client, both durable. */
export async function recordAgainstInsert(at: LiveLedger): Promise<Outcome> {
  await bareTable(at)
  const client = new Client(at.url)
  await client.connect()
  const ledger = at.open(1)
  try {
    const hospital = at.hospitals[0]!
    const record = recorder(at, ledger, hospital, await freshPathways(at, ledger, hospital.ledger, 400))
    const [own, bare] = await timed(at, [record, bareInsert(client, nextBare)], 8, 50)
    return {
      ratio: own!.wall / bare!.wall,
      detail: `${ms(own!.wall)} (${ms(own!.cpu)} of CPU at the server) against ${ms(bare!.wall)} (${ms(bare!.cpu)}), medians`,
    }
  } finally {
    await ledger.close()
    await client.end()
  }
}

/** So many entries, and as many bare rows, a second, by 32 clients each in its turn; half of ours on one hospital's ledger. */
export async function clients32(at: LiveLedger): Promise<Outcome> {
  await bareTable(at)
  const rate = async (works: readonly (() => Promise<unknown>)[]): Promise<number> => {
    const until = performance.now() + 4000
    let done = 0
    await Promise.all(
      works.map(async (work) => {
        while (performance.now() < until) {
          await work()
          done++
        }
      }),
    )
    return done / 4
  }
  const ledger = at.open(32)
  const recorders: (() => Promise<unknown>)[] = []
  for (let i = 0; i < 32; i++) {
    const hospital = at.hospitals[i % 2 === 0 ? 0 : i % at.hospitals.length]!
    recorders.push(recorder(at, ledger, hospital, await freshPathways(at, ledger, hospital.ledger, 20)))
  }
  await rate(recorders.slice(0, 4))
  const own = await rate(recorders)
  await ledger.close()
  const clients: Client[] = []
  for (let i = 0; i < 32; i++) {
    const client = new Client(at.url)
    await client.connect()
    clients.push(client)
  }
  const bare = await rate(clients.map((client) => bareInsert(client, nextBare)))
  await Promise.all(clients.map((client) => client.end()))
  return {
    ratio: bare / own,
    detail: `${Math.round(own)} entries a second by 32 clients, 16 of them on one ledger; ${Math.round(bare)} bare inserts a second by 32 clients`,
  }
}

/** The list of open pathways of enough hospitals to make some five thousand, with their clocks, as the service reads it. */
export async function openList(at: LiveLedger): Promise<Outcome> {
  const ledger = at.open(1)
  try {
    const ledgers = await at.hospitalsWithOpen(5000)
    const actor = at.actor(ledgers)
    let rows = 0
    const list = () =>
      ledger.as(actor, async (session) => {
        rows = (await listOpenClocks(session, at.live, ledgers, { asOf: at.asOf, asOfAt: endOfDay(at.asOf, at.live.content.zone) })).length
      })
    const [took] = await timed(at, [list], 5, 3)
    return {
      ratio: took!.wall / 150,
      detail: `${ms(took!.wall)} for ${rows} open pathways of ${ledgers.length} hospitals, ${ms(took!.cpu)} of CPU at the database`,
    }
  } finally {
    await ledger.close()
  }
}

const question = (at: LiveLedger, ledgers: readonly number[], day: Day, when: LiveQuestion['when']): LiveQuestion => ({
  live: at.live,
  ledgers,
  asking: { asOf: day, asOfAt: endOfDay(day, at.live.content.zone) },
  when,
  grouped: { by: new Set(['place', 'period']), period: 'month' },
})

const of4 = (at: LiveLedger) => at.live.content.indicators.filter((indicator) => indicator.id === 'OF4')

/** One hospital, one month, from the kept layer. */
export async function oneCell(at: LiveLedger): Promise<Outcome> {
  const ledger = at.open(1)
  try {
    const hospital = at.hospitals[Math.floor(at.hospitals.length / 2)]!
    const actor = at.actor([hospital.ledger])
    const cell = { place: String(hospital.ledger), period: 202_503, variant: null }
    let counted = 0
    const ask = () =>
      ledger.counting(actor, async (rows) => {
        counted = (await liveFigures(rows, question(at, [hospital.ledger], at.asOf, 'now'), of4(at), cell))[0]?.denominator ?? 0
      })
    const [took] = await timed(at, [ask], 5, 10)
    return {
      ratio: took!.wall / 20,
      detail: `${ms(took!.wall)} at ${at.entries.toLocaleString('en')} entries: ${counted} counted, a hospital of ${hospital.pathways} pathways, ${ms(took!.cpu)} of CPU at the database`,
    }
  } finally {
    await ledger.close()
  }
}

/** One indicator by place and month, of one hospital or of all. */
export async function figureOf(at: LiveLedger, which: 'one' | 'all'): Promise<Outcome> {
  const ledger = at.open(1)
  try {
    const ledgers = (which === 'one' ? at.hospitals.slice(0, 1) : at.hospitals).map((h) => h.ledger)
    const actor = at.actor(ledgers)
    let figures = 0
    const ask = () =>
      ledger.counting(actor, async (rows) => {
        figures = (await liveFigures(rows, question(at, ledgers, at.asOf, 'now'), of4(at))).length
      })
    const [took] = await timed(at, [ask], 3, 1)
    return {
      ratio: took!.wall / (which === 'one' ? 2000 : 20_000),
      detail: `${(took!.wall / 1000).toFixed(2)} s for ${figures} figures of ${ledgers.length === 1 ? 'the largest hospital' : `${ledgers.length} hospitals`}, of ${at.entries.toLocaleString('en')} entries in all`,
    }
  } finally {
    await ledger.close()
  }
}

/** The same figures as known a year before, against now. */
export async function pastAgainstNow(at: LiveLedger): Promise<Outcome> {
  const ledger = at.open(1)
  try {
    const ledgers = at.hospitals.slice(0, 3).map((h) => h.ledger)
    const actor = at.actor(ledgers)
    const ask = (day: Day, when: LiveQuestion['when']) => () =>
      ledger.counting(actor, (rows) => liveFigures(rows, question(at, ledgers, day, when), of4(at)))
    const [past, now] = await timed(at, [ask((at.asOf - 30) as Day, 'past'), ask(at.asOf, 'now')], 5, 2)
    return { ratio: past!.cpu / now!.cpu, detail: `${ms(past!.cpu)} as known a month before, ${ms(now!.cpu)} now, CPU at the database` }
  } finally {
    await ledger.close()
  }
}

/** The same questions with and without row level security. */
export async function rowSecurity(at: LiveLedger, what: 'list' | 'figures'): Promise<Outcome> {
  const ledger = at.open(1)
  const bypassing = at.open(1)
  try {
    const ledgers = what === 'list' ? await at.hospitalsWithOpen(5000) : at.hospitals.slice(0, 5).map((h) => h.ledger)
    const actor = at.actor(ledgers)
    const ask = (database: LedgerDatabase, free: boolean) => () =>
      database.as(actor, async (session) => {
        // The administrator of the bench is held back by nothing: the same text without the policies.
        await session.rows(free ? 'SET LOCAL ROLE varde' : `SET LOCAL ROLE ${what === 'list' ? 'varde_app' : 'varde_read'}`)
        if (what === 'list')
          await listOpenClocks(session, at.live, ledgers, { asOf: at.asOf, asOfAt: endOfDay(at.asOf, at.live.content.zone) })
        else await liveFigures(session.rows, question(at, ledgers, at.asOf, 'now'), of4(at))
      })
    const [held, free] = await timed(at, [ask(ledger, false), ask(bypassing, true)], 6, 3)
    return { ratio: held!.cpu / free!.cpu, detail: `${ms(held!.cpu)} with, ${ms(free!.cpu)} without, CPU at the database` }
  } finally {
    await ledger.close()
    await bypassing.close()
  }
}

/** A bench of the live ledger; `alone`: it brings its own. */
export interface LiveBench {
  readonly id: string
  readonly what: string
  readonly goal: Goal
  run(at: LiveLedger): Promise<Outcome>
}

const deskWords = {
  'first-rows': 'in the browser: milliseconds from asking for the list to its first rows (95th percentile), to 300',
  filter: 'in the browser: milliseconds from the key of a filter or an order to the rows (95th percentile), to 150',
  open: 'in the browser: milliseconds from Enter on a row to its pathway (95th percentile), to 200',
} as const

export const liveBenches: readonly LiveBench[] = [
  {
    id: 'record-vs-insert',
    what: 'an entry recorded, layer and log included, against a bare INSERT of the same row; one client, both on the disk before they are acknowledged',
    goal: { atMost: 3 },
    run: recordAgainstInsert,
  },
  {
    id: 'record-32-clients',
    what: 'bare inserts a second by 32 clients, to entries recorded a second by 32 clients',
    goal: { stated: true },
    run: clients32,
  },
  {
    id: 'open-list',
    what: 'milliseconds for the list of some 5,000 open pathways with clocks as of now, to 150',
    goal: { atMost: 1 },
    run: openList,
  },
  ...(['first-rows', 'filter', 'open'] as const).map((what) => ({
    id: `desk-${what}`,
    what: deskWords[what],
    goal: { atMost: 1 } as const,
    run: (at: LiveLedger) => deskSpeed(at, what),
  })),
  {
    id: 'desk-scroll',
    what: 'in the browser: frames without a row in some of the list while PageDown is held and the wheel is turned',
    goal: { atMost: 0 },
    run: deskScroll,
  },
  { id: 'live-cell', what: 'milliseconds for one cell of a figure from the kept layer, to 20', goal: { atMost: 1 }, run: oneCell },
  {
    id: 'live-hospital',
    what: 'seconds for an indicator of one hospital by month from the kept layer, to 2',
    goal: { atMost: 1 },
    run: (at) => figureOf(at, 'one'),
  },
  {
    id: 'live-all-hospitals',
    what: 'seconds for an indicator of all hospitals by month from the kept layer, to 20',
    goal: { atMost: 1 },
    run: (at) => figureOf(at, 'all'),
  },
  { id: 'past-vs-now', what: 'a figure as known on a past day, against the same figure now', goal: { atMost: 2 }, run: pastAgainstNow },
  {
    id: 'row-security-list',
    what: 'the list with row level security, against the same without',
    goal: { atMost: 1.25 },
    run: (at) => rowSecurity(at, 'list'),
  },
  {
    id: 'row-security-figures',
    what: 'figures with row level security, against the same without',
    goal: { atMost: 1.25 },
    run: (at) => rowSecurity(at, 'figures'),
  },
]

/** The whole service under load; it brings its own ledger. */
export const serviceBench = {
  id: 'coordinators-200',
  what: 'requests that failed while 200 coordinators worked on the demonstration region, reading and writing',
  goal: { atMost: 0 },
  run: coordinatorsAtWork,
} as const
