import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../support/demonstration.ts'
import { vardeFine } from '../support/varde.ts'
import { byKeyboard, withoutMouse } from './by-keyboard.ts'
import { type Answer, openBrowser, openDesk, pictures } from './desk.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
let folder: string
let browser: Browser
let signers: readonly (string | undefined)[]
const keys = ['Kari (invented)', 'Ola (invented)'].map((name, n) => ({ name, file: `${n}.key` }))
const at = (name: string): string => path.join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-release-page-'))
  const pack = path.join(root, 'packs/demo')
  await vardeFine('generate', '--pack', pack, '--pathways', '1500', '--seed', '1', '--out', at('ledger.parquet'))
  const made: (string | undefined)[] = []
  for (const { name, file } of keys)
    made.push((await vardeFine('release', 'key', '--name', name, '--out', at(file))).trimEnd().split('\n').at(-1))
  signers = made
  const describeRevision = (n: number) =>
    writeFileSync(
      at(`${n}.yaml`),
      `id: lantern-fever
title: Lantern fever, waiting in 2024 (invented)
about: How long people with lantern fever waited at the three clinics of Norland.
publisher: Norland (invented)
pack: ${JSON.stringify(pack)}
data: { files: [ledger.parquet] }
asOf: "2025-06-30"
from: 2024-01
to: 2024-12
profile: NO
embargo: "2025-0${7 + n}-01T08:00:00+02:00"
tables:
  - { indicator: seen-in-time, by: [place, period], period: quarter }
  - { indicator: treated-in-time, by: [] }
  - { indicator: treated-in-time, by: [period, place] }
signers:
${signers.join('\n')}
${n === 1 ? '' : 'revises: { bundle: bundle-1, reasons: ["Late codes of one clinic came in."] }'}
`,
    )
  for (const n of [1, 2]) {
    describeRevision(n)
    await vardeFine('release', 'freeze', at(`${n}.yaml`), '--out', at(`bundle-${n}`))
    for (const { file } of keys)
      await vardeFine('release', 'sign', at(`bundle-${n}`), '--key', at(file), ...(n === 1 ? [] : ['--beside', at('bundle-1')]))
    await vardeFine('release', 'publish', at(`bundle-${n}`), '--to', at('site'))
  }
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the pages of a release, from a file system', () => {
  test('a table that others published has pages of the same kind: no fault that axe knows', async () => {
    await vardeFine('published', path.join(root, 'published/scotland-62-days.yaml'), '--out', at('scotland'))
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
    const page = await context.newPage()
    for (const [name, theme] of [
      ['index', 'light'],
      ['by-3', 'dark'],
    ] as const) {
      await page.emulateMedia({ colorScheme: theme })
      await page.goto(pathToFileURL(at(`scotland/${name}.html`)).href)
      await page.screenshot({ path: path.join(pictures, `published-${name}-${theme}.png`), fullPage: true })
      const drawn = await page
        .locator('img')
        .evaluateAll((all) => all.filter((one) => one instanceof HTMLImageElement && one.naturalWidth > 0).length)
      expect(drawn).toBe(await page.locator('img').count())
      expect(drawn).toBeGreaterThan(1)
      const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
    }
    await context.close()
  })

  test.each(['light', 'dark'] as const)(
    'can be used by everybody, by keyboard alone and without a script: no fault that axe knows, %s',
    async (theme) => {
      const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, colorScheme: theme })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('requestfailed', (request) => complaints.push(request.url()))
      const look = async (name: string) => {
        expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).fontSize')).not.toBe('32px') // that of a page without its style
        await page.screenshot({ path: path.join(pictures, `release-${name}-${theme}.png`), fullPage: true })
        const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze() // it would fetch the style sheet, which the page does not let it
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
      }
      await page.goto(pathToFileURL(at('site/index.html')).href)
      await look('front')
      const focused = () => page.evaluate('document.activeElement?.textContent ?? ""')
      const tabTo = async (text: RegExp) => {
        for (let n = 0; n < 30; n++) {
          await page.keyboard.press('Tab')
          if (text.test(String(await focused()))) return
        }
        throw new Error(`The Tab key does not reach ${text}`)
      }
      await tabTo(/^The newest figures: revision 2/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/revision-2\/index.html$/)
      await look('contents')
      await tabTo(/^Seen in time, by place and period$/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/tables\/001.html$/)
      await look('table')
      const table = page.getByRole('region', { name: 'Seen in time, by place and period' })
      expect(await table.locator('caption').textContent()).toContain(
        'Seen in time, by place and period. 2024-01 to 2024-12, as known on 2025-06-30.',
      )
      expect(await table.locator('tbody tr').count()).toBeGreaterThan(6)
      await page.getByRole('img', { name: 'Seen in time: place by place' }).waitFor()
      await page.getByRole('img', { name: 'Seen in time: quarter by quarter', exact: true }).waitFor()
      expect(
        new Set(await page.locator('img').evaluateAll((all) => all.map((one) => (one instanceof HTMLImageElement ? one.naturalWidth : 0)))),
      ).toEqual(new Set([760]))
      await page.evaluate('document.activeElement.blur()')
      await tabTo(/^Numbers of this chart$/)
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: 'Numbers of: Seen in time: quarter by quarter' }).getByRole('table').waitFor()
      await look('chart')
      await page.goto(page.url().replace('001.html', '003.html'))
      await page.getByRole('img', { name: 'Treated in time: month by month', exact: true }).waitFor()
      await look('months')
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})

describe('a release of the demonstration region', () => {
  let demonstration: DemonstrationUnderTest
  let manifest: string
  let counts: readonly Answer[]
  beforeAll(async () => {
    demonstration = await openDemonstrationUnderTest(300)
    const { madeFor, server } = demonstration.demonstration()
    const [year, month] = [Number(madeFor.slice(0, 4)), Number(madeFor.slice(5, 7))]
    const monthBack = (n: number): string => new Date(Date.UTC(year, month - 1 - n, 1)).toISOString().slice(0, 7)
    writeFileSync(
      at('live.yaml'),
      `id: pathways
title: Pathways of the region (invented)
publisher: The region (invented)
service: ${demonstration.address}
pack: ${JSON.stringify(path.join(root, 'packs/no-house'))}
data: { live: true }
asOf: "${madeFor}"
from: ${monthBack(12)}
to: ${monthBack(1)}
profile: NO
embargo: "2020-08-01T08:00:00+02:00"
tables:
  - { indicator: OF4, by: [place] }
  - { indicator: OF4, by: [period], causes: true }
signers:
${signers.join('\n')}
`,
    )
    const owner = (...args: readonly string[]) =>
      run(process.execPath, [path.join(root, 'src/cli/main.ts'), 'release', ...args], {
        env: { ...process.env, VARDE_OWNER_DATABASE_URL: server.url },
      })
    await owner('freeze', at('live.yaml'), '--out', at('live'), '--person', String(demonstration.person('administrator')))
    for (const { file } of keys) await vardeFine('release', 'sign', at('live'), '--key', at(file))
    await owner('publish', at('live'), '--to', at('live-site'))
    const kept = JSON.parse(readFileSync(at('live.private.json'), 'utf8'))
    manifest = kept.manifest
    counts = kept.counts
  })
  afterAll(() => demonstration?.stop())

  test('is made anew from what was published, in a folder of its own and without the service, to the same bytes', async () => {
    const alone = mkdtempSync(path.join(tmpdir(), 'varde-rebuilt-'))
    try {
      cpSync(at('live-site/revision-1'), path.join(alone, 'got'), { recursive: true })
      expect(await vardeFine('rebuild', path.join(alone, 'got'), '--out', path.join(alone, 'made'))).toContain('the same, byte for byte')
      const made = readdirSync(path.join(alone, 'made'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      expect(made.length).toBeGreaterThan(10)
      for (const { parentPath, name } of made) {
        const file = path.relative(path.join(alone, 'made'), path.join(parentPath, name))
        expect(readFileSync(path.join(alone, 'made', file)).equals(readFileSync(path.join(alone, 'got', file))), file).toBe(true)
      }
    } finally {
      rmSync(alone, { recursive: true, force: true })
    }
  })

  test('leads from a figure to the entries behind it, and from an entry back to the release, by keyboard alone', async () => {
    const desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
    const { page } = desk
    const keyboard = byKeyboard(desk)
    await withoutMouse(desk)
    const clean = async (): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 160), nodes[0]?.failureSummary])).toEqual([])
    }
    await page.goto(pathToFileURL(at('live-site/revision-1/tables/002.html')).href)
    await page.getByRole('region', { name: /^Why: / }).waitFor()
    await page.screenshot({ path: path.join(pictures, 'release-why.png'), fullPage: true })
    await clean()
    // Down: the published page, from the file system.
    await page.goto(pathToFileURL(at('live-site/revision-1/tables/001.html')).href)
    await clean()
    const mine = await desk.ask('GET', '/api/me')
    const { organisations } = await desk.ask('GET', '/api/organisations')
    const found = organisations.find((one: Answer) => mine.may.see.includes(one.ledger) && sum(String(one.org)) > 3)
    const [org, name]: readonly [string, string] = [String(found.org), found.name]
    await keyboard.tabToFirst(`a[aria-label="Trace: ${name}"]`)
    await desk.press('Enter')
    await page.waitForURL(/\/releases\?/)
    await page.locator('.account tbody tr').first().waitFor()
    // The account of that very cell, as known on the day of the release.
    await expect.poll(() => page.locator('.account tbody tr').count()).toBe(sum(org))
    expect(await page.locator('.releases').textContent()).toContain(manifest)
    await clean()
    await desk.picture('release-account')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/^\d+-\d+$/)
    const pathway = String(await page.evaluate(() => document.activeElement?.textContent))
    await desk.press('Enter')
    await page.locator('.panel .view-notice').waitFor()
    expect(await page.locator('.panel .view-notice').textContent()).toContain('known')
    await page.locator('.panel .entry .opener').first().waitFor()
    await keyboard.tabToFirst('.panel .entry .opener')
    await desk.press('Enter')
    await page.locator('.panel .entry[data-open=true] .facts').waitFor()
    expect(await page.locator('.panel .entry[data-open=true]').textContent()).toMatch(/recorded/i)

    // Up: from what was recorded to the figures and the release.
    await keyboard.tabToFirst('.figures-of .opener')
    await desk.press('Enter')
    await page.locator('.figures-of li li').first().waitFor()
    const said = await page.locator('.figures-of').textContent()
    expect(said).toContain('OF4')
    expect(said).toContain('Pathways of the region (invented), revision 1')
    expect(said).toMatch(/recorded by [a-z]/)
    await clean()
    await desk.picture('release-figures-of')
    await keyboard.tabToFirst('.figures-of div > p > a')
    await desk.press('Enter')
    await expect.poll(() => page.locator('.panel').count()).toBe(0)
    expect(await page.locator('.releases').textContent()).toContain(manifest)
    await desk.press('Escape')
    await page.locator('.releases table').waitFor()
    expect(await page.locator('.releases tbody tr').count()).toBe(1)
    expect(await page.locator('.releases tbody').textContent()).toMatch(/Operator/)
    await desk.picture('releases')
    await clean()
    expect([desk.complaints, pathway === '']).toEqual([[], false])
    await desk.context.close()
  })

  const sum = (place: string): number =>
    counts
      .filter((count) => count.indicator === 'OF4' && count.place === place)
      .reduce((total, { met, missed, leftOut }) => total + met + missed + leftOut, 0)

  test('is listed for those who count or see what it counts, and for nobody else; the log names who froze and who published it', async () => {
    const manager = await openDesk(browser, { address: demonstration.address, person: demonstration.person('manager') })
    const { releases } = await manager.ask('GET', '/api/releases')
    expect(releases).toMatchObject([{ manifest, revision: 1, publishedBy: 'Operator', tables: [{ indicator: 'OF4', by: ['place'] }, {}] }])
    expect(releases[0].frozenBy).not.toBe('Operator')
    await expect(manager.ask('GET', `/api/account?pack=no-house&indicator=OF4&release=${manifest}`)).rejects.toThrow(/403|404/)
    const officer = await openDesk(browser, { address: demonstration.address, person: demonstration.person('data-protection-officer') })
    const { rows } = await officer.ask('GET', '/api/log?kind=release-frozen')
    expect(rows[0].told).toMatchObject({ manifest, indicators: ['OF4'] })
    await expect(officer.ask('GET', '/api/releases')).rejects.toThrow(/403|404/)
    await manager.context.close()
    await officer.context.close()
  })
})
