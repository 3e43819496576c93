import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

/** What the service tells of a pathway, as far as it is looked for here. */
interface Read {
  readonly pathway: string
  readonly entries: readonly {
    readonly entry: string
    readonly code: string
    readonly occurred: string
    readonly recorded: string
    readonly superseded: string | null
    readonly evidence: readonly { readonly document?: string; readonly from?: number; readonly to?: number }[]
  }[]
  readonly explanation: { readonly clocks: readonly { readonly parts: { readonly limit: { readonly amount: number | null } | null } }[] }
  readonly under: { readonly clocks: readonly { readonly because: readonly unknown[] }[] } | null
}

let demonstration: DemonstrationUnderTest
let browser: Browser
let desk: Desk
let pathways: readonly Read[] = []
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(300)
  browser = await openBrowser()
  desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
  const list = await get<{ pathways: readonly { pathway: string }[] }>('/api/pathways?pack=no-house&limit=60')
  pathways = await Promise.all(list.pathways.map(({ pathway }) => get<Read>(`/api/pathways/${pathway}`)))
})
afterAll(async () => {
  await browser?.close()
  await demonstration?.stop()
})

async function get<T>(path: string): Promise<T> {
  const answer = await desk.context.request.get(`${demonstration.address}${path}`)
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`)
  return answer.json() as Promise<T> // as the routes say
}
/** Writes something, passing every warning there is. */
async function post<T>(pathway: string, entry: string, what: 'corrections' | 'withdrawals', data: object): Promise<T> {
  const path = `/api/pathways/${pathway}/entries/${entry.split('-')[1]}/${what}`
  const { version } = await get<{ version: number }>(`/api/pathways/${pathway}`)
  const { csrf } = await get<{ csrf: string }>('/api/me')
  const headers = { 'varde-csrf': csrf, origin: demonstration.address, 'if-match': `"${version}"` }
  const send = (more: object) => desk.context.request.post(`${demonstration.address}${path}`, { data: { ...data, ...more }, headers })
  const first = await send({})
  const { issues = [] } = (await first.json()) as { issues?: readonly { id?: string }[] } // every refusal is a problem
  const answer = first.ok() ? first : await send({ passing: issues.flatMap(({ id }) => id ?? []) })
  if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`)
  return answer.json() as Promise<T> // as the routes say
}
const panel = () => desk.page.locator('.panel')
const open = async (pathway: string, on = desk): Promise<void> => {
  await on.page.goto(`${demonstration.address}/list?pack=no-house&open=${encodeURIComponent(JSON.stringify(pathway))}`)
  // The list takes the focus when it has been read.
  await on.page.locator('.grid-body .grid-row').first().waitFor()
  await on.page.locator('.entries .opener').first().waitFor()
}
/** The first pathway of which this holds; a demonstration without one shows nothing. */
const withSome = (what: string, holds: (read: Read) => boolean): Read => {
  const found = pathways.find(holds)
  if (!found) throw new Error(`No pathway of the demonstration has ${what}.`)
  return found
}
const dayMs = 86_400_000

describe('reading a pathway', () => {
  test('the drawing says in words what it shows, and is a table one key away', async () => {
    const read = withSome(
      'a limit',
      ({ entries, explanation }) => entries.length > 3 && explanation.clocks.some(({ parts }) => parts.limit?.amount != null),
    )
    await open(read.pathway)
    const drawing = desk.page.getByRole('img', { name: 'Drawing of the course' })
    await drawing.waitFor()
    const described = (await drawing.locator('desc').textContent()) ?? ''
    const marks = await drawing.locator('.label > text:first-of-type').allTextContents()
    expect(marks.length).toBeGreaterThan(0)
    for (const mark of marks) expect(described).toContain(mark.replace('…', ''))
    for (const words of await drawing.locator('.limit-words').allTextContents()) expect(described).toContain(words.replace('limit ', ''))

    await desk.press('b')
    const table = desk.page.getByRole('table', { name: 'The course as a table' })
    await table.waitFor()
    expect(await drawing.count()).toBe(0)
    const days = await table.locator('tbody tr td:nth-child(2)').allTextContents()
    expect(days.length).toBeGreaterThan(marks.length)
    expect(days.every((day) => /^\d{4}-\d{2}-\d{2}$/.test(day))).toBe(true)
    await desk.press('b')
    await drawing.waitFor()
  })

  test('its labels lie on one another in no width that a panel has', async () => {
    for (const { pathway } of pathways.filter(({ entries }) => entries.length > 4).slice(0, 6)) {
      await open(pathway)
      for (const width of [914, 1366, 1900]) {
        await desk.page.setViewportSize({ width, height: 768 })
        await desk.page.waitForFunction(() => {
          const svg = document.querySelector('.drawing')
          return svg !== null && Math.abs(svg.clientWidth - (svg.parentElement?.clientWidth ?? 0)) <= 1
        })
        const faults = await desk.page.evaluate(() => {
          const texts = [...document.querySelectorAll('.drawing .label text, .drawing .row-name, .drawing .limit-words')]
          const boxes = texts.map((text) => ({ words: text.textContent, box: text.getBoundingClientRect() }))
          const svg = document.querySelector('.drawing')!.getBoundingClientRect()
          return boxes.flatMap(({ words, box }, i) => [
            ...(box.left < svg.left - 1 || box.right > svg.right + 1 ? [`${words} leaves the drawing`] : []),
            ...boxes
              .slice(i + 1)
              .filter(
                ({ box: other }) =>
                  box.left < other.right - 1 && other.left < box.right - 1 && box.top < other.bottom - 4 && other.top < box.bottom - 4,
              )
              .map((other) => `${words} lies on ${other.words}`),
          ])
        })
        expect(faults).toEqual([])
      }
    }
    await desk.page.setViewportSize({ width: 1366, height: 768 })
  })

  test('each clock opens by its key, and the sum it prints comes out by hand', async () => {
    let clocks = 0
    let limits = 0
    for (const { pathway } of pathways.slice(0, 12)) {
      await open(pathway)
      await desk.page.locator('.clocks').waitFor()
      for (let all = await desk.page.locator('.clock').count(); all > 0; all--) {
        await desk.press('l')
        const opened = desk.page.locator('.clock[data-open="true"]')
        await expect.poll(() => opened.count()).toBe(1)
        expect(await opened.locator('.opener').evaluate((node) => node === document.activeElement)).toBe(true)
        const lines = await opened.locator('.sum tbody tr').evaluateAll((rows) =>
          rows.map((row) => ({
            code: String(row.className).replace('line-', ''),
            words: row.children[0]?.textContent ?? '',
            amount: Number((row.children[1]?.textContent ?? '').replace('−', '-').replace(',', '')),
          })),
        )
        const of = (code: string) => lines.find((line) => line.code === code)
        const ran = of('from-to')
        clocks++
        if (!ran) continue
        const [from = '', to = ''] = ran.words.match(/\d{4}-\d{2}-\d{2}/g) ?? []
        expect(ran.amount).toBe((Date.parse(to) - Date.parse(from)) / dayMs)
        const together = lines
          .filter(({ code }) => ['from-to', 'taken-out', 'no-more'].includes(code))
          .reduce((sum, { amount }) => sum + amount, 0)
        expect(of('length')?.amount ?? ran.amount).toBe(together)
        const limit = of('limit')
        if (!limit) continue
        limits++
        expect(of('left')?.amount ?? -(of('over')?.amount ?? Number.NaN)).toBe(limit.amount - together)
        const facts = (await opened.locator('.facts').textContent()) ?? ''
        expect(facts).toMatch(/calendar days/)
        expect(facts).toContain('Europe/Oslo')
        expect(facts).toMatch(/line [\w-]+\/[\w-]+\.yaml:\d+/)
        expect(facts).toMatch(/version 1\.0/)
      }
      await desk.press('l')
      await expect.poll(() => desk.page.locator('.clock[data-open="true"]').count()).toBe(0)
    }
    expect(clocks).toBeGreaterThan(20)
    expect(limits).toBeGreaterThan(5)
  })

  test('as known on another day it leaves out what came later, says so, and comes back with Esc', async () => {
    const read = withSome('entries of several days', ({ entries }) => new Set(entries.map(({ recorded }) => recorded)).size > 2)
    await open(read.pathway)
    const day = read.entries.map(({ recorded }) => recorded).toSorted()[0] ?? ''
    await desk.page.locator('.view-choice .opener').focus()
    await desk.press('Enter', 'Tab')
    await desk.page.keyboard.type(day)
    await desk.press('Enter')
    await desk.page.locator('.view-notice').waitFor()
    expect(await desk.page.locator('.view-notice').textContent()).toContain('You see what was known on')
    await expect
      .poll(() => desk.page.locator('.entry[data-gone="not-yet"]').count())
      .toBe(read.entries.filter(({ recorded }) => recorded > day).length)
    // What is done is done now: nothing is corrected from there.
    await desk.page.locator('.entry:not([data-gone]) .opener').first().click()
    expect(await desk.page.locator('.entry .acts button').count()).toBe(0)
    await desk.page.locator('.view-choice .opener').focus()
    await desk.press('Escape')
    await expect.poll(() => desk.page.locator('.view-notice').count()).toBe(0)
    await expect.poll(() => desk.page.locator('.entry[data-gone="not-yet"]').count()).toBe(0)
    expect(await panel().count()).toBe(1)
  })

  test('under the rules of another day it names what makes the difference', async () => {
    let found: Read | undefined
    for (const { pathway } of pathways) {
      const read = await get<Read>(`/api/pathways/${pathway}?rules=2019-01-01`)
      if (read.under?.clocks.some(({ because }) => because.length > 0)) found = read
      if (found) break
    }
    if (!found) throw new Error('Old rules make a difference to no pathway of the demonstration.')
    await open(found.pathway)
    await desk.page.locator('.view-choice .opener').click()
    await desk.page.getByLabel('Under the rules of').fill('2019-01-01')
    await desk.press('Enter')
    await desk.page.locator('.difference').first().waitFor()
    const words = (await desk.page.locator('.difference').first().textContent()) ?? ''
    expect(words).toContain('Under the rules that hold:')
    expect(words).toMatch(/the limit is .*\.yaml:\d+ instead of .*\.yaml:\d+/)
    expect(await desk.page.locator('.view-notice').textContent()).toContain('2019')
    await desk.picture('reading-rules')
    await desk.page.locator('.view-notice button').click()
    await expect.poll(() => desk.page.locator('.difference').count()).toBe(0)
  })

  test('what no longer counts is kept, struck through, and can be folded away', async () => {
    const read = withSome('three entries that count', ({ entries }) => entries.filter(({ superseded }) => superseded === null).length > 2)
    const before = read.entries.filter(({ superseded }) => superseded !== null).length
    const [first, second] = read.entries.filter(({ superseded }) => superseded === null).toReversed()
    const said = { code: first!.code, occurred: first!.occurred, decider: 'clinician', reason: 'Invented: read wrongly.' }
    const { entry: by } = await post<{ entry: string }>(read.pathway, first!.entry, 'corrections', said)
    await post(read.pathway, second!.entry, 'withdrawals', { reason: 'Invented: recorded twice.' })

    await open(read.pathway)
    const struck = desk.page.locator('.entry[data-gone]')
    expect(await struck.count()).toBe(before + 2)
    const line = (entry = '') => desk.page.locator(`[data-entry="${entry}"]`)
    expect(
      await line(first?.entry)
        .locator('.entry-what')
        .evaluate((node) => getComputedStyle(node).textDecorationLine),
    ).toBe('line-through')
    expect(await line(first?.entry).textContent()).toContain(`${said.code} of ${said.occurred} stands instead`)
    expect(await line(by).textContent()).toContain(`Puts right ${said.code} of ${said.occurred}`)
    expect(await line(by).textContent()).toContain('Reason: Invented: read wrongly.')
    expect(await line(second?.entry).textContent()).toMatch(/Withdrawn.*Reason: Invented: recorded twice\./)
    await line(first?.entry).locator('.opener').focus()
    await desk.press('Enter')
    expect(await line(first?.entry).textContent()).toContain('Does not count')
    expect(await line(first?.entry).locator('.acts button').count()).toBe(0)
    await desk.page.getByRole('button', { name: /^Hide \d+ that no longer/ }).click()
    expect(await struck.count()).toBe(0)
    expect(await desk.page.locator('.entry').count()).toBe(read.entries.length + 1 - before - 2)
  })

  test('entries are gone through by keyboard; the one that is open is corrected, withdrawn or asked about', async () => {
    const read = withSome('three entries that count', ({ entries }) => entries.filter(({ superseded }) => superseded === null).length > 2)
    await open(read.pathway)
    const openers = desk.page.locator('.entries .opener')
    const focused = () => openers.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement)) // what has the focus is an element
    await openers.first().focus()
    await desk.press('j', 'j')
    expect(await focused()).toBe(2)
    await desk.press('k', 'ArrowUp', 'ArrowUp')
    expect(await focused()).toBe(0)
    const current = desk.page.locator('.entry:not([data-gone]) .opener')
    for (const [key, form] of [
      ['r', 'Correct'],
      ['w', 'Withdraw'],
      ['q', 'Ask'],
    ] as const) {
      await current.first().focus()
      if ((await current.first().getAttribute('aria-expanded')) === 'false') await desk.press('Enter')
      const use = (await desk.page.locator('.entry[data-open="true"] .facts').textContent()) ?? ''
      expect(use).toMatch(/Counts as.*Read by.*Rule/)
      await desk.press(key)
      await desk.page.locator('.panel .form[aria-label]').first().waitFor()
      expect(await desk.page.locator('.panel .form[aria-label]').first().getAttribute('aria-label')).toContain(form)
      await desk.press('Escape')
      await expect.poll(() => desk.page.locator('.panel .form[aria-label]').count()).toBe(0)
    }
    await current.first().focus()
    await desk.press('Escape')
    await expect.poll(() => desk.page.locator('.entry[data-open="true"]').count()).toBe(0)
    expect(await panel().count()).toBe(1)
  })

  test('the letter an entry rests on opens at the sentence, to the letter', async () => {
    const read = withSome('a letter with a sentence', ({ entries }) =>
      entries.some(
        ({ superseded, evidence }) =>
          superseded === null && evidence.some(({ document, from }) => document !== undefined && from !== undefined),
      ),
    )
    const entry = read.entries.find(({ superseded, evidence }) => superseded === null && evidence.some(({ from }) => from !== undefined))!
    const { document: ref = '', from = 0, to = 0 } = entry.evidence.find((one) => one.from !== undefined)!
    const { body } = await get<{ body: string }>(`/api/documents/${ref}`)
    await open(read.pathway)
    const item = desk.page.locator(`[data-entry="${entry.entry}"]`)
    // Until the entry is opened the letter is not read, and so not looked at.
    expect(await item.locator('.quote').count()).toBe(0)
    await item.locator('.opener').focus()
    await desk.press('Enter')
    await item.locator('.quote').waitFor()
    expect(await item.locator('.quote').textContent()).toBe(body.slice(from, to))
    await item.locator('.evidence .link').focus()
    await desk.press('Enter')
    const letter = desk.page.locator('.letter')
    await letter.waitFor()
    expect(await letter.evaluate((node) => node.textContent)).toBe(body)
    expect(await letter.locator('mark[data-asked="true"]').evaluateAll((marks) => marks.map((mark) => mark.textContent).join(''))).toBe(
      body.slice(from, to),
    )
    expect(
      await letter
        .locator('mark')
        .first()
        .evaluate((mark) => {
          const { top, bottom } = mark.getBoundingClientRect()
          return top >= 0 && bottom <= innerHeight
        }),
    ).toBe(true)
    await desk.picture('reading-letter')
    await desk.page.locator('.resting .link').first().focus()
    await desk.press('Enter')
    expect(await item.locator('.opener').evaluate((node) => node === document.activeElement)).toBe(true)
  })

  test.each([
    ['light', 'en'],
    ['dark', 'nb'],
  ] as const)('all of it open can be used by everybody: no fault that axe knows, %s', async (theme, language) => {
    const read = withSome(
      'a letter with a sentence',
      ({ entries }) => entries.length > 3 && entries.some(({ evidence }) => evidence.some(({ from }) => from !== undefined)),
    )
    const other = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator'), theme, language })
    await open(read.pathway, other)
    await other.press('l')
    await other.page.locator('.entry:has(.evidence) .opener').first().click()
    await other.page.locator('.entry[data-open="true"] .evidence .link').first().click()
    await other.page.locator('.letter').waitFor()
    await other.page.locator('.view-choice .opener').click()
    await other.page.locator('.drawing').scrollIntoViewIfNeeded()
    await other.picture(`reading-${theme}`)
    const faults = async () =>
      (await new AxeBuilder({ page: other.page }).include('.panel').analyze()).violations.map(({ id, nodes }) => [
        id,
        ...nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`),
      ])
    expect(await faults()).toEqual([])
    await other.page.locator('.view-choice input').last().fill('2019-01-01')
    await other.press('Enter')
    await other.page.locator('.view-notice').waitFor()
    await other.press('Tab')
    await other.page.locator('.timeline-foot button').click()
    await other.page.locator('.timeline table').waitFor()
    expect(await faults()).toEqual([])
    expect([other.complaints, other.outside]).toEqual([[], []])
    await other.context.close()
  })
})
