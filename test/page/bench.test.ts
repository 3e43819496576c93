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
/** The past days that completeness rests on are read once, while the page says how far it has come. */
const monthsRead = (page: Desk['page']) =>
  page
    .getByText(/Reports are followed for/)
    .first()
    .waitFor()
const faults = async ({ page }: Desk) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 160), nodes[0]?.failureSummary])

test('how complete months are is read once, with how far it has come said; months not all reported are expected, hatched, and not judged', async () => {
  const desk = await deskOf('manager')
  const { page } = desk
  await page.getByText(/^Reading what was known at the end of each month: \d+ of \d+ days/).waitFor()
  expect(await page.locator('.bench-part').first().locator('.bench-chart').count()).toBe(0)
  await monthsRead(page)
  const bench = await desk.ask('GET', '/api/bench?pack=no-house&indicator=OF4')
  expect(bench.reported.read).toBe(bench.reported.of)
  expect(bench.reported.of).toBeGreaterThan(20)
  expect(bench.recent.length).toBeGreaterThan(0)
  const part = page.locator('.bench-part').first()
  const says = (await part.locator('.bench-says').textContent()) ?? ''
  expect(says).toContain('Not all reported yet, and so not judged')
  for (const { complete } of bench.recent) if (complete !== null) expect(says).toContain(`${Math.round(complete * 100)} % in`)
  await desk.picture('bench-months')
  const expected = bench.recent.filter((one: { expected: object | null }) => one.expected !== null)
  expect(await part.locator('[data-expected]').count()).toBe(expected.length)
  expect(await part.locator('[data-mark]').count()).toBe(bench.months.points.length)
  // In its table the share of such a month is empty: what is expected stands in a column of its own.
  await desk.press('t')
  await desk.picture('bench-months-table')
  const row = part.locator('tr[data-kind="recent"]').first()
  const cells = await row.locator('td').allTextContents()
  expect(cells.slice(0, 4)).toEqual(['', '', '', ''])
  expect(cells[4]).toMatch(/^\d+ % \d+ of \d+ so far$/)
  expect(await page.locator('.bench-figure').textContent()).toContain('By chance alone between')
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})

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
  await monthsRead(page)
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
  expect(cells).toEqual([...bench.months.points, ...bench.recent].map(({ month }: { month: string }) => month))
  expect(new URL(page.url()).searchParams.get('tables')).toBe('true')
  await desk.press('Escape')
  await page.locator('.figures-table').waitFor()
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})

test.each([
  { theme: 'light', language: 'en', more: '&beside=day&besideAsOf=2026-06-01', ready: '.bench-column + .bench-column .bench-chart' },
  { theme: 'dark', language: 'en', more: '&beside=indicator&besideIndicator=OF3', ready: '.bench-overlap li' },
  { theme: 'dark', language: 'nb', more: `&tables=true&account=${encodeURIComponent('{"why":"care-late"}')}`, ready: '.account tbody tr' },
] as const)('nothing has a fault that axe knows, $theme: $more', async ({ theme, language, more, ready }) => {
  const desk = await deskOf('coordinator', { theme, language, at: `${at}${more}` })
  await desk.page.locator(ready).first().waitFor()
  await desk.page.locator('.bench-number').first().waitFor()
  await desk.picture(`bench-${theme}-${language}`)
  expect(await faults(desk)).toEqual([])
  expect(desk.complaints).toEqual([])
  await desk.context.close()
})

test('two definitions side by side say where they disagree, and those who see patients open who that is', async () => {
  const desk = await deskOf('coordinator', { at: `${at}&beside=indicator&besideIndicator=OF3` })
  const { page } = desk
  await page.locator('.bench-overlap li').first().waitFor()
  expect(await page.locator('.bench-column h2').allTextContents()).toEqual([
    expect.stringMatching(/^Counted by OF4 /),
    expect.stringMatching(/^Counted by OF3 /),
  ])
  const overlap = await desk.ask('GET', '/api/bench/overlap?pack=no-house&indicator=OF4&against=OF3')
  expect(await page.locator('.bench-overlap li').allTextContents()).toEqual([
    `${overlap.alike} counted by both, alike`,
    `${overlap.otherwise} counted by both, otherwise`,
    `${overlap.onlyOne} counted only by OF4`,
    `${overlap.onlyOther} counted only by OF3`,
  ])
  const [of, count] = overlap.onlyOne > 0 ? [/"only"}$/, overlap.onlyOne] : [/"beside":true/, overlap.onlyOther]
  expect(count).toBeGreaterThan(0)
  const opener = page
    .locator('.bench-overlap button')
    .filter({ hasText: new RegExp(`^${count}$`) })
    .first()
  expect(await opener.getAttribute('data-opens')).toMatch(of)
  await opener.focus()
  await desk.press('Enter')
  await expect.poll(() => page.locator('.account tbody tr').count()).toBe(count)
  expect(await page.locator('.account thead').textContent()).toContain('By the other')
  expect([desk.complaints, desk.outside]).toEqual([[], []])
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
  await desk.press('Shift+O')
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

test('a manager opens one page by one key and reads one sentence: it says of as many indicators as the rows do, and the rows what the bench says', async () => {
  const desk = await deskOf('manager', { at: '/figures?pack=no-house' })
  const { page } = desk
  await page.locator('.figures-table').waitFor()
  await desk.press('Shift+U')
  await page.locator('.unit-sentence').waitFor()
  const sentence = async (): Promise<string> => (await page.locator('.unit-sentence').textContent()) ?? ''
  const rowsThat = (says: string): Promise<number> => page.locator(`.unit-table tr[data-says="${says}"]`).count()
  const organisations: readonly { readonly org: number; readonly name: string }[] = (await desk.ask('GET', '/api/organisations'))
    .organisations
  const units = await page
    .locator('.unit header select')
    .first()
    .locator('option')
    .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''))
  expect(units.length).toBeGreaterThan(5)
  let [unusual, opened] = [0, '']
  for (const org of units) {
    await page.locator('.unit header select').first().selectOption(org)
    await page.waitForURL(new RegExp(`org=${org}(&|$)`))
    const name = organisations.find((one) => String(one.org) === org)?.name ?? ''
    await page.locator('.unit-sentence, .unit .page-body .empty').getByText(name).waitFor()
    const unit = await desk.ask('GET', `/api/unit?pack=no-house&org=${org}`)
    const rows = page.locator('.unit-table tbody tr')
    expect(await rows.count()).toBe(unit.indicators.length)
    if ((await page.locator('.unit-sentence').count()) === 0) {
      expect(unit.indicators.every((one: { figure: { denominator: number } }) => one.figure.denominator === 0)).toBe(true)
      continue
    }
    const kinds = ['improvement', 'concern', 'neither-high', 'neither-low']
    const odd = (await Promise.all(kinds.map(rowsThat))).reduce((a, b) => a + b, 0)
    const [usual, few, none] = await Promise.all(['common', 'cannot-be-judged', 'no-number'].map(rowsThat))
    const said = await sentence()
    if (odd > 0) expect(said).toContain(`of ${odd + (usual ?? 0)} indicators ${odd === 1 ? 'one is' : `${odd} are`} unusual`)
    else if (usual === 0) expect(said).toContain(`none of ${unit.indicators.length} indicators can be judged yet`)
    else if (usual === 1) expect(said).toContain('the one indicator that can be judged shows nothing unusual')
    else expect(said).toContain(`none of ${usual} indicators is unusual`)
    expect(said.includes('cannot be judged yet')).toBe((few ?? 0) > 0 && odd + (usual ?? 0) > 0)
    expect(/(has|have) no number here/.test(said)).toBe((none ?? 0) > 0)
    for (const { indicator, months, figure } of unit.indicators) {
      const row = rows.filter({ has: page.getByRole('link', { name: new RegExp(`^${indicator}( |$)`) }) })
      const says = await row.getAttribute('data-says')
      if (says === 'no-number') continue
      const read = figure.denominator === 0 || months.refused !== undefined ? undefined : months.reading
      expect(says, indicator).toBe(read === undefined ? 'cannot-be-judged' : read.kind === 'unusual' ? read.signal.kind : 'common')
      if (figure.denominator > 0) expect(await row.textContent()).toContain(`of ${Math.round(figure.denominator * 100) / 100} (`)
    }
    if (odd > 0) opened = org
    unusual += odd
  }
  expect(unusual).toBeGreaterThan(0)
  await desk.picture('unit')

  // From a row to the bench of the same unit, by keyboard, where the same is read.
  await page.locator('.unit header select').first().selectOption(opened)
  const row = page.locator('.unit-table tr[data-says="improvement"], .unit-table tr[data-says="concern"]').first()
  await row.waitFor()
  const says = await row.getAttribute('data-says')
  await row.getByRole('link').focus()
  await desk.press('Enter')
  await page.locator('.bench-number').waitFor()
  expect(page.url()).toMatch(new RegExp(`[?&](org|place)=${opened}(&|$)`))
  const bench = await desk.ask('GET', `/api/bench${new URL(page.url()).search}`)
  expect([bench.months.reading.kind, bench.months.reading.signal.kind]).toEqual(['unusual', says])
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})
