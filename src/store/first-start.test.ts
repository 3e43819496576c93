import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from '../../test/support/embedded.ts'
import { importOf, nodeProcess, processesIn } from '../../test/support/node-process.ts'
import { startEmbedded } from './embedded.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'varde-first-'))
})
afterAll(() => rm(home, { recursive: true, force: true, maxRetries: 5 }))

const kills = process.env['SOAK'] ? 100 : 8
/** Kills of one folder follow each other, each later than the one before: a start meets what the one before it left. */
const killsAFolder = 4

function beginning(dir: string) {
  return nodeProcess(`${importOf('startEmbedded', 'embedded.ts')}
    console.log('starts')
    await startEmbedded({ dir: ${JSON.stringify(dir)} })
    console.log('started')
    setInterval(() => {}, 1000)`)
}

/** How long a first start takes here and now. */
async function measured(): Promise<number> {
  const run = beginning(join(home, 'measured'))
  await run.line()
  const began = performance.now()
  expect(await run.line()).toBe('started')
  run.kill('SIGKILL')
  await run.ended()
  return performance.now() - began
}

test.runIf(process.platform === 'linux')(
  `a first start killed at ${kills} moments is begun again or found whole`,
  async () => {
    const whole = await measured()
    let cutShort = 0
    for (let folder = 0; folder < kills / killsAFolder; folder++) {
      const dir = join(home, `folder-${folder}`)
      for (let kill = 0; kill < killsAFolder; kill++) {
        // Spread over the whole start, each at its own moment.
        const moment = ((kill + (folder + 0.5) / (kills / killsAFolder)) / killsAFolder) * whole
        const run = beginning(dir)
        await run.line()
        await Promise.race([new Promise((done) => setTimeout(done, moment)), run.ended()])
        run.kill('SIGKILL')
        await run.ended()
        if (!existsSync(join(dir, 'data'))) cutShort++
      }
      const server = await startEmbedded({ dir })
      expect(await ask(server.url, 'select 1 as answer'), dir).toBe(1)
      expect(await ask(server.serviceUrl, 'select current_user as answer')).toBe('varde_service')
      await server.stop()
      expect((await readdir(dir)).filter((name) => name !== 'data.new').toSorted()).toEqual(['data', 'log', 'password', 'service-password'])
      await expect.poll(() => processesIn(join(dir, 'data')), { timeout: 20_000 }).toEqual([])
    }
    // Kills that never met a half-made folder would prove nothing.
    expect(cutShort).toBeGreaterThanOrEqual(kills / killsAFolder / 2)
  },
  kills * 20_000,
)
