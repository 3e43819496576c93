import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packOf } from '../../test/support/live-ledger.ts'
import { openScene } from '../../test/support/scene.ts'
import { type EmbeddedServer, startEmbedded } from './embedded.ts'
import { installPacks } from './install-packs.ts'
import { openLedger } from './ledger-database.ts'
import { migrate } from './migrate.ts'
import { verifyDatabase } from './verify.ts'

// A server of its own: roles belong to a whole server, and here they must be made by somebody who is no superuser.
describe('a database whose owner is no superuser', () => {
  let server: EmbeddedServer
  let ownerUrl = ''
  let serviceUrl = ''
  beforeAll(async () => {
    server = await startEmbedded({ dir: await mkdtemp(join(tmpdir(), 'varde-house-')), keep: false })
    const administrator = new Client(server.url)
    await administrator.connect()
    await administrator.query(
      `CREATE ROLE house_owner LOGIN CREATEROLE PASSWORD 'o'; CREATE ROLE house_service LOGIN NOINHERIT PASSWORD 's'`,
    )
    await administrator.query('CREATE DATABASE house OWNER house_owner TEMPLATE template0')
    await administrator.end()
    const as = (user: string, password: string) => {
      const url = new URL(server.url)
      Object.assign(url, { username: user, password, pathname: '/house' })
      return url.href
    }
    ownerUrl = as('house_owner', 'o')
    serviceUrl = as('house_service', 's')
  })
  afterAll(() => server.stop())

  test('is brought to this version twice, verified, and its service can do no more than its roles', async () => {
    expect((await migrate(ownerUrl, 'house_service')).applied).not.toEqual([])
    expect((await migrate(ownerUrl, 'house_service')).applied).toEqual([])
    const packs = await installPacks(ownerUrl, [{ folder: 'packs/demo', content: await packOf('packs/demo') }])
    const scene = await openScene(serviceUrl, { hospitals: 1, packs: [1] })
    await scene.pathway(2, 1)
    await scene.close()
    expect(await verifyDatabase({ ownerUrl, packs, now: () => new Date() })).toMatchObject({ problems: [], notes: [] })
    const service = openLedger({ url: serviceUrl })
    await expect(service.rows('SET ROLE varde_owner')).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    await expect(service.rows(`SELECT import_log('{}')`)).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    await expect(service.rows('DELETE FROM log')).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    await service.close()
  })

  test('one that a newer version has used is left alone', async () => {
    const owner = new Client(ownerUrl)
    await owner.connect()
    await owner.query(`SET ROLE varde_owner; INSERT INTO varde.migration VALUES (9999, 'later')`)
    await owner.end()
    await expect(migrate(ownerUrl)).rejects.toMatchObject({ issues: [{ code: 'store/newer' }] })
  })
})
