import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createFromTemplate } from '../../src/store/cluster.ts'
import { startEmbedded } from '../../src/store/embedded.ts'
import { openPostgres } from '../../src/store/postgres.ts'

/** Folders of kept servers for one test file, gone at its end. */
export function embeddedFolders() {
  let home = ''
  const at = (name: string): string => join(home, name)
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'varde-embedded-'))
    await (await startEmbedded({ dir: at('template') })).stop()
  })
  afterAll(() => rm(home, { recursive: true, force: true, maxRetries: 5 }))
  return {
    at,
    /** A folder whose server was started and stopped once: quicker than a first start. */
    async stopped(name: string): Promise<string> {
      await createFromTemplate({ template: at('template'), dir: at(name), durable: false })
      return at(name)
    },
  }
}

/** The column `answer` of the first row. */
export async function ask(url: string, sql: string): Promise<unknown> {
  const database = await openPostgres(url)
  try {
    return (await database.rows(sql))[0]?.['answer']
  } finally {
    await database.close()
  }
}
