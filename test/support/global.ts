import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../src/store/embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the administrator of the one PostgreSQL of this test run. */
    postgresUrl: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startEmbedded({ dir: await mkdtemp(join(tmpdir(), 'varde-test-')), keep: false })
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}
