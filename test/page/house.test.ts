import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { byKeyboard, withoutMouse } from './by-keyboard.ts'
import { type Answer, type Desk, openBrowser, openDesk } from './desk.ts'

/** Those who guard and run the house, by keyboard alone; and what goes wrong in the middle of the work of anybody. */
let demonstration: DemonstrationUnderTest
let browser: Browser
let opened: string
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(60)
  browser = await openBrowser()
  // Somebody of one house reads one pathway of the other.
  const there = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator', 1) })
  const [one] = (await there.ask('GET', '/api/pathways?pack=no-house&limit=1')).pathways
  await there.context.close()
  const mine: Desk[] = []
  for (const nth of [0, 1, 2])
    mine.push(await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator', nth) }))
  for (const desk of mine) {
    const { opened: glasses = [] } = await desk
      .ask('POST', '/api/break-glass', { pathway: one.pathway, reason: 'Invented: called at night about this one.' })
      .catch(() => ({}))
    if (glasses[0] !== undefined) {
      opened = glasses[0].pathway
      await desk.ask('GET', `/api/pathways/${opened}`)
      break
    }
  }
  for (const desk of mine) await desk.context.close()
})
afterAll(async () => {
  await browser?.close()
  await demonstration?.stop()
})

const axe = async (desk: Desk): Promise<void> => {
  const { violations } = await new AxeBuilder({ page: desk.page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual([])
  expect([desk.complaints, desk.outside]).toEqual([[], []])
}
const open = (role: 'data-protection-officer' | 'administrator', theme: 'light' | 'dark' = 'light', at = '/'): Promise<Desk> =>
  openDesk(browser, {
    address: demonstration.address,
    person: demonstration.person(role),
    theme,
    language: theme === 'light' ? 'en' : 'nb',
    at,
  })
const atPath = (desk: Desk): string => new URL(desk.page.url()).pathname

describe('the log', () => {
  test('is where the data-protection officer begins: a row is opened, and narrowed to its pathway, by keyboard', async () => {
    const desk = await open('data-protection-officer')
    await withoutMouse(desk)
    await desk.page.locator('.log-rows [role=option]').first().waitFor()
    expect(atPath(desk)).toBe('/log')
    await axe(desk)
    await desk.picture('log-light')
    await desk.page.goto(`${demonstration.address}/log?pathway=%22${opened}%22&chain=look`)
    await desk.page.locator('.log-rows [role=option]').first().waitFor()
    const rows = desk.page.locator('.log-rows [role=option]')
    expect(await rows.allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/Saw a pathway.*Coordinator/)]))
    await desk.press('j', 'Enter')
    await desk.page.locator('.panel .facts').first().waitFor()
    await desk.press('Enter') // only this person: the first button has the focus
    await desk.page.waitForURL(/person=/)
    const { pathname, search } = new URL(desk.page.url())
    expect(pathname).toBe('/log')
    expect(search).toContain('pathway=')
    await desk.press('Escape')
    await desk.page.locator('.panel').waitFor({ state: 'detached' })
    await byKeyboard(desk).tabTo('No filter', 'button')
    await desk.press('Enter')
    await expect.poll(() => new URL(desk.page.url()).search).toBe('')
    await desk.context.close()
  })

  test('takes what is typed when it is whole, and reads earlier rows when they are asked for', async () => {
    const desk = await open('data-protection-officer')
    const keyboard = byKeyboard(desk)
    const rows = desk.page.locator('.log-rows [role=option]')
    await rows.first().waitFor()
    const before = await rows.count()
    await keyboard.tabTo('Earlier rows', 'button')
    await desk.press('Enter')
    await expect.poll(() => rows.count()).toBeGreaterThan(before)
    await desk.press('s')
    await keyboard.write('Pathway', 'nobody')
    await desk.press('Enter')
    await desk.page.getByText('A pathway is two numbers with a hyphen').waitFor()
    expect(new URL(desk.page.url()).search).toBe('')
    await keyboard.write('Pathway', opened)
    await desk.press('Enter')
    await desk.page.waitForURL(/pathway=/)
    await desk.press('s')
    await keyboard.write('From', '2030-01-01')
    await desk.page.getByText('Nothing was done or seen that fits.').waitFor()
    await desk.context.close()
  })

  test('emergency access is reviewed where it waits, and the chains are checked', async () => {
    const desk = await open('data-protection-officer')
    const keyboard = byKeyboard(desk)
    await withoutMouse(desk)
    await desk.page.locator('.log-rows [role=option]').first().waitFor()
    await keyboard.tabTo('Emergency access: 1 waits', 'button')
    await desk.press('Enter')
    await desk.page.getByText('Their reason: Invented: called at night about this one.').waitFor()
    await keyboard.tabTo('Review', 'button')
    await desk.press('Enter')
    await desk.page.locator('.panel form').waitFor()
    await axe(desk)
    await desk.press('Control+Enter')
    await desk.page.getByText('Say whether it was justified, and why.').waitFor()
    await desk.press('Space')
    await keyboard.write('Why', 'Invented: the ward confirms the call.')
    await desk.press('Control+Enter', 'Control+Enter')
    await desk.page.getByText('No emergency access waits for a review.').waitFor()
    await desk.page.getByText('Invented: the ward confirms the call.').waitFor()
    const { reviews } = await desk.ask('GET', '/api/break-glass/reviews?state=reviewed')
    expect(reviews.map(({ finding }: Answer) => finding)).toEqual(['justified'])
    await desk.press('Escape')
    await keyboard.tabTo('Do the chains hold?', 'button')
    await desk.press('Enter')
    await desk.press('Enter') // the first button has the focus
    await desk.page.getByText('All chains hold.').waitFor()
    expect([desk.complaints, desk.outside]).toEqual([[], []])
    await desk.context.close()
  })

  test('in Norwegian and in the dark it says the same', async () => {
    const desk = await open('data-protection-officer', 'dark')
    await desk.page.locator('.log-rows [role=option]').first().waitFor()
    await desk.press('Enter')
    await desk.page.locator('.panel .facts').first().waitFor()
    await axe(desk)
    await desk.picture('log-dark')
    expect(await desk.page.locator('.shell').innerText()).not.toMatch(/\b(log|people)\.\w+/)
    await desk.context.close()
  })
})

describe('people', () => {
  test('is where the administrator begins: somebody is added, given a role, loses it, and all is taken back, by keyboard', async () => {
    const desk = await open('administrator')
    const keyboard = byKeyboard(desk)
    await withoutMouse(desk)
    await desk.page.locator('.people-rows [role=option]').first().waitFor()
    expect(atPath(desk)).toBe('/people')
    await desk.picture('people-light')
    await desk.press('f')
    await desk.page.locator('.panel form').waitFor()
    await axe(desk)
    await desk.page.keyboard.type('Zara "Quoted" <b>Oppdiktet</b>')
    await desk.press('Control+Enter', 'Control+Enter')
    const heading = desk.page.getByRole('heading', { name: 'Zara "Quoted" <b>Oppdiktet</b>' })
    await heading.waitFor()
    const told = async (): Promise<Answer> => {
      const { people } = await desk.ask('GET', '/api/people')
      const found = people.filter(({ name }: Answer) => name.startsWith('Zara'))
      expect(found).toHaveLength(1)
      return found[0]
    }
    expect(await told()).toMatchObject({ active: true, machine: false, roles: [{ role: 'coordinator', pack: null }] })
    await keyboard.tabTo('Give a role', 'button')
    await desk.press('Enter')
    await desk.page.getByText('They have this role already.').waitFor()
    await desk.press('a') // the first role that begins with it
    await desk.press('Control+Enter')
    await desk.page.getByText(/has the role .* now\./).waitFor()
    expect((await told()).roles).toHaveLength(2)
    await desk.press('Control+z')
    await expect.poll(async () => (await told()).roles.length).toBe(1)
    await keyboard.tabTo('Make inactive', 'button')
    await desk.press('Enter')
    await desk.page.getByText('Their open sessions end now').waitFor()
    await desk.press('Control+Enter')
    await desk.page.getByText('is inactive.').waitFor()
    expect((await told()).active).toBe(false)
    await keyboard.tabTo('Make active again', 'button')
    await desk.press('Enter')
    await expect.poll(async () => (await told()).active).toBe(true)
    await desk.context.close()
  })

  test('tells an administrator what they cannot do to themselves, in Norwegian and in the dark', async () => {
    const desk = await open('administrator', 'dark', `/people?open=%22${demonstration.person('administrator')}%22`)
    await desk.page.getByText('Dette er deg').waitFor()
    expect(await desk.page.getByRole('button', { name: 'Gi en rolle' }).count()).toBe(0)
    await axe(desk)
    await desk.picture('people-dark')
    await desk.context.close()
  })
})

describe('when things go wrong', () => {
  const coordinator = (at = '/', options: Partial<Parameters<typeof openDesk>[1]> = {}): Promise<Desk> =>
    openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator'), at, ...options })
  const rows = (desk: Desk) => desk.page.locator('.grid-body .grid-row')
  const openFirst = async (desk: Desk): Promise<string> => {
    await rows(desk).first().waitFor()
    await desk.press('Home', 'Enter')
    await desk.page.locator('.panel .acts').first().waitFor()
    await desk.page.waitForURL(/open=/)
    return (new URL(desk.page.url()).searchParams.get('open') ?? '').replaceAll('"', '')
  }
  /** Presses that come faster than anybody types, as a held or bouncing key does. */
  const burst = (desk: Desk, key: string, presses: number, repeat: boolean): Promise<void> =>
    desk.page.evaluate(
      ([key, presses, repeat]) => {
        for (let nth = 0; nth < presses; nth++)
          (document.activeElement ?? document.body).dispatchEvent(
            new KeyboardEvent('keydown', { key, ctrlKey: true, repeat: repeat && nth > 0, bubbles: true, cancelable: true }),
          )
      },
      [key, presses, repeat] as const,
    )
  const notes = async (desk: Desk, pathway: string): Promise<readonly Answer[]> =>
    (await desk.ask('GET', `/api/work?pathway=${pathway}&kind=note&limit=500`)).items

  test('what a pack names in Norwegian is named so on a Norwegian page', async () => {
    const desk = await coordinator('/list?pack=%22no-house%22', { language: 'nb' })
    await openFirst(desk)
    await desk.page.locator('.panel .clocks').first().waitFor()
    const said = (await desk.page.locator('.grid, .panel .clocks, .panel svg').allTextContents()).join(' ')
    expect(said).toContain('Henvisning mottatt')
    expect(said).not.toMatch(/Referral received|First attendance|Decision to treatment| cancer\b/)
    await desk.context.close()
  })

  test('a form that is sent twice at once is sent once', async () => {
    const desk = await coordinator()
    const pathway = await openFirst(desk)
    const before = (await notes(desk, pathway)).length
    await desk.press('m')
    await desk.page.locator('.panel form').waitFor()
    await desk.page.keyboard.type('Invented <b>note</b> "quoted"')
    await burst(desk, 'Enter', 3, false)
    await desk.page.getByText('Invented <b>note</b> "quoted"').first().waitFor()
    await desk.page.waitForTimeout(300)
    expect(await notes(desk, pathway)).toHaveLength(before + 1)
    expect(desk.complaints).toEqual([])
    await desk.context.close()
  })

  test('undo that is held down takes one act back, and one that is refused says so', async () => {
    const desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('administrator'), at: '/people' })
    await desk.page.locator('.people-rows [role=option]').first().waitFor()
    const first = (await desk.ask('GET', '/api/me')).may.administer[0]
    const { person } = await desk.ask('POST', '/api/people', { org: first, name: 'Aaron Oppdiktet', role: 'coordinator' })
    const told = async (): Promise<Answer> => (await desk.ask('GET', '/api/people')).people.find((one: Answer) => one.person === person)
    await desk.page.goto(`${demonstration.address}/people?open=%22${person}%22`)
    for (const letter of ['a', 'm']) {
      await byKeyboard(desk).tabTo('Give a role', 'button')
      await desk.press('Enter')
      await desk.page.getByLabel('Role').and(desk.page.locator('select')).waitFor()
      await desk.press(letter, 'Control+Enter')
      await desk.page.locator('.panel form').waitFor({ state: 'detached' })
    }
    expect((await told()).roles).toHaveLength(3)
    await burst(desk, 'z', 6, true)
    await desk.page.getByText('Taken back:').waitFor()
    await desk.page.waitForTimeout(300)
    expect((await told()).roles).toHaveLength(2)
    // Who has no role is nobody's to make active again: that is said, and nothing else is taken back instead.
    await byKeyboard(desk).tabTo('Make inactive', 'button')
    await desk.press('Enter', 'Control+Enter')
    await desk.page.getByText('is inactive.').waitFor()
    for (const { role, org } of (await told()).roles) await desk.ask('POST', `/api/people/${person}/roles/withdrawals`, { role, org })
    await burst(desk, 'z', 1, false)
    await desk.page.getByText('Not taken back:').waitFor()
    expect(desk.complaints).toEqual([])
    await desk.context.close()
  })

  test('a session that ends while somebody types keeps what they typed, for them and for nobody else', async () => {
    const desk = await coordinator()
    await openFirst(desk)
    await desk.press('m')
    await desk.page.locator('.panel form').waitFor()
    await desk.page.keyboard.type('Invented words of the first')
    const at = desk.page.url()
    await desk.context.clearCookies()
    await desk.press('Control+Enter')
    await desk.page.getByText('Your session has ended.').waitFor()
    expect(desk.page.url()).toBe(at)
    expect(await desk.page.getByText('Invented words of the first').count()).toBe(0)
    const back = async (name: RegExp): Promise<void> => {
      await desk.page.getByRole('button', { name }).first().press('Enter')
      await rows(desk).first().waitFor()
      await desk.page.locator('.panel .acts').first().waitFor()
      await desk.press('m')
      await desk.page.locator('.panel form').waitFor()
    }
    await back(/Kari Prøvevik/)
    expect(await desk.page.locator('.panel form textarea').first().inputValue()).toBe('Invented words of the first')
    await desk.context.clearCookies()
    await desk.press('Control+Enter')
    await desk.page.getByText('Your session has ended.').waitFor()
    await back(/Knut Prøvenes/)
    expect(await desk.page.locator('.panel form textarea').first().inputValue()).toBe('')
    expect(desk.complaints).toEqual([])
    await desk.context.close()
  })

  test('a clock of the browser that is a day ahead does not make days of tomorrow', async () => {
    const desk = await coordinator('/list')
    await rows(desk).first().waitFor()
    const tomorrow = new Date(Date.now() + 86_400_000)
    await desk.page.clock.setSystemTime(tomorrow)
    await openFirst(desk)
    await desk.press('c')
    await desk.page.locator('.code-list [role=option]').first().waitFor()
    const day = await desk.page.locator('.panel form .day-field input').first().inputValue()
    const here = new Date()
    const two = (n: number): string => String(n).padStart(2, '0')
    expect(day).toBe(`${here.getFullYear()}-${two(here.getMonth() + 1)}-${two(here.getDate())}`)
    await desk.context.close()
  })

  test('on a screen 320 px wide nothing has to be scrolled sideways to be read', async () => {
    const wide: string[] = []
    for (const [role, at, ready] of [
      ['coordinator', '/list', '.grid-body .grid-row'],
      ['coordinator', '/work', '.work-list [role=option]'],
      ['data-protection-officer', '/log', '.log-rows [role=option]'],
      ['administrator', '/people', '.people-rows [role=option]'],
    ] as const) {
      const desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person(role), at })
      await desk.page.setViewportSize({ width: 320, height: 640 })
      await desk.page.locator(ready).first().waitFor()
      await desk.picture(`narrow${at.replace('/', '-')}`)
      const most = await desk.page.evaluate(() =>
        Math.max(...[document.documentElement, ...document.querySelectorAll('.aksel-theme, .shell, main')].map((one) => one.scrollWidth)),
      )
      if (most > 320) wide.push(`${at}: ${most}`)
      await desk.context.close()
    }
    expect(wide).toEqual([])
  })
})
