import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importOf, nodeProcess } from '../../test/support/node-process.ts'
import { lockByFile, lockBySocket, openFolder } from './folder-lock.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'varde-lock-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const ways = { lockByFile, lockBySocket }
const onThisSystem = (['lockByFile', 'lockBySocket'] as const).filter((way) => way === 'lockByFile' || process.platform === 'linux')

describe.each(onThisSystem)('a folder held with %s', (way) => {
  const take = ways[way]
  const folder = (name: string): string => join(home, `${way}-${name}`)

  test('is refused to a second process in a sentence that names the first, until that is killed', async () => {
    const dir = folder('killed')
    const first = nodeProcess(`${importOf(`openFolder, ${way}`, 'folder-lock.ts')}
      const held = await openFolder(${JSON.stringify(dir)}, 'varde serve', ${way})
      await held.setAddress('http://127.0.0.1:4000')
      console.log('held')
      setInterval(() => {}, 1000)`)
    expect(await first.line()).toBe('held')
    const message = expect.stringMatching(
      new RegExp(
        `^The folder ${dir} is in use by process ${first.pid} \\(varde serve, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d, ` +
          `at http://127\\.0\\.0\\.1:4000\\)\\. Stop it, or name another folder with --data\\.$`,
      ),
    )
    await expect(openFolder(dir, 'varde', take)).rejects.toMatchObject({ issues: [{ code: 'store/in-use', message }] })
    expect(JSON.parse(await readFile(join(dir, 'lock'), 'utf8'))).toMatchObject({ pid: first.pid, what: 'varde serve' })
    expect((await stat(join(dir, 'lock'))).mode & 0o777).toBe(0o600)

    first.kill('SIGKILL')
    await first.ended()
    expect(existsSync(join(dir, 'lock'))).toBe(true)
    const second = await openFolder(dir, 'varde', take)
    expect(JSON.parse(await readFile(join(dir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, what: 'varde' })
    await second.release()
  })

  test('is free after its release, and twice is harmless', async () => {
    const dir = folder('released')
    const first = await openFolder(dir, 'varde', take)
    await first.release()
    expect(existsSync(join(dir, 'lock'))).toBe(false)
    const second = await openFolder(dir, 'varde', take)
    await first.release()
    await expect(openFolder(dir, 'varde', take)).rejects.toMatchObject({ issues: [{ code: 'store/in-use' }] })
    await second.release()
  })

  test('goes to one of many that want it at once, also over what a killed process left', async () => {
    const dir = folder('many')
    await (await openFolder(dir, 'varde', take)).release()
    await writeFile(join(dir, 'lock'), JSON.stringify({ pid: 4_194_304, startedAt: '2026-03-07T08:12:00.000Z', what: 'varde' }))
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openFolder(dir, 'varde', take)))
    const got = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(got).toHaveLength(1)
    await got[0]?.release()
  })

  test('is let go by a process that ends by itself', async () => {
    const dir = folder('ends')
    const first = nodeProcess(`${importOf(`openFolder, ${way}`, 'folder-lock.ts')}
      await openFolder(${JSON.stringify(dir)}, 'varde', ${way})`)
    expect(await first.ended()).toBe(0)
    expect(existsSync(join(dir, 'lock'))).toBe(false)
  })
})

test('a lock file whose process id now belongs to another process is stale', async () => {
  const dir = join(home, 'given-again')
  const first = await openFolder(dir, 'varde', lockByFile)
  const lock = JSON.parse(await readFile(join(dir, 'lock'), 'utf8'))
  await first.release()
  await writeFile(join(dir, 'lock'), JSON.stringify({ ...lock, beginning: 'Thu Jan  1 00:00:00 1970' }))
  await (await openFolder(dir, 'varde', lockByFile)).release()
})

test('a folder that cannot be made is named', async () => {
  await writeFile(join(home, 'file'), '')
  const message = expect.stringContaining(join(home, 'file', 'folder'))
  await expect(openFolder(join(home, 'file', 'folder'), 'varde')).rejects.toMatchObject({ issues: [{ code: 'store/unusable', message }] })
})
