import { serve } from '../http/serve.ts'
import type { Settings } from '../http/settings.ts'
import type { Demonstration } from '../store/demonstration.ts'
import type { Io } from './io.ts'
import { listeningForSynthetic, sendSynthetic } from './synthetic-feed.ts'
import { textTable } from './table.ts'

export interface StartOptions {
  readonly fresh?: boolean
  /** A system that is made up sends messages, so that one sees what that does. */
  readonly feed?: boolean
  /** Smaller than it is shipped: for tests. */
  readonly pathways?: number
}

/** `varde start`: the service on an invented hospital region, for whoever wants to look around. */
export async function start(settings: Settings, { feed = false, ...options }: StartOptions, io: Io): Promise<void> {
  const say = progress(io)
  const served = await serve({
    settings: { ...settings, demonstration: true, logLevel: 'warn' },
    say,
    ...options,
    ...(feed ? { settle: listeningForSynthetic } : {}),
  })
  say.done()
  if (served.demonstration) io.out(welcome(served.address, served.demonstration))
  const { feedPort: port, demonstration } = served
  const sending = port === undefined || !demonstration ? undefined : await sendSynthetic({ port, demonstration, everyMs: 10_000 })
  if (sending) io.out(`A made-up system sends an appointment every ten seconds, to port ${port}: watch the list of the trust Kyst.\n`)
  await io.untilAsked()
  sending?.stop()
  io.out('Stopping.\n')
  await served.stop()
}

/** What is going on: where somebody looks, on one line that is written over; elsewhere each step once. */
function progress(io: Io): ((sentence: string) => void) & { done(): void } {
  let [last, open] = ['', false]
  const say = (sentence: string): void => {
    const step = sentence.replace(/: \d+ %$/, '')
    if (io.showsProgress) io.err(`\r${sentence.padEnd(70)}`)
    else if (step !== last) io.err(`${step} ...\n`)
    ;[last, open] = [step, true]
  }
  return Object.assign(say, {
    done: () => {
      if (open && io.showsProgress) io.err(`\r${' '.repeat(70)}\r`)
    },
  })
}

/** Who is in it, one of each role and region, and how to be one of them. */
function welcome(address: string, { accounts, madeFor }: Demonstration): string {
  const shown = accounts.filter((a, i) => accounts.findIndex((b) => b.role === a.role && b.region === a.region) === i)
  const table = textTable(
    ['person', 'role', 'organisation', 'good for'],
    shown.map((a) => [String(a.person), a.role, a.orgName, a.goodFor]),
    new Set([0]),
  )
  return `
DEMONSTRATION: everything here is invented - patients, people, hospitals, figures - as of ${madeFor}. Only this machine can reach it.

Varde is at ${address}

${table}
Open ${address} in a browser and choose who to be (${accounts.length} people in all).

All that can be asked over HTTP: ${address}/api/openapi.json. Ctrl-C stops it; what was recorded stays.
`
}
