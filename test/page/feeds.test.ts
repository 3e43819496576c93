import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendSynthetic, syntheticMessage, syntheticSender } from '../../src/cli/synthetic-feed.ts'
import type { Day } from '../../src/core/words/day.ts'
import { connectClient } from '../../src/store/postgres.ts'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type MllpSender, mllpSender } from '../support/mllp-sender.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

/** Other systems send while somebody works at the desk. */
describe('messages while somebody is at the desk', () => {
  let demonstration: DemonstrationUnderTest
  let browser: Browser
  let desk: Desk
  let sender: MllpSender
  beforeAll(async () => {
    demonstration = await openDemonstrationUnderTest(300, { feed: true })
    browser = await openBrowser()
    desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
    sender = await mllpSender(demonstration.feedPort())
  })
  afterAll(async () => {
    sender?.leave()
    await browser?.close()
    await demonstration?.stop()
  })

  const owned = async <T>(
    task: (rows: (sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>) => Promise<T>,
  ): Promise<T> => {
    const client = await connectClient(demonstration.demonstration().server.url)
    try {
      await client.query('SET search_path = varde')
      return await task(async (sql, params) => (await client.query(sql, params)).rows)
    } finally {
      await client.end()
    }
  }
  const rows = () => desk.page.locator('.grid-body .grid-row')
  let numbers = 0
  const send = (nationalId: string, on: Day) =>
    sender.send(syntheticMessage({ event: 'S12', control: `T-${++numbers}`, nationalId, number: `A-${numbers}`, on, at: new Date() }))
  const today = (): Day => Math.floor(Date.now() / 86_400_000) as Day // whole days since 1970

  test('an appointment changes the list within five seconds of its answer, and no row moves under the cursor', async () => {
    await rows().first().waitFor()
    for (let i = 0; i < 3; i++) await desk.press('j')
    const cursor = () => desk.page.locator('.grid-row[data-cursor="true"]').getAttribute('id')
    const order = () => rows().evaluateAll((all) => all.map((row) => row.id))
    const [before, at] = [await order(), await cursor()]
    const second = before.find((id) => id !== at)!.replace('row-', '')
    const [ledger, pathway] = second.split('-')
    const nationalId = await owned(async (ask) =>
      String(
        (
          await ask(`SELECT i.national_id FROM pathway p JOIN identity i USING (ledger, patient) WHERE p.ledger = $1 AND p.pathway = $2`, [
            ledger,
            pathway,
          ])
        )[0]?.['national_id'],
      ),
    )
    const answer = await send(nationalId, (today() + 9) as Day)
    const answered = performance.now()
    expect(answer).toContain('\rMSA|AA|')
    const badge = desk.page.getByRole('button', { name: /1 change/ })
    await badge.waitFor({ timeout: 5_000 })
    expect(performance.now() - answered).toBeLessThan(5_000)
    expect([await order(), await cursor()]).toEqual([before, at])
    await desk.picture('feeds-changes')
    await desk.press('u')
    await expect.poll(() => desk.page.locator(`[id="row-${second}"] .cell-step`).textContent()).toContain('Time på poliklinikken')
    expect(await desk.page.locator('.silent-feeds').textContent()).toBe('')
  })

  test('the made-up system of the demonstration books, moves and takes back', async () => {
    const taken = () =>
      owned(async (ask) => (await ask(`SELECT type FROM message WHERE outcome = 'taken' ORDER BY message`)).map(({ type }) => type))
    const before = (await taken()).length
    const sending = await sendSynthetic({ port: demonstration.feedPort(), demonstration: demonstration.demonstration(), everyMs: 300 })
    try {
      await expect.poll(async () => (await taken()).slice(before)).toEqual(expect.arrayContaining(['SIU^S12', 'SIU^S13', 'SIU^S15']))
    } finally {
      sending.stop()
    }
  })

  test('somebody nobody knows waits on the screen of feeds, is looked at, tried again, and set aside, by keyboard', async () => {
    await send('00000000999', (today() + 9) as Day)
    await desk.press('9')
    const waiting = desk.page.locator('.messages [role=option]')
    await waiting.first().waitFor()
    expect(await waiting.first().textContent()).toContain('Nobody of this identity number')
    await desk.press('Enter')
    await desk.page.locator('.message-text').waitFor()
    expect(await desk.page.locator('.message-text').textContent()).toContain('00000000999')
    await desk.picture('feeds-message')
    await desk.press('Enter')
    await expect.poll(() => desk.page.locator('.last-done').textContent()).toContain('It still cannot be taken')
    await desk.press('Tab', 'Enter')
    await desk.page.keyboard.type('Sent by mistake.')
    await desk.press('Control+Enter')
    await expect.poll(() => desk.page.locator('.last-done').textContent()).toContain('set aside')
    await expect.poll(() => waiting.count()).toBe(0)
    await desk.press('Escape')
    expect(desk.complaints).toEqual([])
  })

  test('a feed that is silent longer than usual is said on every screen, with its last message, until the next one comes', {
    timeout: 120_000,
  }, async () => {
    // Its last message is moved two hours back, behind invented weeks in which it sent every ten minutes.
    await owned(async (ask) => {
      await ask(`UPDATE message SET at = at - interval '2 hours' WHERE sender = $1`, [syntheticSender])
      await ask(
        `INSERT INTO message SELECT m.ledger, -row_number() OVER (), m.pack, m.sender, 'past', m.type, '', m.at - s * interval '10 minutes', NULL, '{}', 'taken'
         FROM (SELECT * FROM message WHERE sender = $1 ORDER BY at DESC LIMIT 1) m, generate_series(1, 36 * 144) s`,
        [syntheticSender],
      )
    })
    await desk.press('1')
    const banner = desk.page.locator('.silent-feeds')
    await expect
      .poll(() => banner.textContent(), { timeout: 40_000 })
      .toMatch(/No message from SYNTHETIC\|KYST \(.+\) since \d{4}-\d\d-\d\d \d\d:\d\d: longer than usual/)
    await desk.picture('feeds-silent')
    for (const [theme, language] of [
      ['light', 'en'],
      ['dark', 'nb'],
    ] as const) {
      const other = await openDesk(browser, {
        address: demonstration.address,
        person: demonstration.person('coding-lead'),
        at: '/feeds',
        theme,
        language,
      })
      await other.page.locator('.feeds tbody tr').first().waitFor()
      await expect.poll(() => other.page.locator('.silent-feeds').textContent()).toContain(syntheticSender)
      await other.picture(`feeds-${theme}`)
      const { violations } = await new AxeBuilder({ page: other.page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual([])
      expect([other.complaints, other.outside]).toEqual([[], []])
      await other.context.close()
    }
    await send('00000000998', (today() + 9) as Day)
    await expect.poll(() => banner.textContent(), { timeout: 40_000 }).toBe('')
  })

  test('who runs the house sees how feeds stand, and no message', async () => {
    const other = await openDesk(browser, { address: demonstration.address, person: demonstration.person('administrator'), at: '/feeds' })
    await other.page.locator('.feeds tbody tr').first().waitFor()
    expect(await other.page.locator('.messages').count()).toBe(0)
    await other.context.close()
  })
})
