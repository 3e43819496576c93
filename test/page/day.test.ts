import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

/** One working day of a coordinator, by keyboard alone. */
describe('a day at the desk', () => {
  let demonstration: DemonstrationUnderTest
  let browser: Browser
  let desk: Desk
  beforeAll(async () => {
    demonstration = await openDemonstrationUnderTest(300)
    browser = await openBrowser()
    desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
    // Nothing here touches a mouse: it would end the test.
    await desk.page.addInitScript(() => {
      for (const kind of ['mousedown', 'click'])
        addEventListener(kind, (event) => {
          if ((event as MouseEvent).detail > 0) throw new Error('This day is worked by keyboard.')
        })
    })
  })
  afterAll(async () => {
    await browser?.close()
    await demonstration?.stop()
  })

  const rows = () => desk.page.locator('.grid-body .grid-row')
  const count = () => desk.page.locator('.list-count')
  const done = () => desk.page.locator('.last-done')
  const opened = () => desk.page.locator('.panel #pathway-title')
  /** Types into a field by its label, reached by Tab as people do. */
  const tabTo = async (label: string | RegExp): Promise<void> => {
    const field = desk.page.getByLabel(label, { exact: typeof label === 'string' }).first()
    for (let presses = 0; presses < 60; presses++) {
      if (await field.evaluate((node) => node === document.activeElement)) return
      await desk.press('Tab')
    }
    throw new Error(`No way by Tab to ${label}.`)
  }
  const write = async (label: string | RegExp, text: string): Promise<void> => {
    await tabTo(label)
    await desk.press('Control+a')
    await desk.page.keyboard.type(text)
  }

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
})
