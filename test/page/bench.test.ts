import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

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

const at = '/figures?pack=no-house&indicator=OF4'
const deskOf = (role: 'coordinator' | 'manager', more: Partial<Parameters<typeof openDesk>[1]> = {}): Promise<Desk> =>
  openDesk(browser, { address: demonstration.address, person: demonstration.person(role), at, ...more })
const faults = async ({ page }: Desk) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 160), nodes[0]?.failureSummary])

test('from all figures to one, to its account, to a pathway and back, by keyboard alone; tables by one key', async () => {
  const desk = await deskOf('coordinator', { at: '/figures?pack=no-house' })
  const { page } = desk
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '')
  const tabTo = async (words: RegExp): Promise<void> => {
    for (let i = 0; i < 60 && !words.test(await focused()); i++) await desk.press('Tab')
    expect(await focused()).toMatch(words)
  }
  await page.locator('.figures-table').waitFor()
  await tabTo(/^OF4/)
  await desk.press('Enter')
  await page.locator('.bench-number').waitFor()
  const bench = await desk.ask('GET', '/api/bench?pack=no-house&indicator=OF4')
  const { numerator, denominator, fellShort } = bench.figure
  expect(await page.locator('.bench-number').textContent()).toContain(`${numerator} of ${denominator}`)

  await tabTo(new RegExp(`^${fellShort['care-late']}$`))
  await desk.press('Enter')
  await page.locator('.account tbody tr').first().waitFor()
  await expect.poll(() => page.locator('.account tbody tr').count()).toBe(fellShort['care-late'])
  await expect.poll(focused).toMatch(/^\d+-\d+$/)
  await desk.press('ArrowDown')
  const pathway = await focused()
  await desk.press('Enter')
  await page.locator('.panel .acts').waitFor()
  expect(await page.locator('.panel').textContent()).toContain(pathway)
  // Back from the pathway to its line, from the account to the number, from the bench to all figures.
  await desk.press('Escape')
  await expect.poll(focused).toBe(pathway)
  await desk.press('Escape')
  await expect.poll(focused).toBe(String(fellShort['care-late']))

  expect(await page.locator('.bench-chart').count()).toBeGreaterThan(1)
  await desk.press('t')
  await expect.poll(() => page.locator('.bench-chart').count()).toBe(0)
  const cells = await page.locator('.bench-part').first().locator('tbody tr th').allTextContents()
  expect(cells).toEqual(bench.months.points.map(({ month }: { month: string }) => month))
  expect(new URL(page.url()).searchParams.get('tables')).toBe('true')
  await desk.press('Escape')
  await page.locator('.figures-table').waitFor()
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})

test.each([
  { theme: 'light', language: 'en', more: '&beside=day&besideAsOf=2026-06-01', ready: '.bench-column + .bench-column .bench-chart' },
  { theme: 'dark', language: 'nb', more: `&tables=true&account=${encodeURIComponent('{"why":"care-late"}')}`, ready: '.account tbody tr' },
] as const)('nothing has a fault that axe knows, $theme: $more', async ({ theme, language, more, ready }) => {
  const desk = await deskOf('coordinator', { theme, language, at: `${at}${more}` })
  await desk.page.locator(ready).first().waitFor()
  await desk.page.locator('.bench-number').first().waitFor()
  await desk.picture(`bench-${theme}`)
  expect(await faults(desk)).toEqual([])
  expect(desk.complaints).toEqual([])
  await desk.context.close()
})

test('who may count and not see reads the counts, and no number opens', async () => {
  const desk = await deskOf('manager', { at: `${at}&tables=true&account=${encodeURIComponent('{"why":"care-late"}')}` })
  await desk.page.locator('.bench-number').waitFor()
  expect(await desk.page.locator('.bench-column button').count()).toBe(0)
  expect(await desk.page.locator('.account').count()).toBe(0)
  expect(desk.complaints).toEqual([])
  await desk.context.close()
})

test('how often something is new: by one key to it, by keyboard alone to its numbers, tables by another key, small numbers as a file that says so', async () => {
  const desk = await deskOf('manager', { at: '/figures?pack=no-house' })
  const { page } = desk
  await page.locator('.figures-table').waitFor()
  await desk.press('0')
  await page.locator('.occurrence-definition').waitFor()
  expect(await page.locator('.occurrence-definition').textContent()).toContain('the first such entry of a person ever')
  const what = page.getByLabel('What is new')
  await what.focus()
  await desk.press('ArrowDown')
  await expect.poll(() => page.locator('.occurrence-definition').textContent()).toContain('within the 365 days before it')
  await page.getByLabel('People living there').focus()
  await page.keyboard.type('400 000')
  await desk.press('Enter')
  await expect.poll(() => new URL(page.url()).searchParams.get('people')).toBe('400000')
  await page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined))
  await desk.press('t')
  await expect.poll(() => page.locator('.bench-chart').count()).toBe(0)
  const search = new URL(page.url()).searchParams
  const { packs } = await desk.ask('GET', '/api/packs')
  const pack = packs[0]
  const told = await desk.ask('GET', `/api/occurrence?pack=${pack.id}&milestone=${pack.milestones[0].id}&washout=365&population=all:400000`)
  expect(search.get('washout')).toBe('365')
  const rows = page.locator('.bench-part').first().locator('tbody tr')
  const shown = await rows.evaluateAll((all) => all.map((row) => [row.children[0]?.textContent, Number(row.children[1]?.textContent)]))
  expect(shown).toEqual(told.periods.map(({ period, persons }: { period: string; persons: number }) => [period, persons]))
  expect(await page.locator('.bench-part').first().locator('thead').textContent()).toContain('Of 100,000 in a year')
  const file = await (
    await desk.context.request.get(`${demonstration.address}${await page.getByText('As a file (CSV)').getAttribute('href')}`)
  ).text()
  expect(file).toContain('for inside the house')
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})
