import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { openBrowser, pictures } from './desk.ts'

const root = path.resolve(import.meta.dirname, '../..')
let folder: string
let browser: Browser
const at = (name: string): string => path.join(folder, name)

async function varde(...args: readonly string[]): Promise<string> {
  let [out, said] = ['', '']
  const code = await runCli(args, {
    out: (text) => (out += text),
    err: (text) => (said += text),
    showsProgress: false,
    outIsTerminal: false,
    untilAsked: async () => {},
  })
  expect(code, said).toBe(0)
  return out
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-release-page-'))
  const pack = path.join(root, 'packs/demo')
  await varde('generate', '--pack', pack, '--pathways', '1500', '--seed', '1', '--out', at('ledger.parquet'))
  const keys = ['Kari (invented)', 'Ola (invented)'].map((name, n) => ({ name, file: at(`${n}.key`) }))
  const signers: (string | undefined)[] = []
  for (const { name, file } of keys)
    signers.push((await varde('release', 'key', '--name', name, '--out', file)).trimEnd().split('\n').at(-1))
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
    await varde('release', 'freeze', at(`${n}.yaml`), '--out', at(`bundle-${n}`))
    for (const { file } of keys)
      await varde('release', 'sign', at(`bundle-${n}`), '--key', file, ...(n === 1 ? [] : ['--beside', at('bundle-1')]))
    await varde('release', 'publish', at(`bundle-${n}`), '--to', at('site'))
  }
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the pages of a release, from a file system', () => {
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
      expect(await page.evaluate('[...document.images].map((image) => image.naturalWidth)')).toEqual([760])
      await page.evaluate('document.activeElement.blur()')
      await tabTo(/^Numbers of this chart$/)
      await page.keyboard.press('Enter')
      await page.getByRole('region', { name: 'Numbers of: Seen in time: place by place' }).getByRole('table').waitFor()
      await look('chart')
      await page.goto(page.url().replace('001.html', '003.html'))
      await page.getByRole('img', { name: 'Treated in time: month by month', exact: true }).waitFor()
      await look('months')
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})
