import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import chromium from '@sparticuz/chromium'
import pino from 'pino'
import { type Browser, chromium as driver, type Page } from 'playwright-core'
import { dayText } from '../src/core/words/day.ts'
import { handlers } from '../src/http/handlers.ts'
import { createService } from '../src/http/service.ts'
import { livePacks } from '../src/store/live-packs.ts'
import { warmUp } from '../src/store/pathways.ts'
import type { Outcome } from './benches.ts'
import type { LiveLedger } from './live-ledger.ts'

const folder = fileURLToPath(new URL('../dist/page', import.meta.url))
const rounds = 12
/** Headers of the columns that the key of the next order goes through. */
const sorted = ['cell-person', 'cell-due', 'cell-changed', 'cell-variant', 'cell-state']

/** The 95th of a hundred, in milliseconds. */
const p95 = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN

interface OpenDesk {
  readonly page: Page
  readonly browser: Browser
  readonly rows: number
  close(): Promise<void>
}

/** The page in a real browser on a list of some 5,000 open pathways, seen by one person. */
async function openDesk(at: LiveLedger, ledgers: readonly number[]): Promise<OpenDesk> {
  if (!existsSync(folder)) throw new Error('The page is not built: run `npm run build` first.')
  const ledger = at.open(8)
  const packs = livePacks(at.packs)
  await warmUp(ledger, packs.all)
  const app = await createService(
    {
      ledger,
      packs,
      signIn: { register: async () => {}, whoIs: async () => at.actor(ledgers) },
      log: pino({ level: 'silent' }),
      now: () => new Date(`${dayText(at.asOf)}T10:00:00Z`),
      demonstration: false,
      page: folder,
    },
    handlers,
  )
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await driver.launch({ executablePath: await chromium.executablePath(), args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, locale: 'en-GB' })
  await page.addInitScript(`(function look() {
    if (document.querySelector('.grid-body .grid-row')) requestAnimationFrame(() => { window.firstRows = performance.now() })
    else requestAnimationFrame(look)
  })()`)
  await page.goto(`${address}/list`)
  await page.locator('.grid-body .grid-row').first().waitFor({ timeout: 60_000 })
  const rows = Number((await page.locator('.list-count').textContent())?.split(' ')[0])
  return {
    page,
    browser,
    rows,
    close: async () => {
      await browser.close()
      await app.close()
      await ledger.close()
    },
  }
}

/** Milliseconds from a key to the frame in which what it asks for has been drawn, on the browser's own clock. */
const timed = (page: Page, key: string, isThere: string): Promise<number> =>
  // As text: what runs in the browser knows nothing of Node, and the other way round.
  page.evaluate<number>(`(async () => {
    const frame = () => new Promise((next) => requestAnimationFrame(next))
    const began = performance.now()
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true }))
    while (!(${isThere})) await frame()
    // The frame after is the one in which it can be seen.
    await frame()
    return performance.now() - began
  })()`)

const milliseconds = (n: number): string => `${Math.round(n)} ms`

/** Filtering and sorting, opening a pathway, and reading the list anew: 95th percentiles in the browser. */
export async function deskSpeed(at: LiveLedger, what: 'first-rows' | 'filter' | 'open'): Promise<Outcome> {
  const desk = await openDesk(at, await at.hospitalsWithOpen(5000))
  const { page, rows } = desk
  const times: number[] = []
  try {
    await page.locator('[role=grid]').focus()
    for (let round = 0; round < rounds; round++) {
      if (what === 'filter') {
        // No next step narrows and widens again; the order goes round.
        times.push(await timed(page, 'n', `document.querySelector('.list-count').textContent.includes(' of ') === ${round % 2 === 0}`))
        times.push(await timed(page, 'o', `document.querySelector('[aria-sort].${sorted[round % sorted.length]}') !== null`))
      } else if (what === 'open') {
        await page.keyboard.press('j')
        times.push(await timed(page, 'Enter', `document.querySelector('.panel .acts') !== null`))
        await page.keyboard.press('Escape')
        await page.locator('.panel').waitFor({ state: 'detached' })
      } else {
        await page.reload()
        while ((await page.evaluate<unknown>('window.firstRows')) === undefined) await page.waitForTimeout(20)
        times.push(
          await page.evaluate<number>(
            `window.firstRows - performance.getEntriesByType('resource').find(({ name }) => name.includes('/api/pathways?')).startTime`,
          ),
        )
      }
    }
  } finally {
    await desk.close()
  }
  const goal = { 'first-rows': 300, filter: 150, open: 200 }[what]
  return {
    ratio: p95(times) / goal,
    detail: `${milliseconds(p95(times))} (median ${milliseconds(p95(times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length / 2))))}) with ${rows.toLocaleString('en')} open pathways`,
  }
}

/** By each way until the list has moved in so many frames, and no longer than so many milliseconds; how far one turn of the wheel goes. */
const scrolled = { frames: 150, ms: 20_000, wheel: 900 }

/**
 * Scrolling as fast as people can hold it, by PageDown and by the wheel: frames in which some of what is seen of the list has no row, when the frame is
 * about to be drawn. Whatever the browser shows ahead of the page's own work cannot be counted from within.
 */
export async function deskScroll(at: LiveLedger): Promise<Outcome> {
  const desk = await openDesk(at, await at.hospitalsWithOpen(5000))
  const { page, rows } = desk
  try {
    await page.locator('[role=grid]').focus()
    // Asked for in each frame again, so that it comes after what the page itself does in the frame.
    await page.evaluate(`(() => {
      window.frames_ = { all: 0, moved: 0, blank: 0, least: Infinity }
      const body = document.querySelector('.grid-body')
      let last = body.scrollTop
      const look = () => {
        const seen = body.getBoundingClientRect()
        const rows = [...body.querySelectorAll('.grid-row')].map((row) => row.getBoundingClientRect()).sort((a, b) => a.top - b.top)
        let covered = seen.top
        for (const { top, bottom } of rows) if (top <= covered + 1.5 && bottom > covered) covered = bottom
        const count = window.frames_
        count.all++
        if (body.scrollTop !== last) {
          count.moved++
          if (covered < seen.top + body.clientHeight - 1.5) count.blank++
          count.least = Math.min(count.least, (covered - seen.top) / body.clientHeight)
        }
        last = body.scrollTop
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })()`)
    const moved = () => page.evaluate<number>('window.frames_.moved')
    const scrolling = async (step: () => Promise<unknown>): Promise<void> => {
      const enough = (await moved()) + scrolled.frames
      for (const until = performance.now() + scrolled.ms; performance.now() < until && (await moved()) < enough; ) await step()
    }
    const atEnd = () =>
      page.evaluate<boolean>(`(({ scrollTop, scrollHeight, clientHeight }) => scrollTop + clientHeight >= scrollHeight - 1)(
        document.querySelector('.grid-body'))`)
    // A key that is held repeats some thirty times a second; at the end it begins again from the first row.
    await scrolling(async () => {
      await page.keyboard.down('PageDown')
      await page.waitForTimeout(30)
      if (!(await atEnd())) return
      await page.keyboard.up('PageDown')
      await page.keyboard.press('Home')
    })
    await page.keyboard.up('PageDown')
    await page.keyboard.press('Home')
    await page.locator('.grid-body').hover()
    let way = 1
    await scrolling(async () => {
      await page.mouse.wheel(0, way * scrolled.wheel)
      await page.waitForTimeout(16)
      if (await atEnd()) way = -1
      else if ((await page.evaluate<number>(`document.querySelector('.grid-body').scrollTop`)) === 0) way = 1
    })
    const count = await page.evaluate<{ all: number; moved: number; blank: number; least: number }>('window.frames_')
    if (count.moved < 20) throw new Error(`The list hardly moved, in ${count.moved} of ${count.all} frames: nothing was measured.`)
    return {
      ratio: count.blank,
      detail: `${count.blank} of ${count.moved} frames in which the list moved, at the worst ${Math.round(Math.min(1, count.least) * 100)} % of it with rows; ${rows.toLocaleString('en')} open pathways`,
    }
  } finally {
    await desk.close()
  }
}
