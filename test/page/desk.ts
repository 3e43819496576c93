import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as driver, type Page } from 'playwright-core'

/** Where pictures of the screens go: for people to look at, and ignored by git. */
export const pictures = join('.cache', 'pictures')

/** Chromium out of the packages: unpacked once, nothing to install. */
export async function openBrowser(): Promise<Browser> {
  mkdirSync(pictures, { recursive: true })
  // Its own arguments are for another place: they force one process.
  return driver.launch({ executablePath: await chromium.executablePath(), args: ['--no-sandbox', '--disable-gpu'] })
}

export interface Desk {
  readonly context: BrowserContext
  readonly page: Page
  /** Requests that went to any other address than the service's. */
  readonly outside: readonly string[]
  /** What the page complained of. */
  readonly complaints: readonly string[]
  picture(name: string): Promise<void>
  press(...keys: readonly string[]): Promise<void>
  /** Asks the service as this person, past the page. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown, version?: number): Promise<Answer>
}

// biome-ignore lint/suspicious/noExplicitAny: what the service answers is looked at by the test that asked
export type Answer = any

interface DeskOptions {
  readonly address: string
  readonly person: number
  readonly language?: 'en' | 'nb'
  readonly theme?: 'light' | 'dark' | 'system'
  readonly at?: string
}

/** A browser of its own, signed in as somebody of the demonstration. */
export async function openDesk(
  browser: Browser,
  { address, person, language = 'en', theme = 'light', at = '/' }: DeskOptions,
): Promise<Desk> {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    locale: language === 'nb' ? 'nb-NO' : 'en-GB',
    ...(theme === 'system' ? {} : { colorScheme: theme }),
  })
  await context.addInitScript((kept) => {
    if (localStorage.getItem('varde.settings') === null) localStorage.setItem('varde.settings', kept)
  }, JSON.stringify({ language, theme }))
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const outside: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('blob:')) outside.push(request.url())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|ERR_CONNECTION/.test(message.text())) complaints.push(message.text())
  })
  const answer = await context.request.post(`${address}/api/demonstration/sign-in`, { data: { person }, headers: { origin: address } })
  if (!answer.ok()) throw new Error(`Nobody was signed in: ${answer.status()}`)
  const { csrf }: { csrf: string } = await (await context.request.get(`${address}/api/me`)).json()
  await page.goto(`${address}${at}`)
  return {
    context,
    page,
    outside,
    complaints,
    picture: async (name) => void (await page.screenshot({ path: join(pictures, `${name}.png`) })),
    press: async (...keys) => {
      for (const key of keys) await page.keyboard.press(key)
    },
    ask: async (method, path, body, version) => {
      const headers = { origin: address, 'varde-csrf': csrf, ...(version === undefined ? {} : { 'if-match': `"${version}"` }) }
      const said = await context.request.fetch(`${address}${path}`, { method, headers, ...(body === undefined ? {} : { data: body }) })
      if (!said.ok()) throw new Error(`${path}: ${said.status()} ${await said.text()}`)
      return said.json()
    },
  }
}
