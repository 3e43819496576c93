import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { type Answer, type Desk, openBrowser, openDesk } from './desk.ts'

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
  { name: 'codes', role: 'coordinator', at: '/codes', ready: '.page-body' },
  { name: 'figures', role: 'manager', at: '/', ready: '.figures-table' },
  { name: 'occurrence', role: 'manager', at: '/occurrence?washout=30&people=400000', ready: '.bench-chart' },
  {
    name: 'occurrence-tables',
    role: 'coordinator',
    at: '/occurrence?codes=%22A12A%22&washout=30&tables=true',
    ready: '.occurrence-definition',
  },
  { name: 'meetings', role: 'coordinator', at: '/meetings', ready: '.work-list [role=option]' },
  {
    name: 'meeting-plan',
    role: 'coordinator',
    at: '/list?states=%5B%22past%22%5D',
    ready: '.grid-body .grid-row',
    keys: ['y'],
    shown: '.agenda-planned li',
  },
  { name: 'meeting', role: 'coordinator', at: '/meetings/{open}', ready: '.discussed-facts .clocks' },
  {
    name: 'meeting-present',
    role: 'coordinator',
    at: '/meetings/{open}',
    ready: '.discussed-facts .clocks',
    keys: ['i'],
    shown: '.over form',
  },
  { name: 'meeting-sign', role: 'coordinator', at: '/meetings/{open}', ready: '.discussed-facts .clocks', keys: ['f'], shown: '.proof' },
  { name: 'minutes', role: 'clinician', at: '/meetings/{signed}', ready: '.minutes pre' },
  { name: 'releases', role: 'manager', at: '/releases', ready: '.releases .empty' },
  { name: 'reports', role: 'manager', at: '/reports?period=all&byRole=true&org=5', ready: '.answers-table' },
  { name: 'unit', role: 'manager', at: '/unit', ready: '.unit-sentence' },
  { name: 'unit-place', role: 'coordinator', at: '/unit?org=5', ready: '.unit-table' },
] as const

let demonstration: DemonstrationUnderTest
let browser: Browser
let meetings: Readonly<Record<'open' | 'signed', string>>
let recorded: readonly Answer[]
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(300)
  browser = await openBrowser()
  const desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
  meetings = { open: await plan(desk), signed: await plan(desk) }
  const signed = await desk.ask('GET', `/api/meetings/${meetings.signed}`)
  const read = signed.items.map(({ item }: Answer) => ({ work: item.work, version: item.version }))
  await desk.ask('POST', `/api/meetings/${meetings.signed}/signatures`, { read }, signed.version)
  recorded = await explain(desk)
  await desk.context.close()
})
afterAll(async () => {
  await browser?.close()
  await demonstration?.stop()
})

const themes = ['light', 'dark'] as const

describe('the screens', () => {
  // Each is opened once, every other one in the other language, and looked at in both themes.
  test.each(screens.map((screen, n) => ({ ...screen, language: n % 2 === 0 ? ('en' as const) : ('nb' as const) })))(
    '$name can be used by everybody: no fault that axe knows',
    async (screen) => {
      const desk = await openDesk(browser, {
        address: demonstration.address,
        person: demonstration.person(screen.role),
        theme: 'system',
        language: screen.language,
        at: screen.at.replace(/\{(open|signed)\}/, (_, which: 'open' | 'signed') => meetings[which]),
      })
      await show(desk, screen)
      for (const theme of themes) {
        await desk.page.emulateMedia({ colorScheme: theme })
        await desk.page.locator(`.aksel-theme.${theme}`).first().waitFor()
        await desk.picture(`${screen.name}-${theme}`)
        // Only colours differ between the themes: all else is looked at once.
        const axe = new AxeBuilder({ page: desk.page })
        const { violations } = await (theme === 'light' ? axe : axe.withRules(['color-contrast', 'link-in-text-block'])).analyze()
        expect(
          violations.map(({ id, nodes }) => [
            id,
            ...nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`),
          ]),
          theme,
        ).toEqual([])
      }
      expect([desk.complaints, desk.outside]).toEqual([[], []])
      await desk.context.close()
    },
  )

  test.each(themes)('nobody is signed in: the way in is usable as well, %s', async (theme) => {
    const context = await browser.newContext({ colorScheme: theme })
    const page = await context.newPage()
    await page.goto(demonstration.address)
    await page.locator('.people li').first().waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual([])
    await context.close()
  })
})

const pack = 'no-house'
const pastOf = async (desk: Desk): Promise<readonly Answer[]> =>
  (await desk.ask('GET', `/api/pathways?pack=${pack}&limit=5000`)).pathways.filter(({ risk }: Answer) => risk.state === 'past')

/** A meeting of some who are past a limit; gives its number. */
async function plan(desk: Desk): Promise<string> {
  const some = (await pastOf(desk)).slice(0, 5)
  const [ledger = ''] = some[0].pathway.split('-')
  const planned = await desk.ask('POST', '/api/meetings', {
    org: Number(ledger),
    pack,
    name: 'Invented meeting',
    on: '2026-11-25',
    agenda: some.map(({ pathway }) => ({ pathway, question: 'What next?' })),
    present: [{ name: 'Guest Prøvegjest' }],
  })
  const { work, version } = planned.items[0].item
  await desk.ask('POST', `/api/work/${work}/outcomes`, { outcome: 'Operation in week 50.' }, version)
  return planned.meeting
}

/** Writes down why limits were passed, one reason after the other, the last left to somebody; gives the records. */
async function explain(desk: Desk): Promise<readonly Answer[]> {
  const all: Answer[] = []
  for (const { pathway } of (await pastOf(desk)).slice(0, 6)) {
    const { passed, reasons } = await desk.ask('GET', `/api/pathways/${pathway}/overruns`)
    for (const { interval } of passed) {
      const reason = reasons.filter(({ intervals }: Answer) => intervals === null || intervals.includes(interval))[all.length % 3]?.id
      const said =
        all.length % 5 === 4
          ? { role: 'clinician' }
          : { explanation: { reason, avoidable: all.length % 2 ? 'yes' : 'no', patientInitiated: all.length % 4 === 0 } }
      all.push((await desk.ask('POST', `/api/pathways/${pathway}/overruns`, { interval, ...said })).item)
    }
  }
  return all
}

describe('the reports', () => {
  test('of passed limits say what the records say, by reason, place and month, each with what it is a part of', async () => {
    const desk = await openDesk(browser, {
      address: demonstration.address,
      person: demonstration.person('coordinator'),
      at: `/reports?pack=${pack}&period=all`,
    })
    await desk.page.locator('.passed-table').waitFor()
    const { organisations } = await desk.ask('GET', '/api/organisations')
    const placeOf = ({ body }: Answer): string => organisations.find(({ org }: Answer) => org === body.place).name
    expect(recorded.length).toBeGreaterThan(5)
    expect(new Set(recorded.map(({ body }) => body.reason ?? null)).size).toBeGreaterThan(2)
    const [head = [], ...lines] = await desk.page
      .locator('.passed-table tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')))
    const months = head.slice(6)
    const share = (part: number, of: number): string => (of === 0 ? '0 of 0' : `${part} of ${of} (${Math.round((100 * part) / of)} %)`)
    const expected = (place: string | undefined, reason: string): readonly string[] => {
      const here = recorded.filter((item) => place === undefined || placeOf(item) === place)
      const of = here.filter((item) => reason === 'Together' || reason === (item.open ? 'Not explained yet' : item.body.words))
      const told = of.filter(({ open }) => !open)
      const base = reason === 'Together' ? recorded.length : here.length
      return [
        share(of.length, base),
        share(told.filter(({ body }) => body.avoidable === 'yes').length, told.length),
        share(told.filter(({ body }) => body.patientInitiated).length, told.length),
        ...months.map((month) => String(of.filter(({ body }) => body.limitDay.startsWith(month)).length)),
      ]
    }
    for (const [place = '', reason = '', , ...cells] of lines)
      expect(cells, `${place} ${reason}`).toEqual(expected(place === 'All' ? undefined : place, reason))
    const kinds = new Set(recorded.map((item) => `${placeOf(item)} ${item.open ? '' : item.body.reason}`))
    expect(lines.length).toBe(kinds.size + new Set(recorded.map(placeOf)).size + 1)
    // Of whichever list a reason was chosen, its version stands beside it.
    for (const [, reason = '', list] of lines)
      expect(list, reason).toBe(['Together', 'Not explained yet'].includes(reason) ? '' : `${pack} 1.0`)

    // What is exported is what is shown, and a link gives the same view.
    const [file] = await Promise.all([
      desk.page.waitForEvent('download'),
      desk.page
        .locator('.report', { has: desk.page.locator('#passed-title') })
        .getByRole('button', { name: 'Export' })
        .press('Enter'),
    ])
    const csv = (await readFile((await file.path()) ?? '', 'utf8')).trim().split('\r\n')
    expect(csv).toHaveLength(lines.length) // the line of all together stays out, and a head comes in
    expect(csv[0]).toBe(`read,filter,place,reason,reasonList,passed,of,avoidable,patientInitiated,explained,${months.join()}`)
    await desk.context.close()
  })

  test('of answers give the median by place, of questions and of escalations, as the pieces of work themselves do', async () => {
    const desk = await openDesk(browser, {
      address: demonstration.address,
      person: demonstration.person('coordinator'),
      at: `/reports?pack=${pack}&period=all`,
    })
    await desk.page.locator('.answers-table').waitFor()
    const { organisations } = await desk.ask('GET', '/api/organisations')
    const ofPathway = new Map<string, number>()
    const lines = await desk.page
      .locator('.answers-table tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? '')))
    const counted: string[][] = []
    for (const [kind, what] of [
      ['escalation', 'Escalations'],
      ['query', 'Questions'],
    ] as const) {
      const { items } = await desk.ask('GET', `/api/work?kind=${kind}&limit=500`)
      const mine: Answer[] = []
      for (const item of items) {
        const read = ofPathway.has(item.pathway) ? undefined : await desk.ask('GET', `/api/pathways/${item.pathway}`)
        if (read?.pack === pack) ofPathway.set(item.pathway, read.org)
        if (ofPathway.has(item.pathway)) mine.push(item)
      }
      for (const [org, of] of [...Map.groupBy(mine, ({ pathway }) => ofPathway.get(pathway) ?? 0)].toSorted(([a], [b]) => a - b)) {
        const [answered, open] = [of.filter(({ state }) => state === 'answered').length, of.filter((item) => item.open).length]
        const percent = Math.round((100 * answered) / (answered + open))
        counted.push([
          what,
          organisations.find((one: Answer) => one.org === org).name,
          `${answered} of ${answered + open} (${percent} %)`,
          String(open),
        ])
      }
    }
    expect(lines.map((cells) => cells.slice(0, 4))).toEqual(counted)
    expect(lines.filter(([, , answered]) => !answered?.startsWith('0 ')).every((cells) => /hour|day/.test(cells.at(-1) ?? ''))).toBe(true)
    await desk.context.close()
  })

  test('who may not count gets the sentence of the service, and nobody is shown a way there', async () => {
    const desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('summariser'), at: '/reports' })
    await desk.page.getByRole('alert').first().waitFor()
    expect(await desk.page.locator('.passed-table, .answers-table').count()).toBe(0)
    expect(await desk.page.getByRole('link', { name: 'Reports' }).count()).toBe(0)
    await desk.page.goto(`${demonstration.address}/meetings`)
    await desk.page.getByRole('link', { name: 'Meetings' }).waitFor()
    await desk.context.close()
    const manager = await openDesk(browser, { address: demonstration.address, person: demonstration.person('manager'), at: '/meetings' })
    await manager.page.getByRole('alert').first().waitFor()
    expect(await manager.page.getByRole('link', { name: 'Meetings' }).count()).toBe(0)
    await manager.context.close()
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
