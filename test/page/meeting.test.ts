import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { byKeyboard, withoutMouse } from './by-keyboard.ts'
import { type Answer, type Desk, openBrowser, openDesk } from './desk.ts'

/** A meeting from the list to the signed minutes, by keyboard alone. */
describe('a meeting', () => {
  let demonstration: DemonstrationUnderTest
  let browser: Browser
  let desk: Desk
  let keyboard: ReturnType<typeof byKeyboard>
  beforeAll(async () => {
    demonstration = await openDemonstrationUnderTest(300)
    browser = await openBrowser()
    desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator'), at: '/work' })
    keyboard = byKeyboard(desk)
    await withoutMouse(desk)
    await desk.page.reload()
    await desk.page.getByRole('link', { name: 'Meetings' }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await demonstration?.stop()
  })

  const done = () => desk.page.locator('.last-done')
  const shownName = () => desk.page.locator('#discussed-name').textContent()
  const outcome = (of = desk) => of.page.getByLabel('Outcome', { exact: true })
  const standing = () => desk.page.locator('.outcome-standing').getAttribute('data-standing')
  const meeting = () => new URL(desk.page.url()).pathname.split('/').at(-1) ?? ''
  /** What the service holds, asked past the page. */
  const held = async (): Promise<Answer> => desk.ask('GET', `/api/meetings/${meeting()}`)
  const outcomes = async () => (await held()).items.map(({ item }: Answer) => item.body.outcome ?? null)

  let agenda: readonly string[] = []
  test('where there is none the page says how one is planned, and the key leads there', async () => {
    await desk.press('5')
    await desk.page.getByText('No meeting has been planned here yet.').waitFor()
    await desk.page.getByText(/then press Y: they become the agenda/).waitFor()
    await desk.press('y')
    await desk.page.locator('.agenda-planned li').first().waitFor()
    await desk.press('Escape')
  })

  test('what the list shows becomes the agenda, in its order, with who is there: people of the house and guests', async () => {
    await desk.page.goto(`${demonstration.address}/list?states=${encodeURIComponent('["past"]')}&sort=name`)
    const people = desk.page.locator('.grid-body .grid-row .cell-person')
    await people.first().waitFor()
    const shown = await people.evaluateAll((cells) => cells.map((cell) => cell.firstChild?.textContent?.trim() ?? ''))
    expect(shown.length).toBeGreaterThan(3)
    await desk.press('y')
    await keyboard.write('Name', 'Tumour meeting')
    await keyboard.write('Question for each (may be empty)', 'What next?')
    await keyboard.tabTo('Who is there')
    await desk.page.keyboard.type('lars')
    await desk.press('Enter')
    await desk.page.keyboard.type('Guest Prøvegjest')
    await desk.press('Enter')
    await desk.picture('meeting-plan')
    await desk.press('Control+Enter')
    await expect.poll(shownName).toBe(shown[0])
    agenda = (await held()).items.map(({ name }: Answer) => name)
    expect(agenda).toEqual(shown)
    const { present } = await held()
    expect(present.map(({ name }: Answer) => name)).toEqual([
      'Kari Prøvevik, forløpskoordinator (oppdiktet)',
      'Lars Prøvesund, overlege (oppdiktet)',
      'Guest Prøvegjest',
    ])
    expect(present.map(({ person }: Answer) => person === null)).toEqual([false, false, true])
  })

  test('an outcome is saved as it is typed, and whoever types goes on with the next patient without leaving the field', async () => {
    await desk.page.locator('.discussed-facts .clocks').waitFor()
    expect(await desk.page.getByLabel('Question', { exact: true }).inputValue()).toBe('What next?')
    await desk.press('s')
    await desk.page.keyboard.type('Operation in week 50. ')
    await expect.poll(async () => (await outcomes())[0]).toBe('Operation in week 50. ')
    await expect.poll(standing).toBe('saved')
    await desk.press('Control+Enter')
    await expect.poll(shownName).toBe(agenda[1])
    expect(await outcome().evaluate((node) => node === document.activeElement)).toBe(true)
    await desk.press('Escape', 'k')
    await expect.poll(shownName).toBe(agenda[0])
    expect(await outcome().inputValue()).toBe('Operation in week 50. ')
    await desk.press('j')
    await expect.poll(shownName).toBe(agenda[1])
  })

  test('while the network is away nothing typed is lost, of this patient or the next: it is sent when it is back', async () => {
    await desk.context.setOffline(true)
    await desk.press('s')
    await desk.page.keyboard.type('Typed while the network is away.')
    await desk.page.getByText('The service is away. What you type is kept here').waitFor()
    await desk.picture('meeting-away')
    await desk.press('Control+Enter')
    await expect.poll(shownName).toBe(agenda[2])
    await desk.page.keyboard.type('And of the next one.')
    expect((await outcomes()).slice(1, 3)).toEqual([null, null])
    await desk.context.setOffline(false)
    await expect.poll(async () => (await outcomes()).slice(1, 3)).toEqual(['Typed while the network is away.', 'And of the next one.'])
    await expect.poll(standing).toBe('saved')
  })

  test('what was typed and not yet sent is there when the page is loaded again, and goes out then', async () => {
    await desk.context.setOffline(true)
    await desk.page.keyboard.type(' Typed last.')
    await desk.page.getByText('The service is away. What you type is kept here').waitFor()
    await desk.page.evaluate(() => {
      // Nothing of this page sends it any more: the next one has to.
      window.fetch = () => new Promise(() => {})
    })
    await desk.context.setOffline(false)
    await desk.page.reload()
    await expect.poll(shownName).toBe(agenda[2])
    await expect.poll(() => outcome().inputValue()).toBe('And of the next one. Typed last.')
    await expect.poll(async () => (await outcomes())[2]).toBe('And of the next one. Typed last.')
  })

  test('a code is recorded and a step planned from within; what was typed here is nobody else meanwhile', async () => {
    await desk.page.locator('.discussed-said .acts').waitFor()
    await desk.press('s', 'End')
    await desk.page.keyboard.type(' Seen today.')
    await desk.press('Escape', 'c')
    await desk.page.locator('.code-list [role=option]').first().waitFor()
    await keyboard.write('Code, name or milestone', 'visit')
    await keyboard.write('Day it happened', '0')
    await keyboard.passWarnings()
    expect(await desk.page.locator('.meanwhile').count()).toBe(0)
    await desk.picture('meeting-record')
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toMatch(/V is recorded\./)
    await expect.poll(() => desk.page.locator('.last-entries li').first().textContent()).toMatch(/Visit/)
    await desk.press('Escape', 'e')
    await keyboard.write('What', 'Book the operation')
    await keyboard.write('Until', '+6')
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('The next step is planned.')
    await desk.page.getByText(/^Book the operation: Coordinator, until/).waitFor()
    expect((await outcomes())[2]).toBe('And of the next one. Typed last. Seen today.')
  })

  test('two in one meeting: what one types stands at the other, and where both do, both are shown and one is chosen', async () => {
    const other = await openDesk(browser, {
      address: demonstration.address,
      person: demonstration.person('coordinator', 1),
      at: desk.page.url().slice(demonstration.address.length),
    })
    await outcome(other).waitFor()
    await desk.press('Escape')
    await other.press('s', 'Control+a')
    await other.page.keyboard.type('From the other.')
    await expect.poll(() => outcome().inputValue()).toBe('From the other.')

    await desk.context.setOffline(true)
    await desk.press('s', 'Control+a')
    await desk.page.keyboard.type('Mine.')
    await other.press('End')
    await other.page.keyboard.type(' And more.')
    await expect
      .poll(async () => (await other.ask('GET', `/api/meetings/${meeting()}`)).items[2].item.body.outcome)
      .toBe('From the other. And more.')
    await desk.context.setOffline(false)
    await desk.page.locator('.outcome .meanwhile', { hasText: 'From the other. And more.' }).waitFor()
    expect([await standing(), await outcome().inputValue()]).toEqual(['two', 'Mine.'])
    await desk.picture('meeting-two-at-once')
    await keyboard.tabTo('Keep mine instead', 'button')
    await desk.press('Enter')
    await expect.poll(async () => (await outcomes())[2]).toBe('Mine.')
    await expect.poll(() => outcome(other).inputValue()).toBe('Mine.')
    expect(other.complaints).toEqual([])
    await other.context.close()
  })

  test('from the last patient to signed minutes by keyboard takes well under a minute; they name who was present', async () => {
    await desk.press('Escape')
    for (const name of agenda.slice(3)) {
      await desk.press('j')
      await expect.poll(shownName).toBe(name)
    }
    const began = performance.now()
    await desk.press('s')
    await desk.page.keyboard.type('The last word.')
    await desk.press('Control+Enter')
    const box = desk.page.getByLabel('I have read what stands below')
    await expect.poll(() => box.evaluate((node) => node === document.activeElement)).toBe(true)
    await desk.page.locator('.proof', { hasText: 'The last word.' }).waitFor()
    // Without the tick it is not signed, whatever is pressed.
    await desk.press('Control+Enter')
    expect((await held()).state).toBe('open')
    await desk.press('Space')
    await desk.picture('meeting-sign')
    await desk.press('Control+Enter')
    const minutes = desk.page.locator('.minutes pre')
    await minutes.waitFor()
    // Measured: 1.1 to 1.4 seconds, on two cores shared by five.
    expect(performance.now() - began).toBeLessThan(60_000)
    const text = (await minutes.textContent()) ?? ''
    expect(text).toContain('Present: Kari Prøvevik, forløpskoordinator (oppdiktet), Lars Prøvesund, overlege (oppdiktet), Guest Prøvegjest')
    for (const name of agenda) expect(text).toContain(name)
    for (const said of ['Operation in week 50. ', 'Typed while the network is away.', 'Mine.', 'The last word.'])
      expect(text).toContain(`Outcome: ${said}`)
    expect(text).toMatch(/Signed by Kari Prøvevik/)
    // The same as the service's own, but for how the moment is written.
    const signedAt = /\n[^\n]+\n$/
    expect(text.replace(signedAt, '')).toBe((await held()).minutes.replace(signedAt, ''))
  })

  test('the minutes are saved as a text and printed without the page around them; the meeting stands as signed in the list', async () => {
    await keyboard.tabTo('Save minutes as text', 'button')
    const [file] = await Promise.all([desk.page.waitForEvent('download'), desk.press('Enter')])
    expect(await readFile((await file.path()) ?? '', 'utf8')).toBe(await desk.page.locator('.minutes pre').textContent())
    await desk.page.emulateMedia({ media: 'print' })
    expect(await desk.page.locator('header.aksel-internalheader').isVisible()).toBe(false)
    expect(await desk.page.locator('.minutes pre').isVisible()).toBe(true)
    await desk.picture('meeting-printed')
    await desk.page.emulateMedia({ media: 'screen' })
    await desk.press('Escape')
    await expect.poll(() => desk.page.getByRole('option', { name: /Tumour meeting/ }).textContent()).toContain('Signed')
  })

  test('nothing was asked of any other place, and the page complained of nothing', () => {
    expect(desk.outside).toEqual([])
    expect(desk.complaints).toEqual([])
  })
})
