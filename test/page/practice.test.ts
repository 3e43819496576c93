import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Answer, type Desk, openBrowser, openDesk } from './desk.ts'

let demonstration: DemonstrationUnderTest
let browser: Browser
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(500)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await demonstration?.stop()
})

const question = 'pack=no-house&indicator=OF4'
const at = `/figures/practice?${question}`
const deskOf = (
  role: Parameters<DemonstrationUnderTest['person']>[0],
  nth = 0,
  more: Partial<Parameters<typeof openDesk>[1]> = {},
): Promise<Desk> => openDesk(browser, { address: demonstration.address, person: demonstration.person(role, nth), at, ...more })
const status = async (desk: Desk, path: string): Promise<number> =>
  (await desk.context.request.get(`${demonstration.address}${path}`)).status()

describe('how places code, as the service tells it', () => {
  test('whoever may count gets all places at once, in agreement with the figures of the same places, and nobody', async () => {
    const desk = await deskOf('manager')
    const practice = await desk.ask('GET', `/api/practice?${question}`)
    const { figures } = await desk.ask('GET', `/api/figures?${question}&by=place`)
    const counted = (inTime: Answer): readonly number[] => ('refused' in inTime ? [inTime.have] : [inTime.n, inTime.of])
    for (const { place, inTime } of practice.places) {
      const figure = figures.find((one: Answer) => one.place === place)
      expect(counted(inTime), place).toEqual('refused' in inTime ? [figure.denominator] : [figure.coding.realTime, figure.denominator])
    }
    expect(practice.places.length).toBe(figures.length)
    for (const { ways, entries } of practice.places)
      if (!('refused' in ways)) expect(ways.reduce((sum: number, { n }: Answer) => sum + n, 0)).toBe(entries)
    expect(JSON.stringify(practice)).not.toMatch(/"pathway"|"patient"|"person"|Prøve/)
    // One place alone cannot be asked for.
    expect(await status(desk, `/api/practice?${question}&place=5`)).toBe(400)
    expect(await status(desk, `/api/practice?${question}&org=5`)).toBe(400)
    expect(await status(desk, '/api/practice?pack=no-house&indicator=nothing')).toBe(400)
    await desk.context.close()
  })
  test('the place that starts clocks on the assessment is said to, against the rest; the others are not', async () => {
    const desk = await deskOf('manager')
    const { comparison, places, mainStart } = await desk.ask('GET', `/api/practice?${question}`)
    const { organisations } = await desk.ask('GET', '/api/organisations')
    const lyngdal = String(organisations.find(({ name }: Answer) => name.startsWith('Lyngdal')).org)
    expect(comparison.rest.filter(({ likeness }: Answer) => likeness === 'differs').map(({ place }: Answer) => place)).toEqual([lyngdal])
    expect(comparison.sayings).toEqual([{ kind: 'unlike-the-rest', place: lyngdal, aspects: ['start'] }])
    expect(mainStart).toBe('{variant}A')
    const { starts } = places.find(({ place }: Answer) => place === lyngdal)
    expect(starts[0]).toMatchObject({ id: '{variant}AV' })
    expect(starts[0].n / starts[0].of).toBeGreaterThan(0.7)
    await desk.context.close()
  })
  test('whoever counts in one house is told of that house; whoever may not count, of none', async () => {
    const kyst = await deskOf('manager', 1)
    const { ledgers, places } = await kyst.ask('GET', `/api/practice?${question}`)
    const all = await (await deskOf('manager')).ask('GET', `/api/practice?${question}`)
    expect(ledgers.length).toBe(1)
    const sum = (of: Answer): number => of.reduce((n: number, { pathways }: Answer) => n + pathways, 0)
    expect(sum(places)).toBeGreaterThan(0)
    expect(sum(places)).toBeLessThan(sum(all.places))
    const none = await deskOf('administrator')
    expect([403, 404]).toContain(await status(none, `/api/practice?${question}`))
  })
  test('as known on an earlier day there is less of it', async () => {
    const desk = await deskOf('manager')
    const now = await desk.ask('GET', `/api/practice?${question}`)
    const then = await desk.ask('GET', `/api/practice?${question}&asOf=2026-03-01`)
    const entries = ({ places }: Answer): number => places.reduce((n: number, one: Answer) => n + one.entries, 0)
    expect(entries(then)).toBeGreaterThan(100)
    expect(entries(then)).toBeLessThan(entries(now))
    await desk.context.close()
  })
})

describe('how places code, on the page', () => {
  test('from the places of a figure to how they code and back, by keyboard alone; drawings off and on by one key', async () => {
    const desk = await deskOf('manager', 0, { at: `/figures?${question}` })
    const { page } = desk
    await page.locator('.bench-number').waitFor()
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '')
    for (let i = 0; i < 80 && !/^How places code/.test(await focused()); i++) await desk.press('Tab')
    await desk.press('Enter')
    await page.locator('.practice-says').waitFor()
    expect(await page.locator('.practice-says').textContent()).toMatch(
      /^Lyngdal sykehus \(oppdiktet\) starts the clock on other codes than the rest: its figures cannot be compared with those of the others\.$/,
    )
    expect(await page.locator('[data-unlike="true"]').count()).toBe(1)
    expect(await page.locator('[data-unlike="true"] .practice-mark').textContent()).toContain('unlike the rest')
    expect(await page.locator('.practice-bar').count()).toBeGreaterThan(6)
    await desk.press('t')
    await expect.poll(() => page.locator('.practice-bar').count()).toBe(0)
    expect(new URL(page.url()).searchParams.get('tables')).toBe('true')
    await desk.press('Escape')
    await page.locator('.bench-number').waitFor()
    expect([desk.complaints, desk.outside]).toEqual([[], []])
    await desk.context.close()
  })
  test('beside the funnel it warns of a place outside the limits that codes unlike the rest, and of no other', async () => {
    const desk = await deskOf('manager', 0, { at: '/' })
    const { page } = desk
    // In what was made up here no place need lie outside: of two it is said so.
    await page.route('**/api/bench*', async (route) => {
      const bench = await (await route.fetch()).json()
      const { organisations } = await desk.ask('GET', '/api/organisations')
      const outside = organisations
        .filter(({ name }: Answer) => /^(Lyngdal|Nordvik) sykehus/.test(name))
        .map(({ org }: Answer) => String(org))
      for (const place of bench.places.places) place.named = outside.includes(place.place)
      await route.fulfill({ json: bench })
    })
    await page.goto(`${demonstration.address}/figures?${question}`)
    await page.locator('.codes-unlike').waitFor()
    const warning = await page.locator('.codes-unlike').textContent()
    expect(warning).toContain('Lyngdal')
    expect(warning).not.toContain('Nordvik')
    expect(desk.complaints).toEqual([])
    await desk.context.close()
  })
  test.each(['en', 'nb'] as const)('nothing has a fault that axe knows, in both themes, and it prints: %s', async (language) => {
    const desk = await deskOf('manager', 0, { language, theme: 'system' })
    const { page } = desk
    await page.locator('.practice-says').waitFor()
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      await page.locator(`.aksel-theme.${theme}`).first().waitFor()
      await desk.picture(`practice-${language}-${theme}`)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 160), nodes[0]?.failureSummary])).toEqual([])
    }
    await page.locator('.practice-part').last().scrollIntoViewIfNeeded()
    await desk.picture(`practice-${language}-below`)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.practice .print-only').isVisible()).toBe(true)
    expect(desk.complaints).toEqual([])
    await desk.context.close()
  })
})
