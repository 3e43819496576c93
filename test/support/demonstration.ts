import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listeningForSynthetic } from '../../src/cli/synthetic-feed.ts'
import type { PersonRole } from '../../src/core/words/role.ts'
import { type Served, serve } from '../../src/http/serve.ts'
import { readSettings } from '../../src/http/settings.ts'
import type { Demonstration } from '../../src/store/demonstration.ts'

export interface DemonstrationUnderTest {
  readonly address: string
  /** Port for messages of other systems, where they are taken. */
  feedPort(): number
  demonstration(): Demonstration
  /** Somebody of the region with this role; `nth` where there are several. */
  person(role: PersonRole, nth?: number): number
  /** The service goes away, and comes back at the same address with what was in it. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/** The service on a small demonstration, page included, on a port of its own. */
export async function openDemonstrationUnderTest(
  pathways: number,
  { feed = false }: { readonly feed?: boolean } = {},
): Promise<DemonstrationUnderTest> {
  const home = await mkdtemp(join(tmpdir(), 'varde-demonstration-'))
  let port = 0
  const begin = async (): Promise<Served> => {
    const read = readSettings({
      options: { data: join(home, 'data'), port: String(port), demonstration: 'yes', logLevel: 'silent', requestsPerMinute: '100000' },
      environment: {},
    })
    if (!read.ok) throw new Error(JSON.stringify(read.issues))
    return serve({
      settings: read.value,
      say: () => {},
      logTo: { write: () => {} },
      pathways,
      ...(feed ? { settle: listeningForSynthetic } : {}),
    })
  }
  let served = await begin()
  const { address } = served
  port = Number(new URL(address).port)
  const accounts = served.demonstration?.accounts ?? []
  return {
    address,
    demonstration: () => served.demonstration!, // it was asked for
    feedPort: () => served.feedPort ?? 0,
    person(role, nth = 0) {
      const found = accounts.filter((account) => account.role === role)[nth]
      if (!found) throw new Error(`There is no ${role} here.`)
      return found.person
    },
    goAway: () => served.stop(),
    comeBack: async () => {
      served = await begin()
    },
    async stop() {
      await served.stop()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
