import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ask, embeddedFolders } from '../../test/support/embedded.ts'
import { importOf, type NodeProcess, nodeProcess, processesIn } from '../../test/support/node-process.ts'
import { startEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

const folders = embeddedFolders()
const data = (dir: string): string => join(dir, 'data')
const postmasterOf = async (dir: string): Promise<number> =>
  Number((await readFile(join(data(dir), 'postmaster.pid'), 'utf8')).split('\n')[0])
const noneIn = (dir: string) => expect.poll(() => processesIn(data(dir)), { timeout: 20_000 }).toEqual([])

/** A process that has started the server of the folder, and holds it. */
async function holder(dir: string, { env = process.env, keep = true } = {}): Promise<NodeProcess> {
  const run = nodeProcess(
    `${importOf('startEmbedded', 'embedded.ts')}
    const server = await startEmbedded({ dir: ${JSON.stringify(dir)}, keep: ${keep} })
    console.log('started')
    setInterval(() => {}, 1000)`,
    { env },
  )
  expect(await run.line(), run.errors()).toBe('started')
  return run
}

/** A system without setpriv: nothing ends a server whose starter is killed. */
async function withoutSetpriv(): Promise<NodeJS.ProcessEnv> {
  const bin = folders.at('bin')
  if (await mkdir(bin, { recursive: true })) symlinkSync('/usr/bin/unshare', join(bin, 'unshare'))
  return { ...process.env, PATH: bin }
}

async function orphan(dir: string, options: { readonly keep?: boolean } = {}): Promise<number> {
  const run = await holder(dir, { env: await withoutSetpriv(), ...options })
  const pid = await postmasterOf(dir)
  run.kill('SIGKILL')
  await run.ended()
  return pid
}

describe.runIf(process.platform === 'linux')('what a killed process leaves', () => {
  test('is a server that ends by itself, and a folder that can be opened at once', async () => {
    const dir = await folders.stopped('killed')
    const run = await holder(dir)
    run.kill('SIGKILL')
    await run.ended()
    const server = await startEmbedded({ dir })
    expect(await ask(server.url, 'select 1 as answer')).toBe(1)
    await server.stop()
    expect(processesIn(data(dir))).toEqual([])
  })

  test('is a server that is taken over while it answers, sessions and all, and stopped in the end', async () => {
    const dir = await folders.stopped('orphan')
    const pid = await orphan(dir)
    const passwords = await Promise.all(['password', 'service-password'].map((file) => readFile(join(dir, file), 'utf8')))
    expect(processesIn(data(dir))).toContain(pid)

    const server = await startEmbedded({ dir })
    expect(await postmasterOf(dir)).toBe(pid)
    expect(await ask(server.url, `select current_setting('fsync') as answer`)).toBe('on')
    expect(await ask(server.serviceUrl, 'select current_user as answer')).toBe('varde_service')
    expect([server.url, server.serviceUrl].map((url) => new URL(url).password)).toEqual(passwords)
    const session = await openPostgres(server.serviceUrl)
    await Promise.all([server.stop(), server.stop()])
    await session.close().catch(() => {})
    expect(processesIn(data(dir))).toEqual([])

    const next = await startEmbedded({ dir })
    expect(await postmasterOf(dir)).not.toBe(pid)
    await next.stop()
  })

  test('is a server that the next process, when it just ends, takes along', async () => {
    const dir = await folders.stopped('adopted-twice')
    await orphan(dir)
    const run = nodeProcess(`${importOf('startEmbedded', 'embedded.ts')}
      await startEmbedded({ dir: ${JSON.stringify(dir)} })`)
    expect(await run.ended()).toBe(0)
    expect(processesIn(data(dir))).toEqual([])
  })

  test('is a server that is stopped and started anew where it could lose something', async () => {
    const dir = await folders.stopped('careless')
    const pid = await orphan(dir, { keep: false })
    const server = await startEmbedded({ dir })
    expect(await postmasterOf(dir)).not.toBe(pid)
    expect(await ask(server.url, `select current_setting('fsync') as answer`)).toBe('on')
    await server.stop()
    await noneIn(dir)
  })

  test('is a server that is stopped where our password does not open it; then we are told how to get a new one', async () => {
    const dir = await folders.stopped('other-password')
    await orphan(dir)
    await writeFile(join(dir, 'password'), 'another')
    const message = expect.stringMatching(/password in .*Delete this file/)
    await expect(startEmbedded({ dir })).rejects.toMatchObject({ issues: [{ code: 'store/unusable', message }] })
    expect(processesIn(data(dir))).toEqual([])
    await rm(join(dir, 'password'))
    await (await startEmbedded({ dir })).stop()
  })
})

describe.runIf(process.platform === 'linux')('what a killed server leaves', () => {
  test('is started again, though its helpers held on to its memory', async () => {
    const dir = await folders.stopped('server-killed')
    const first = await startEmbedded({ dir })
    await ask(first.url, `create table kept as select 'held' as answer`)
    const session = await openPostgres(first.url)
    const busy = session.rows('select pg_sleep(60)').catch(() => 'cut')
    await expect
      .poll(() => ask(first.url, `select count(*)::int as answer from pg_stat_activity where query like '%pg_sleep(60)%'`))
      .toBe(2)
    process.kill(await postmasterOf(dir), 'SIGKILL')
    await first.stop()

    const second = await startEmbedded({ dir })
    expect(await busy).toBe('cut')
    expect(await ask(second.url, 'select answer from kept')).toBe('held')
    await second.stop()
    await noneIn(dir)
  })

  test('may be a process id that is now somebody else, who is left alone', async () => {
    const dir = await folders.stopped('id-given-again')
    const first = await startEmbedded({ dir })
    await ask(first.url, `create table kept as select 'held' as answer`)
    const pid = await postmasterOf(dir)
    process.kill(pid, 'SIGKILL')
    await first.stop()
    await noneIn(dir)
    const other = spawn('sleep', ['60'], { stdio: 'ignore' })
    const file = join(data(dir), 'postmaster.pid')
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(other.pid)))

    const second = await startEmbedded({ dir })
    expect(await ask(second.url, 'select answer from kept')).toBe('held')
    await second.stop()
    expect(other.exitCode ?? other.signalCode).toBe(null)
    other.kill()
    await once(other, 'exit')
  })
})
