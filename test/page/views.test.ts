import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Desk, openBrowser, openDesk } from './desk.ts'

/** Views that follow a person and are shared by a house, and the file of what is shown: by keyboard. */
describe('views of the list', () => {
  let demonstration: DemonstrationUnderTest
  let browser: Browser
  let desk: Desk
  let me: number
  const open: Desk[] = []
  const deskOf = async (person: number, at = '/list', language: 'en' | 'nb' = 'en'): Promise<Desk> => {
    const opened = await openDesk(browser, { address: demonstration.address, person, at, language })
    open.push(opened)
    await opened.page.locator('.grid-body .grid-row').first().waitFor()
    return opened
  }
  beforeAll(async () => {
    demonstration = await openDemonstrationUnderTest(300)
    browser = await openBrowser()
    me = demonstration.person('coordinator')
    desk = await deskOf(
      me,
      `/list?states=${encodeURIComponent('["past","will-pass"]')}&sort=%22name%22&group=%22state%22&text=%22pr%C3%B8ve%22`,
    )
  })
  afterAll(async () => {
    await browser?.close()
    await demonstration?.stop()
  })

  /** Ledgers in which somebody sees pathways. */
  const seenBy = async (person: number): Promise<readonly number[]> => {
    const context = await browser.newContext()
    const headers = { origin: demonstration.address }
    await context.request.post(`${demonstration.address}/api/demonstration/sign-in`, { data: { person }, headers })
    const { may } = await (await context.request.get(`${demonstration.address}/api/me`)).json()
    await context.close()
    return may.see ?? []
  }
  const items = (at: Desk) => at.page.getByRole('menuitem')
  const openMenu = async (at: Desk): Promise<readonly string[]> => {
    await at.press('i')
    await items(at).first().waitFor()
    return items(at).allTextContents()
  }
  /** Goes down the open menu to an item, and takes it. */
  const choose = async (at: Desk, name: string | RegExp): Promise<void> => {
    const item = at.page.getByRole('menuitem', { name })
    for (let presses = 0; presses < 30; presses++) {
      if (await item.evaluate((node) => node === document.activeElement)) return at.press('Enter')
      await at.press('ArrowDown')
    }
    throw new Error(`No way by arrows to ${name}.`)
  }
  const tabTo = async (at: Desk, label: string, role?: 'button'): Promise<void> => {
    const field = (role ? at.page.getByRole(role, { name: label }) : at.page.getByLabel(label, { exact: true })).first()
    for (let presses = 0; presses < 80; presses++) {
      if (await field.evaluate((node) => node === document.activeElement)) return
      await at.press('Tab')
    }
    throw new Error(`No way by Tab to ${label}.`)
  }
  const write = async (at: Desk, label: string, text: string): Promise<void> => {
    await tabTo(at, label)
    await at.press('Control+a')
    await at.page.keyboard.type(text)
  }
  const done = (at: Desk) => at.page.locator('.last-done')
  const narrowed = (at: Desk): URLSearchParams => new URL(at.page.url()).searchParams

  test('what the list shows is kept under a name, without the words that were searched for, and the page says so', async () => {
    await openMenu(desk)
    await choose(desk, /^Keep, rename/)
    await desk.page.getByText('The search words, or the name of the owner').waitFor()
    await write(desk, 'Name of the view', 'My mornings')
    await desk.press('Control+Enter')
    await expect.poll(() => done(desk).textContent()).toContain('“My mornings” is kept.')
    await desk.picture('views-kept')
    await desk.press('Escape')
    await expect.poll(() => desk.page.locator('.panel').count()).toBe(0)
  })

  test('it follows its owner to another machine, and shows there what it showed here, but for the words', async () => {
    const machine = await deskOf(me)
    expect(await openMenu(machine)).toContain('My mornings')
    await choose(machine, 'My mornings')
    await expect.poll(() => narrowed(machine).get('states')).toBe('["past","will-pass"]')
    expect(['sort', 'group', 'text', 'open'].map((key) => narrowed(machine).get(key))).toEqual(['name', 'state', null, null])
    // The list has the keys again.
    await machine.press('ArrowDown', 'Enter')
    await machine.page.locator('.panel .acts').first().waitFor()
    await machine.context.close()
  })

  test('one that is shared is there for a colleague, who gives it another name, removes it, and takes that back', async () => {
    const mine = await seenBy(me)
    await openMenu(desk)
    await choose(desk, /^Keep, rename/)
    await write(desk, 'Name of the view', 'Past or soon')
    await tabTo(desk, 'For whom')
    await desk.press('ArrowDown')
    await desk.press('Control+Enter')
    await expect.poll(() => done(desk).textContent()).toContain('“Past or soon” is kept.')
    await desk.press('Escape')

    let colleague: number | undefined
    for (const role of ['coder', 'clinician', 'coding-lead'] as const) {
      const person = demonstration.person(role)
      if ((await seenBy(person)).some((ledger) => mine.includes(ledger))) colleague ??= person
    }
    const theirs = await deskOf(colleague!)
    const there = await openMenu(theirs)
    expect(there).toContain('Past or soon')
    expect(there).not.toContain('My mornings')
    await choose(theirs, /^Keep, rename/)
    await tabTo(theirs, 'Rename Past or soon', 'button')
    await theirs.press('Enter')
    await theirs.page.getByRole('form', { name: 'Another name for “Past or soon”' }).waitFor()
    await theirs.press('Control+a')
    await theirs.page.keyboard.type('Past or nearly')
    await theirs.press('Control+Enter')
    await expect.poll(() => done(theirs).textContent()).toContain('It is called “Past or nearly” now.')
    await theirs.picture('views-shared')
    await tabTo(theirs, 'Remove Past or nearly', 'button')
    await theirs.press('Enter')
    await expect.poll(() => theirs.page.locator('.views li').count()).toBe(0)
    await theirs.press('Control+z')
    await expect.poll(() => theirs.page.locator('.views li').allTextContents()).toEqual([expect.stringContaining('Past or nearly')])

    expect(await openMenu(desk)).toEqual(['My mornings', 'Past or nearly', expect.stringContaining('Keep, rename')])
    await desk.press('Escape')
    await theirs.context.close()
  })

  test('nobody of another region has it', async () => {
    const mine = await seenBy(me)
    for (let nth = 1; ; nth++) {
      const stranger = demonstration.person('coordinator', nth)
      if ((await seenBy(stranger)).some((ledger) => mine.includes(ledger))) continue
      const theirs = await deskOf(stranger)
      expect(await openMenu(theirs)).toHaveLength(1)
      await theirs.context.close()
      return
    }
  })

  test('the file holds exactly the rows that are shown, in their order, with when they were read; the log says who, which filter and how many', async () => {
    // Without a group every line is a row; a filter that leaves few leaves all of them drawn.
    await desk.page.goto(`${demonstration.address}/list?states=${encodeURIComponent('["will-pass"]')}&text=%22pr%C3%B8ve%22`)
    await desk.page.locator('.grid-body .grid-row').first().waitFor()
    const count = Number((await desk.page.locator('.list-count').textContent())?.split(' ')[0])
    await tabTo(desk, 'Export', 'button')
    const [download] = await Promise.all([desk.page.waitForEvent('download'), desk.press('Enter')])
    const rows: Record<string, string>[] = parse(readFileSync(await download.path()), { columns: true, bom: true })
    expect(rows).toHaveLength(count)
    const shown = await desk.page.locator('.grid-body .grid-row').evaluateAll((nodes) => nodes.map((node) => node.id.slice('row-'.length)))
    expect(shown.length).toBeGreaterThan(0)
    expect(rows.slice(0, shown.length).map(({ pathway }) => pathway)).toEqual(shown)
    const [readAt] = new Set(rows.map(({ asOf }) => asOf))
    expect(Date.parse(readAt!)).toBeGreaterThan(Date.now() - 600_000)
    expect(rows[0]!['filter']).toContain('prøve')
    // No slack is told without what it rests on, on the screen and in the file.
    for (const row of rows) {
      expect(row['slackRestsOn']).toMatch(/^(Rests on|Nothing is booked)/)
      expect(await desk.page.locator(`[id="row-${row['pathway']}"]`).getAttribute('title')).toContain(row['slackRestsOn'])
    }

    const context = await browser.newContext()
    const headers = { origin: demonstration.address }
    const told: { person: number; showed: number; told: object }[] = []
    for (const nth of [0, 1, 2, 3]) {
      const person = demonstration.person('data-protection-officer', nth)
      await context.request.post(`${demonstration.address}/api/demonstration/sign-in`, { data: { person }, headers })
      const { rows } = await (await context.request.get(`${demonstration.address}/api/log?kind=list-export&person=${me}`)).json()
      told.push(...rows)
      if (told.length > 0) break
    }
    await context.close()
    expect(told.reduce((sum, { showed }) => sum + showed, 0)).toBe(count)
    expect(told[0]).toMatchObject({ person: me, told: { asOf: readAt, filter: { states: ['will-pass'] }, named: true } })
    expect(JSON.stringify(told)).not.toContain('prøve')
  })

  test('a day typed into a field says its year where that is another than this one', async () => {
    await desk.press('Escape', 'p')
    await write(desk, 'Born', '7.3.1950')
    await desk.page.getByText('Tue 7 March 1950').waitFor()
    const year = new Date().getFullYear()
    await write(desk, 'Born', `7.3.${year}`)
    await expect.poll(() => desk.page.getByText(/^\w{3} 7 March$/).count()).toBe(1)
  })

  test('nothing was asked of any other place, and the page complained of nothing', () => {
    for (const { outside, complaints } of open) expect([outside, complaints]).toEqual([[], []])
  })
})
