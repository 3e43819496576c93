import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

/** Every screen and panel there is: who sees it, where it is, and the keys that open it there. */
const screens = [
  { name: 'list', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row' },
  { name: 'list-grouped', role: 'coordinator', at: '/list?group=%22state%22', ready: '.grid-group' },
  { name: 'list-nothing', role: 'coordinator', at: '/list?text=%22nobodyiscalledthat%22', ready: '.empty' },
  { name: 'pathway', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row', keys: ['Home', 'Enter'], shown: '.panel .acts' },
  {
    name: 'record',
    role: 'coordinator',
    at: '/list',
    ready: '.grid-body .grid-row',
    keys: ['Home', 'Enter', 'c'],
    shown: '.code-list [role=option]',
  },
  { name: 'step', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row', keys: ['Home', 'Enter', 'e'], shown: '.panel form' },
  { name: 'ask', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row', keys: ['Home', 'Enter', 'q'], shown: '.panel form' },
  {
    name: 'hand-over',
    role: 'coordinator',
    at: '/list',
    ready: '.grid-body .grid-row',
    keys: ['Home', 'Enter', 'v'],
    shown: '.panel form',
  },
  { name: 'new', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row', keys: ['p'], shown: '.panel form' },
  { name: 'views', role: 'coordinator', at: '/list?open=%22views%22', ready: '.panel form' },
  { name: 'views-menu', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row', keys: ['i'], shown: '[role=menuitem]' },
  { name: 'help', role: 'coordinator', at: '/list', ready: '.grid-body .grid-row', keys: ['h'], shown: '.help' },
  {
    name: 'palette',
    role: 'coordinator',
    at: '/list',
    ready: '.grid-body .grid-row',
    keys: ['Control+k'],
    shown: '.palette [role=option]',
  },
  { name: 'work', role: 'clinician', at: '/work', ready: '.work-list [role=option]', keys: ['Enter'], shown: '.panel form' },
  { name: 'codes', role: 'coordinator', at: '/codes', ready: '.page h1' },
  { name: 'figures', role: 'manager', at: '/', ready: '.page h1' },
] as const

let demonstration: DemonstrationUnderTest
let browser: Browser
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(300)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await demonstration?.stop()
})

describe.each(['light', 'dark'] as const)('the screens, %s', (theme) => {
  test.each(screens)('$name can be used by everybody: no fault that axe knows', async (screen) => {
    const language = theme === 'light' ? 'en' : 'nb'
    const desk = await openDesk(browser, {
      address: demonstration.address,
      person: demonstration.person(screen.role),
      theme,
      language,
      at: screen.at,
    })
    await show(desk, screen)
    await desk.picture(`${screen.name}-${theme}`)
    const { violations } = await new AxeBuilder({ page: desk.page }).analyze()
    expect(
      violations.map(({ id, nodes }) => [
        id,
        ...nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`),
      ]),
    ).toEqual([])
    expect([desk.complaints, desk.outside]).toEqual([[], []])
    await desk.context.close()
  })

  test('nobody is signed in: the way in is usable as well', async () => {
    const context = await browser.newContext({ colorScheme: theme })
    const page = await context.newPage()
    await page.goto(demonstration.address)
    await page.locator('.people li').first().waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual([])
    await context.close()
  })
})

async function show(desk: Desk, screen: (typeof screens)[number]): Promise<void> {
  await desk.page.locator(screen.ready).first().waitFor()
  if (!('keys' in screen)) return
  for (const key of screen.keys) {
    await desk.press(key)
    if (key === 'Enter') await desk.page.locator('.panel .acts, .panel form').first().waitFor()
  }
  await desk.page.locator(screen.shown).first().waitFor()
}
