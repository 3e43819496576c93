import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase, postgresServers } from '../../test/support/postgres.ts'
import { openPostgres, type PostgresDatabase } from './postgres.ts'

describe.each(postgresServers())('$name', ({ url: serverUrl }) => {
  let fresh: FreshDatabase
  let database: PostgresDatabase
  beforeAll(async () => {
    fresh = await freshDatabase(serverUrl)
    database = await openPostgres(fresh.url)
  })
  afterAll(async () => {
    await database.close()
    await fresh.drop()
  })

  test('gives numbers as numbers, days and moments as text', async () => {
    const sql = `select 9007199254740991::int8 as whole, 0.25::numeric as part, 1e-3::float8 as small, count(*) as counted, true as yes, null as nothing,
      date '2024-02-29' as day, timestamp '2024-03-31 02:30:00' as wall, timestamptz '2024-03-31 02:30:00+02' as moment`
    expect(await database.rows(sql)).toEqual([
      {
        whole: 9007199254740991,
        part: 0.25,
        small: 0.001,
        counted: 1,
        yes: true,
        nothing: null,
        day: '2024-02-29',
        wall: '2024-03-31 02:30:00',
        moment: '2024-03-31T00:30:00.000000Z',
      },
    ])
  })

  test('refuses a whole number it cannot give exactly, and goes on', async () => {
    await expect(database.rows('select 9007199254740993::int8 as n')).rejects.toThrow('too large')
    await expect(database.rows('select sum(n) as n from (values (9007199254740991::int8), (2)) t(n)')).rejects.toThrow('too large')
    expect(await database.rows('select 1 as n')).toEqual([{ n: 1 }])
  })

  test('does what it is asked one after another, also when asked all at once', async () => {
    const asked = [1, 2, 3, 4].map((n) => database.rows(n === 2 ? 'select nothing at all' : `select ${n} as n`))
    const answers = await Promise.allSettled(asked)
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  })

  test('takes parameters as values, never as SQL', async () => {
    const nasty = `'; drop table entry; --`
    expect(await database.rows('select $1::text as a, $2::int as b, $3::bool as c, $4::text as d', [nasty, 7, true, null])).toEqual([
      { a: nasty, b: 7, c: true, d: null },
    ])
  })

  test('copies rows in with quotes, line ends, nothing and empty text kept apart', async () => {
    await database.run('create table "odd ""name" (id int, "a,b" text)')
    const lines = ['1,"say ""hi"", then\n\\.\nleave"', '2,', '3,""', '4,æøå\\n', '5,"\\."']
    await database.copyIn('odd "name', ['id', 'a,b'], lines)
    expect(await database.rows('select id, "a,b" as text from "odd ""name" order by id')).toEqual([
      { id: 1, text: 'say "hi", then\n\\.\nleave' },
      { id: 2, text: null },
      { id: 3, text: '' },
      { id: 4, text: 'æøå\\n' },
      { id: 5, text: '\\.' },
    ])
  })

  test('copies many rows from an asynchronous source, and all of a copy or none of it', async () => {
    await database.run('create table many (n int8)')
    async function* numbers(last: string) {
      for (let n = 1; n <= 100_000; n++) yield String(n)
      yield last
    }
    await database.copyIn('many', ['n'], numbers('100001'))
    await expect(database.copyIn('many', ['n'], numbers('no number'))).rejects.toThrow()
    async function* broken() {
      yield '1'
      throw new Error('the file ended early')
    }
    await expect(database.copyIn('many', ['n'], broken())).rejects.toThrow('the file ended early')
    expect(await database.rows('select count(*) as n, sum(n) as total from many')).toEqual([{ n: 100_001, total: 5_000_150_001 }])
    await database.copyIn('many', ['n'], [])
  })

  test.each([
    ['another password', { password: 'sesame-1' }, 'password is wrong'],
    ['a database that is not there', { pathname: '/nowhere' }, 'no database of that name'],
    ['a port where nothing listens', { port: '1' }, 'nothing answers there'],
  ])('says what to check when given %s', async (_, change, advice) => {
    const { password } = new URL(serverUrl)
    const url = Object.assign(new URL(serverUrl), change)
    const error = await openPostgres(url.href).catch((thrown) => thrown)
    expect(error.issues).toEqual([{ code: 'store/unreachable', message: expect.stringContaining(advice), path: [] }])
    for (const secret of [password, 'sesame-1']) expect(error.issues[0].message + error.message + error.stack).not.toContain(secret)
  })
})

test.each(['', 'nonsense', 'mysql://u:sesame-1@localhost/db', 'postgres://u:sesame-1@host:port/db'])(
  '%j is no address of a database',
  async (url) => {
    const error = await openPostgres(url).catch((thrown) => thrown)
    expect(error.issues[0]).toMatchObject({ code: 'store/unreachable', message: expect.stringContaining('write postgres://') })
    expect(error.issues[0].message).not.toContain('sesame-1')
  },
)
