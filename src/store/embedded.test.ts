import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'varde-embedded-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function ask(url: string, sql: string): Promise<unknown> {
  const database = await openPostgres(url)
  try {
    return (await database.rows(sql))[0]?.['answer']
  } finally {
    await database.close()
  }
}

describe('the embedded server', () => {
  test('keeps its data and password from one start to the next, and its folder to itself', async () => {
    const dir = join(home, 'kept')
    const first = await startEmbedded({ dir })
    await ask(first.url, `create table kept as select 'æ' as answer`)
    expect(await ask(first.url, `select current_setting('fsync') as answer`)).toBe('on')
    await first.stop()
    await first.stop()
    await expect(openPostgres(first.url)).rejects.toThrow('store/unreachable')

    const second = await startEmbedded({ dir })
    expect(await ask(second.url, 'select answer from kept')).toBe('æ')
    expect(new URL(second.url).hostname).toBe('127.0.0.1')
    expect(await ask(second.url, `select current_setting('listen_addresses') as answer`)).toBe('127.0.0.1')
    await second.stop()
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
    expect((await stat(join(dir, 'password'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(dir, 'log'), 'utf8')).not.toContain(new URL(first.url).password)
  })

  test('refuses a wrong password', async () => {
    const server = await startEmbedded({ dir: join(home, 'refuses'), keep: false })
    const url = new URL(server.url)
    url.password = 'guessed'
    await expect(openPostgres(url.href)).rejects.toMatchObject({
      issues: [{ code: 'store/unreachable', message: expect.stringContaining('password is wrong') }],
    })
    await server.stop()
    expect(existsSync(join(home, 'refuses'))).toBe(false)
  })

  test('says what its log says when it cannot start', async () => {
    const dir = join(home, 'broken')
    await (await startEmbedded({ dir })).stop()
    await writeFile(join(dir, 'data', 'postgresql.conf'), 'no_such_setting = 1\n')
    await expect(startEmbedded({ dir })).rejects.toThrow('no_such_setting')
  })

  test.each(['process.exitCode = 0', 'process.exit(0)', `process.kill(process.pid, 'SIGKILL')`])(
    'does not outlive a process that ends by %s',
    async (end) => {
      const dir = await mkdtemp(join(home, 'left-'))
      const script = `
      import { readFileSync } from 'node:fs'
      import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
      const server = await startEmbedded({ dir: ${JSON.stringify(dir)}, keep: false })
      console.log(server.url, readFileSync(${JSON.stringify(join(dir, 'data', 'postmaster.pid'))}, 'utf8').split('\\n')[0])
      ${end}`
      const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
      const { stdout } = await run.catch((error: { stdout: string }) => error)
      const url = stdout.split(' ')[0] ?? ''
      expect(url).toContain('postgres://')
      await expect
        .poll(
          () =>
            openPostgres(url).then(
              (database) => database.close(),
              () => 'gone',
            ),
          { timeout: 10_000 },
        )
        .toBe('gone')
    },
  )
})
