import { existsSync } from 'node:fs'
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ask, embeddedFolders } from '../../test/support/embedded.ts'
import { importOf, nodeProcess, processesIn } from '../../test/support/node-process.ts'
import { majorVersion } from './cluster.ts'
import { startEmbedded } from './embedded.ts'
import { openFolder } from './folder-lock.ts'
import { openPostgres } from './postgres.ts'
import { isServerOf } from './processes.ts'

const folders = embeddedFolders()
const onLinux = test.runIf(process.platform === 'linux')
const issue = (code: string, ...parts: readonly string[]) => ({
  issues: [{ code, message: expect.stringMatching(new RegExp(parts.map((part) => part.replace(/[()[\]./*]/g, '\\$&')).join('[^]*'))) }],
})
const setting = (name: string): string => `select current_setting('${name}') as answer`

describe('the embedded server', () => {
  test('keeps its data and passwords from one start to the next, and its folder to itself', async () => {
    const dir = folders.at('kept')
    const first = await startEmbedded({ dir })
    expect((await readFile(join(dir, 'data', 'PG_VERSION'), 'utf8')).trim()).toBe(majorVersion)
    await ask(first.url, `create table kept as select 'æ' as answer`)
    await Promise.all([first.stop(), first.stop()])
    await first.stop()
    await expect(openPostgres(first.url)).rejects.toThrow('store/unreachable')

    const second = await startEmbedded({ dir })
    expect(await ask(second.url, 'select answer from kept')).toBe('æ')
    for (const key of ['url', 'serviceUrl'] as const) {
      expect(new URL(second[key]).password).toBe(new URL(first[key]).password)
      expect(new URL(second[key]).hostname).toBe('127.0.0.1')
    }
    await second.stop()
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
    for (const file of ['password', 'service-password', 'log']) expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600)
  })

  test('loses nothing by its settings, whatever stands in the data folder', async () => {
    const dir = await folders.stopped('durable')
    await writeFile(join(dir, 'data', 'postgresql.auto.conf'), 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n')
    const server = await startEmbedded({ dir })
    for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) expect(await ask(server.url, setting(name))).toBe('on')
    expect(await ask(server.serviceUrl, setting('fsync'))).toBe('on')
    expect(await ask(server.url, setting('listen_addresses'))).toBe('127.0.0.1')
    expect(await ask(server.url, setting('unix_socket_directories'))).toBe('')
    expect(await ask(server.url, setting('jit'))).toBe('off')
    expect(await ask(server.url, setting('max_connections'))).toBe('60')
    await server.stop()
  })

  test('has a login for the service that may do nothing by itself, put right at each start', async () => {
    const dir = await folders.stopped('logins')
    const rights = `select concat_ws(' ', rolcanlogin, rolsuper, rolbypassrls, rolinherit, rolcreatedb, rolcreaterole) as answer
      from pg_roles where rolname = 'varde_service'`
    const first = await startEmbedded({ dir })
    expect(await ask(first.serviceUrl, 'select current_user as answer')).toBe('varde_service')
    expect(await ask(first.url, 'select current_user as answer')).toBe('varde')
    expect(new URL(first.serviceUrl).password).not.toBe(new URL(first.url).password)
    expect(await ask(first.url, rights)).toBe('t f f f f f')
    await expect(ask(first.serviceUrl, `select pg_read_file('PG_VERSION') as answer`)).rejects.toThrow('permission denied')
    await ask(first.url, `alter role varde_service superuser bypassrls inherit password 'other'`)
    await first.stop()

    const second = await startEmbedded({ dir })
    expect(await ask(second.serviceUrl, rights)).toBe('t f f f f f')
    await ask(second.url, 'drop role varde_service')
    await second.stop()
    await rm(join(dir, 'service-password'))

    const third = await startEmbedded({ dir })
    expect(await ask(third.serviceUrl, rights)).toBe('t f f f f f')
    expect(new URL(third.serviceUrl).password).not.toBe(new URL(first.serviceUrl).password)
    await third.stop()
  })

  test('writes no password, statement or value into its log', async () => {
    const dir = await folders.stopped('quiet')
    const server = await startEmbedded({ dir })
    await expect(ask(server.url, `select 'Kari Nordmann'::integer as answer`)).rejects.toThrow()
    await expect(ask(server.serviceUrl, `select nothing from "Kari Nordmann"`)).rejects.toThrow()
    await server.stop()
    const log = await readFile(join(dir, 'log'), 'utf8')
    expect(log).toContain('ready to accept connections')
    for (const secret of ['Kari', 'nothing', new URL(server.url).password, new URL(server.serviceUrl).password])
      expect(log).not.toContain(secret)
  })

  test('makes a new password where the file of the old one is lost', async () => {
    const dir = await folders.stopped('lost')
    const old = await readFile(join(dir, 'password'), 'utf8')
    await rm(join(dir, 'password'))
    const server = await startEmbedded({ dir })
    expect(await ask(server.url, 'select 1 as answer')).toBe(1)
    expect(new URL(server.url).password).not.toBe(old)
    await server.stop()
  })

  test('refuses a wrong password', async () => {
    const server = await startEmbedded({ dir: folders.at('refuses'), keep: false })
    const url = new URL(server.url)
    url.password = 'guessed'
    await expect(openPostgres(url.href)).rejects.toMatchObject(issue('store/unreachable', 'password is wrong'))
    await server.stop()
    expect(existsSync(folders.at('refuses'))).toBe(false)
  })

  test('is refused while another start holds the folder, and holds it until it has stopped', async () => {
    const dir = await folders.stopped('shared')
    const server = await startEmbedded({ dir })
    await expect(startEmbedded({ dir })).rejects.toMatchObject(issue('store/in-use', dir, `process ${process.pid}`))
    await server.stop()
    const held = await openFolder(dir, 'varde serve')
    const second = await startEmbedded({ dir, held })
    await second.stop()
    await expect(startEmbedded({ dir })).rejects.toMatchObject(issue('store/in-use', 'varde serve'))
    await held.release()
  })

  test('says what its log says when it cannot start, and lets go of the folder', async () => {
    const dir = await folders.stopped('broken')
    await writeFile(join(dir, 'data', 'postgresql.conf'), 'no_such_setting = 1\n')
    await expect(startEmbedded({ dir })).rejects.toMatchObject(issue('store/unusable', 'no_such_setting'))
    await writeFile(join(dir, 'data', 'postgresql.conf'), '')
    await (await startEmbedded({ dir })).stop()
  })

  test.each(['15', '19'])('refuses a folder that PostgreSQL %s wrote, and says what to do', async (version) => {
    const dir = folders.at(`version-${version}`)
    await mkdir(join(dir, 'data', 'global'), { recursive: true })
    await writeFile(join(dir, 'data', 'global', 'pg_control'), '')
    await writeFile(join(dir, 'data', 'PG_VERSION'), `${version}\n`)
    const says = issue('store/other-version', dir, `PostgreSQL ${version}`, 'export it', 'import it')
    await expect(startEmbedded({ dir })).rejects.toMatchObject(says)
    expect(await readFile(join(dir, 'data', 'PG_VERSION'), 'utf8')).toBe(`${version}\n`)
  })

  test('refuses a data folder that is not whole, and says which to delete', async () => {
    const dir = folders.at('half')
    await mkdir(join(dir, 'data'), { recursive: true })
    await expect(startEmbedded({ dir })).rejects.toMatchObject(issue('store/unusable', join(dir, 'data'), 'delete it'))
  })
})

/** Starts a server, then runs `then`; prints the process id of the server first. */
const starting = (dir: string, keep: boolean, then: string): string => `${importOf('startEmbedded', 'embedded.ts')}
  import { readFileSync } from 'node:fs'
  const server = await startEmbedded({ dir: ${JSON.stringify(dir)}, keep: ${keep} })
  console.log(readFileSync(${JSON.stringify(join(dir, 'data', 'postmaster.pid'))}, 'utf8').split('\\n')[0])
  ${then}`

describe('the end of the process', () => {
  onLinux.each(['process.exitCode = 0', 'process.exit(0)', `process.kill(process.pid, 'SIGKILL')`])(
    'takes a throw-away server along: %s',
    async (end) => {
      const dir = await folders.stopped(`left-${end.length}`)
      const data = await realpath(join(dir, 'data'))
      const run = nodeProcess(starting(dir, false, end))
      const server = Number(await run.line())
      expect(server).toBeGreaterThan(1)
      await run.ended()
      await expect.poll(() => isServerOf(server, data), { timeout: 10_000 }).toBe(false)
      // Who is killed cannot tidy up.
      if (!end.includes('SIGKILL')) expect(existsSync(dir)).toBe(false)
    },
  )

  onLinux.each([
    ['SIGTERM', 'stops it, then ends', `process.once('SIGTERM', () => server.stop().then(() => process.exit(0)))`],
    ['SIGTERM', 'just ends', `process.once('SIGTERM', () => process.exit(0))`],
    ['SIGINT', 'just ends', `process.once('SIGINT', () => process.exit(0))`],
  ] as const)('leaves nothing of a kept server running: %s to a process that %s', async (signal, _, then) => {
    const dir = await folders.stopped(`${signal}-${then.length}`)
    const run = nodeProcess(starting(dir, true, `${then}; console.log('ready'); setInterval(() => {}, 1000)`))
    await run.line()
    expect(await run.line()).toBe('ready')
    expect(processesIn(join(dir, 'data')).length).toBeGreaterThan(3)
    run.kill(signal)
    expect(await run.ended()).toBe(0)
    expect(processesIn(join(dir, 'data'))).toEqual([])
    expect(existsSync(join(dir, 'lock'))).toBe(false)
    expect(existsSync(join(dir, 'data', 'postmaster.pid'))).toBe(false)
  })

  onLinux('comes to a kept server only through us: Ctrl-C leaves it for requests in hand', async () => {
    const dir = await folders.stopped('ctrl-c')
    const run = nodeProcess(
      `${importOf('openPostgres', 'postgres.ts')}${starting(
        dir,
        true,
        `process.once('SIGINT', async () => {
        await new Promise((done) => setTimeout(done, 300))
        const database = await openPostgres(server.serviceUrl)
        console.log((await database.rows('select 7 as answer'))[0].answer)
        await database.close()
        await server.stop()
        process.exit(0)
      })
      console.log('ready')
      setInterval(() => {}, 1000)`,
      )}`,
    )
    await run.line()
    expect(await run.line()).toBe('ready')
    process.kill(-run.pid, 'SIGINT')
    expect(await run.line()).toBe('7')
    expect(await run.ended()).toBe(0)
    expect(run.errors()).toBe('')
    expect(processesIn(join(dir, 'data'))).toEqual([])
  })
})

onLinux('root who may make no user namespace is told what to do', async ({ skip }) => {
  const dir = await folders.stopped('root')
  // In a namespace where we are root, and in which no further one may be made.
  const under = ['unshare', '-U', '--map-root-user', 'sh', '-c', 'echo 0 >/proc/sys/user/max_user_namespaces || exit 77; exec "$0" "$@"']
  const run = nodeProcess(
    `${importOf('startEmbedded', 'embedded.ts')}
    await startEmbedded({ dir: ${JSON.stringify(await realpath(dir))} }).catch((error) => console.log(error.issues[0].code, error.issues[0].message))`,
    { under },
  )
  const said = await run.line()
  if ((await run.ended()) !== 0 && said === undefined) skip('This system lets us make no user namespace either.')
  expect(said).toMatch(/^store\/unusable PostgreSQL refuses to run as root.*unshare -U.*another user.*address of a PostgreSQL server/)
})
