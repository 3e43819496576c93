import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { byKeyboard } from './by-keyboard.ts'
import { type Answer, type Desk, openBrowser, openDesk } from './desk.ts'

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

const pack = 'no-house'
const deskOf = (role: 'coordinator' | 'clinician' | 'manager', more: Partial<Parameters<typeof openDesk>[1]> = {}): Promise<Desk> =>
  openDesk(browser, { address: demonstration.address, person: demonstration.person(role), at: `/indicators?pack=${pack}`, ...more })
const livesOf = async (desk: Desk): Promise<readonly Answer[]> => (await desk.ask('GET', `/api/lives?pack=${pack}`)).lives
const lifeOf = async (desk: Desk, indicator: string | null): Promise<Answer> =>
  (await livesOf(desk)).find((life) => life.indicator === indicator)
const say = (desk: Desk, { life, version }: Answer, said: object): Promise<Answer> =>
  desk.ask('POST', `/api/lives/${life}/records`, { said }, version)

test('from the list to an indicator in words, as a rule, in numbers and in steps; friction is noted and taken back, by keyboard alone', async () => {
  const desk = await deskOf('coordinator')
  const { page } = desk
  const keys = byKeyboard(desk)
  await page.locator('.life-rows [role=option]').first().waitFor()
  const rows = await page.locator('.life-rows [role=option]').allTextContents()
  // Every indicator of the pack is there, and an idea that cannot be computed stays there too.
  expect(['OA1', 'OF1', 'OF2', 'OF3', 'OF4'].every((id) => rows.some((row) => row.startsWith(id)))).toBe(true)
  expect(rows.find((row) => row.startsWith('OF4'))).toMatch(/In use.*Learning.*A note on effects was due.*Proposed: Payment/)
  expect(rows.at(-1)).toMatch(/in no rules yet.*Cannot be computed here\. Not recorded: måten det ble fortalt på/)
  await desk.press('Home')
  for (let i = 0; i < rows.findIndex((row) => row.startsWith('OF4')); i++) await desk.press('j')
  await desk.press('Enter')
  await page.locator('.life-number').waitFor()

  const short = await lifeOf(desk, 'OF4')
  const life = await desk.ask('GET', `/api/lives/${short.life}`)
  const [figure] = (await desk.ask('GET', `/api/figures?pack=${pack}&indicator=OF4&org=${short.org}`)).figures
  expect(await page.locator('.life-number').textContent()).toContain(`${figure.numerator} of ${figure.denominator}`)
  const head = page.locator('.life-head')
  expect(await head.textContent()).toContain(life.gap)
  expect(await head.textContent()).toContain('A note on effects was due')
  expect(await page.locator('.life-line li').count()).toBe(life.steps.length)
  expect(await page.locator('.life-proposal').textContent()).toContain('tried to agree and was refused (their own proposal)')
  const words = await page.locator('.life-page .facts').textContent()
  for (const said of ['from Referral received to Treatment begun, in days', 'the kind is Diagnostic', 'limits', 'Month by Treatment begun'])
    expect(words).toContain(said)
  expect(await page.locator('.rule').textContent()).toContain('within: OF4')

  const before = await page.getByRole('table', { name: 'Friction' }).locator('tbody tr').count()
  await keys.tabTo('Note friction', 'button')
  await desk.press('Enter')
  await page.locator('.panel form').waitFor()
  await keys.tabTo('Kind')
  await page.keyboard.type('Burd')
  await keys.write('What was met', 'Two forms ask the same.')
  await desk.press('Control+Enter')
  await expect.poll(() => page.locator('.panel').count()).toBe(0)
  await expect.poll(() => page.getByRole('table', { name: 'Friction' }).locator('tbody tr').count()).toBe(before + 1)
  expect(await page.getByRole('table', { name: 'Friction' }).textContent()).toContain('BurdensomeTwo forms ask the same.')
  await desk.press('Control+z')
  await expect.poll(() => page.getByRole('table', { name: 'Friction' }).locator('tbody tr').count()).toBe(before)

  // As it was before it was tried, and back.
  await keys.write('As it was on', life.steps[1].on)
  await desk.press('Tab')
  await expect.poll(() => page.locator('.life-line li').count()).toBe(2)
  expect(await page.locator('.life-acts').count()).toBe(0)
  expect(await head.textContent()).toContain('Nobody has written it down yet')
  await desk.press('Escape')
  await expect.poll(() => page.locator('.life-line li').count()).toBe(life.steps.length)
  // To the pathways behind the number.
  await keys.tabToFirst('.life-head a')
  await desk.press('Enter')
  await page.locator('.account tbody tr').first().waitFor()
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})

test('an idea is written down before any rule; its definition, its cost and its refusals by keyboard', async () => {
  const desk = await deskOf('coordinator')
  const { page } = desk
  const keys = byKeyboard(desk)
  await page.locator('.life-rows [role=option]').first().waitFor()
  const sayBy = async (button: string): Promise<void> => {
    await keys.tabTo(button, 'button')
    await desk.press('Enter')
    await page.locator('.panel form').waitFor()
  }
  const send = async (): Promise<void> => {
    await desk.press('Control+Enter')
    await expect.poll(() => page.locator('.panel').count()).toBe(0)
  }
  await sayBy('New idea')
  await keys.write('Name', 'Called back (invented)')
  await keys.write('What is wanted of it, and why', 'Nobody waits for a call that does not come.')
  await send()
  await page.locator('.life-line').waitFor()
  expect(await page.locator('.life-head').textContent()).toContain('No rule of the pack computes it, so there is no number.')

  await sayBy('Write the definition')
  await keys.write(/^Elements/, 'call: the day of the call\nanswer: whether it was answered')
  await keys.tabTo('None given')
  await desk.press('Space')
  await send()
  for (const [to, why] of [
    ['Definition', 'Written together.'],
    ['Data match', 'Where is it?'],
  ] as const) {
    await sayBy('Move to another stage')
    expect(await page.getByLabel('To', { exact: true }).locator('option:checked').textContent()).toBe(to)
    await keys.write('Why', why)
    await send()
  }
  await sayBy('Where the data are')
  await keys.tabTo('call is')
  await page.keyboard.type('Recorded')
  await keys.tabTo('answer is')
  await page.keyboard.type('Not rec')
  await send()
  await page.locator('.life-missing').waitFor()
  expect(await page.locator('.life-missing').textContent()).toBe('Cannot be computed here. Not recorded: answer.')
  expect(await page.locator('.life-number').count()).toBe(0)

  // To trial: refused, with what is missing and what to do.
  await sayBy('Move to another stage')
  await keys.write('Why', 'Let us try.')
  await desk.press('Control+Enter')
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toMatch(/answer is not recorded.*the gap is empty/)
  await desk.press('Escape')

  await sayBy('Estimate the cost')
  await keys.write('Items recorded anew, one a line', 'call\nanswer')
  await keys.write('Cases a year', '1200')
  await keys.write('Minutes an item', '1,5')
  const sum = page.locator('.panel form p[role=status]')
  expect(await sum.textContent()).toBe('60 hours a year')
  await keys.write('Items recorded anew, one a line', 'call')
  expect(await sum.textContent()).toBe('30 hours a year')
  await send()
  await expect.poll(() => page.locator('.life-page').textContent()).toContain('1 item × 1200 cases × 1.5 minutes = 30 hours a year')

  await sayBy('Propose a purpose')
  await keys.write('Why', 'The region asks.')
  await send()
  await keys.tabTo('Agree', 'button')
  await desk.press('Enter')
  await alert.waitFor()
  expect(await alert.textContent()).toContain('The purpose stays as it is, and your try is written down')
  await expect.poll(() => page.locator('.life-proposal').textContent()).toContain('tried to agree and was refused')
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})

test('another who may agrees to the purpose; beside the figure stand stage, purpose, gap and what is overdue', async () => {
  const desk = await deskOf('clinician')
  const { page } = desk
  const keys = byKeyboard(desk)
  const life = await lifeOf(desk, 'OF4')
  await page.goto(`${demonstration.address}/indicators?pack=${pack}&life=${encodeURIComponent(`"${life.life}"`)}`)
  await page.locator('.life-proposal').waitFor()
  await keys.tabTo('Agree', 'button')
  await desk.press('Enter')
  await expect.poll(() => page.locator('.life-proposal').count()).toBe(0)
  expect((await lifeOf(desk, 'OF4')).purpose).toBe('payment')
  await page.goto(`${demonstration.address}/figures?pack=${pack}&indicator=OF4`)
  await page.locator('.bench-number').waitFor()
  const beside = await page.locator('.life-beside').textContent()
  for (const said of ['In use', 'Payment', life.gap, 'A note on effects was due']) expect(beside).toContain(said)
  expect(desk.complaints).toEqual([])
  await desk.context.close()
})

test('a figure has no number where something it needs is recorded nowhere in the house, on the bench and in the list', async () => {
  const desk = await deskOf('coordinator')
  const { page } = desk
  const life = await lifeOf(desk, 'OF2')
  const { record, life: now } = await say(desk, life, { kind: 'match', elements: [{ name: 'beslutning', is: 'not-recorded' }] })
  await page.goto(`${demonstration.address}/figures?pack=${pack}&indicator=OF2`)
  const missing = page.locator('.bench-column').getByText('Cannot be computed here. Not recorded: beslutning.')
  await missing.waitFor()
  expect(await page.locator('.bench-number, .bench-part').count()).toBe(0)
  await page.goto(`${demonstration.address}/figures?pack=${pack}`)
  const row = page.locator('.figures-table tr', { hasText: 'OF2' })
  await row.getByText('Not recorded: beslutning').waitFor()
  expect(await row.textContent()).not.toContain('%')
  await say(desk, now, { kind: 'taken-back', record })
  await page.goto(`${demonstration.address}/figures?pack=${pack}&indicator=OF2`)
  await page.locator('.bench-number').waitFor()
  expect(desk.complaints).toEqual([])
  await desk.context.close()
})

test.each([
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'nb' },
] as const)('nothing has a fault that axe knows, $theme', async ({ theme, language }) => {
  const desk = await deskOf('coordinator', { theme, language })
  const { page } = desk
  const life = await lifeOf(desk, 'OF4')
  const idea = (await livesOf(desk)).find(({ missing, indicator }) => indicator === null && missing.length > 0)
  const look = async (name: string, at: string, ready: string): Promise<void> => {
    await page.goto(`${demonstration.address}/indicators?pack=${pack}${at}`)
    await page.locator(ready).first().waitFor()
    await desk.picture(`${name}-${theme}`)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(
      violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 160), nodes[0]?.failureSummary]),
      name,
    ).toEqual([])
  }
  const of = ({ life: ref }: Answer): string => `&life=${encodeURIComponent(`"${ref}"`)}`
  // Each screen in one of the themes, and the list and a page with a form in both.
  await look('indicators', '', '.life-rows [role=option]')
  if (theme === 'light') {
    await look('indicator-definition', `${of(life)}&say=definition`, '.panel form')
    await look('indicator-none', '&indicator=OF1', '.life-begin')
  } else {
    await look('indicator-match', `${of(life)}&say=match`, '.panel form')
    await look('indicator-missing', of(idea), '.life-missing')
  }
  await page.goto(`${demonstration.address}/figures?pack=${pack}&indicator=OF4`)
  await page.locator('.bench-number').waitFor()
  await desk.picture(`indicator-bench-${theme}`)
  expect([desk.complaints, desk.outside]).toEqual([[], []])
  await desk.context.close()
})
