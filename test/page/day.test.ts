import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { byKeyboard, withoutMouse } from './by-keyboard.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

/** One working day of a coordinator, by keyboard alone. */
describe('a day at the desk', () => {
  let demonstration: DemonstrationUnderTest
  let browser: Browser
  let desk: Desk
  let keyboard: ReturnType<typeof byKeyboard>
  beforeAll(async () => {
    demonstration = await openDemonstrationUnderTest(300)
    browser = await openBrowser()
    desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
    keyboard = byKeyboard(desk)
    await withoutMouse(desk)
  })
  afterAll(async () => {
    await browser?.close()
    await demonstration?.stop()
  })

  const rows = () => desk.page.locator('.grid-body .grid-row')
  const count = () => desk.page.locator('.list-count')
  const done = () => desk.page.locator('.last-done')
  const opened = () => desk.page.locator('.panel #pathway-title')
  const tabTo = (label: string | RegExp, role?: 'button') => keyboard.tabTo(label, role)
  const write = (label: string | RegExp, text: string) => keyboard.write(label, text)
  const passWarnings = () => keyboard.passWarnings()

  test('begins with the list: what asks for somebody is on top, and twenty rows fit on a small screen', async () => {
    await rows().first().waitFor()
    expect(await rows().first().locator('.risk').textContent()).toBe('Past limit')
    const height = await desk.page.locator('.grid-body').evaluate((node) => node.clientHeight)
    expect(Math.floor(height / 24)).toBeGreaterThanOrEqual(20)
    expect(desk.outside).toEqual([])
  })

  test('is narrowed by words and by what is missing; the address says so, and opens the same view', async () => {
    const before = await count().textContent()
    await desk.press('s')
    await desk.page.keyboard.type('prøve')
    await desk.press('Enter')
    await desk.press('n')
    await expect.poll(() => count().textContent()).toMatch(/^\d+ of \d+$/)
    const narrowed = await count().textContent()
    const steps = await rows().locator('.cell-step').allTextContents()
    expect(new Set(steps)).toEqual(new Set(['No next step']))
    const address = desk.page.url()
    expect(decodeURIComponent(address)).toContain('text=prøve')
    await desk.page.goto(address)
    await expect.poll(() => count().textContent()).toBe(narrowed)
    await desk.press('n', 's', 'Control+a', 'Delete', 'Enter')
    await expect.poll(() => count().textContent()).toBe(before)
  })

  test('a next step is planned as the rules propose, and the one without any is gone from the list of those', async () => {
    await desk.press('n')
    await expect.poll(() => count().textContent()).toMatch(/ of /)
    const without = Number((await count().textContent())?.split(' ')[0])
    await desk.press('Home', 'Enter')
    await opened().waitFor()
    await desk.press('e')
    await write('What', 'Ring poliklinikken')
    await write('Until', '+5')
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('The next step is planned.')
    await expect.poll(async () => Number((await count().textContent())?.split(' ')[0])).toBe(without - 1)
    await desk.press('Escape', 'n')
  })

  let pathway = ''
  test('somebody new gets a pathway, and a start that lies some days back is recorded', async () => {
    await desk.press('p')
    await write('Name', 'Invented Prøvemann')
    await write('Identity number', '00000000123')
    await desk.press('Control+Enter')
    await expect.poll(() => opened().textContent()).toBe('Invented Prøvemann')
    pathway = new URL(desk.page.url()).searchParams.get('open') ?? ''
    await desk.press('c')
    await write('Code, name or milestone', 'A12A')
    await write('Day it happened', '-6')
    await passWarnings()
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('A12A is recorded.')
    await expect.poll(() => row(pathway).locator('.cell-day').textContent()).toMatch(/^day 6 of /)
  })

  test('what was recorded is undone, and done again', async () => {
    await desk.press('Control+z')
    await expect.poll(() => row(pathway).count()).toBe(0)
    await record('A12A', '-6')
    await expect.poll(() => row(pathway).count()).toBe(1)
  })

  test('the start is corrected to the day before; the first is kept', async () => {
    await keyboard.tabToFirst('.entry:not([data-gone]) .opener')
    await desk.press('Enter', 'r')
    await write('Day it happened', '-7')
    await write('Reason', 'The letter came the day before.')
    await passWarnings()
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('Corrected to A12A.')
    await expect.poll(() => row(pathway).locator('.cell-day').textContent()).toMatch(/^day 7 of /)
    await expect.poll(() => desk.page.locator('.entry').count()).toBeGreaterThan(1)
  })

  test('two are on the same pathway: the second sees what the first did before anything of theirs is sent, and keeps what they typed', async () => {
    const other = await openDesk(browser, {
      address: demonstration.address,
      person: demonstration.person('coordinator', 1),
      at: desk.page.url().slice(demonstration.address.length),
    })
    await other.page.locator('.panel .acts').waitFor()
    await desk.press('c')
    await write('Code, name or milestone', 'A12S')
    await write('Day it happened', '-1')
    await other.press('c')
    await other.page.getByLabel('Code, name or milestone').first().fill('A12B')
    await other.press('Control+Enter')
    await other.page.waitForTimeout(600)
    for (const box of await other.page.locator('.form input[type=checkbox]').all()) await box.check()
    await other.press('Control+Enter')
    await expect.poll(() => other.page.locator('.last-done').textContent()).toContain('A12B is recorded.')
    await other.context.close()

    await desk.page.getByRole('alert').filter({ hasText: 'A12B' }).waitFor()
    await desk.picture('day-two-at-once')
    await desk.press('Control+Enter')
    expect(await done().textContent()).not.toContain('A12S is recorded.')
    await tabTo(/I have seen it/, 'button')
    await desk.press('Enter')
    expect(await desk.page.getByLabel('Code, name or milestone').first().inputValue()).toBe('A12S')
    await passWarnings()
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('A12S is recorded.')
  })

  test('a clinician is asked, answers in another browser, and the answer is here without anything moving', async () => {
    await desk.press('q')
    await write('Question', 'Was the patient told of the result?')
    await write('Answers to choose from', 'yes, no')
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('The question is sent.')

    const clinician = await openDesk(browser, { address: demonstration.address, person: demonstration.person('clinician') })
    await clinician.page.getByRole('link', { name: 'Work' }).waitFor()
    await clinician.press('2')
    const item = clinician.page.getByRole('option', { name: /Was the patient told/ })
    await item.waitFor()
    while ((await item.getAttribute('aria-selected')) !== 'true') await clinician.press('j')
    await clinician.press('Enter')
    await clinician.page.getByRole('radio', { name: 'yes' }).waitFor()
    await expect
      .poll(() => clinician.page.getByRole('radio', { name: 'yes' }).evaluate((node) => node === document.activeElement))
      .toBe(true)
    await clinician.press('Space', 'Control+Enter')
    await expect.poll(() => clinician.page.locator('.last-done').textContent()).toContain('The answer is sent.')
    await clinician.picture('day-answer')
    expect(clinician.complaints).toEqual([])
    await clinician.context.close()

    // Live: the answer stands in the pathway, and the list says that something has changed.
    await expect.poll(() => desk.page.locator('.panel .answer').first().textContent()).toBe('yes')
    await desk.picture('day-answered')
  })

  test('it is escalated by two keys and a sentence', async () => {
    await desk.press('x')
    await desk.page.keyboard.type('No appointment can be had before the limit.')
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('It is escalated.')
    await expect.poll(() => row(pathway).locator('.row-marks').textContent()).toContain('1 open escalation')
  })

  test('the step that is done asks for the next in the same gesture', async () => {
    await desk.press('e')
    await write('What', 'Book CT')
    await write('Until', '+3')
    await desk.press('Control+Enter')
    await expect.poll(() => row(pathway).locator('.cell-step').textContent()).toBe('Book CT')
    await desk.page.getByRole('button', { name: /^Done/ }).waitFor()
    await desk.press('d')
    await write('What', 'Show the pictures at the meeting')
    await write('Until', '+4')
    await desk.press('Control+Enter')
    await expect.poll(() => row(pathway).locator('.cell-step').textContent()).toBe('Show the pictures at the meeting')
  })

  test('while the service is away nothing typed is lost: the page says so, and sends it when it is back', {
    timeout: 120_000,
  }, async () => {
    await desk.press('m')
    await write('Note', 'Written while the service is away')
    await demonstration.goAway()
    await desk.press('Control+Enter')
    await desk.page.getByText('The service does not answer').first().waitFor()
    await desk.picture('day-away')
    // A page that is loaded again in the meantime has it still; here it simply waits.
    await demonstration.comeBack()
    await expect.poll(() => done().textContent(), { timeout: 30_000 }).toContain('The note is written.')
    await expect.poll(() => desk.page.getByText('The service does not answer').count()).toBe(0)
    await expect.poll(() => desk.page.locator('.said', { hasText: 'Written while the service is away' }).count()).toBe(1)
  })

  test('it is handed over: no clock stops, and the handover stands on the pathway', async () => {
    const day = await row(pathway).locator('.cell-day').textContent()
    await desk.press('v')
    await tabTo('To')
    await desk.press('ArrowDown')
    await write(/^What is asked/, 'Work-up with CT.')
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain('It is handed over.')
    await expect.poll(() => desk.page.locator('.work .said', { hasText: 'Work-up with CT.' }).count()).toBe(1)
    expect(await row(pathway).locator('.cell-day').textContent()).toBe(day)
  })

  test('the pathway is closed by an end, and leaves the list', async () => {
    await record('A12CI', '0', 'Clinician')
    await expect.poll(() => row(pathway).count()).toBe(0)
    await desk.press('Escape')
    await expect.poll(() => desk.page.locator('.panel').count()).toBe(0)
  })

  test('nothing was asked of any other place, and the page complained of nothing', () => {
    expect(desk.outside).toEqual([])
    expect(desk.complaints).toEqual([])
  })

  const row = (ref: string) => desk.page.locator(`[id="row-${ref}"]`)
  async function record(code: string, day: string, decider?: string): Promise<void> {
    await desk.press('c')
    await write('Code, name or milestone', code)
    await write('Day it happened', day)
    if (decider !== undefined) {
      await tabTo('Decided by')
      await desk.page.keyboard.type(decider)
    }
    await passWarnings()
    await desk.press('Control+Enter')
    await expect.poll(() => done().textContent()).toContain(`${code} is recorded.`)
  }
})
