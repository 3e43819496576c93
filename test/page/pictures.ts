import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDemonstrationUnderTest } from '../support/demonstration.ts'
import { openBrowser, openDesk } from './desk.ts'

/** `npm run pictures`: the pictures in docs/, of the demonstration as `npm start` shows it. */
const folder = join('docs', 'pictures')

const demonstration = await openDemonstrationUnderTest(1800)
const browser = await openBrowser()
try {
  mkdirSync(folder, { recursive: true })
  const desk = await openDesk(browser, { address: demonstration.address, person: demonstration.person('coordinator') })
  const take = async (name: string): Promise<void> => void (await desk.page.screenshot({ path: join(folder, `${name}.png`) }))
  await desk.page.locator('.grid-body .grid-row').first().waitFor()
  await take('list')
  // One that is still to be saved tells more than one that is long past.
  await desk.page.goto(`${demonstration.address}/list?states=${encodeURIComponent('["will-pass","tight"]')}`)
  await desk.page.locator('.grid-body .grid-row').first().waitFor()
  await desk.press('Home', 'Enter')
  await desk.page.locator('.panel svg').first().waitFor()
  await desk.page.waitForTimeout(500)
  await take('pathway')
  await desk.press('c')
  await desk.page.locator('.code-list [role=option]').first().waitFor()
  await desk.press('ArrowDown', 'ArrowDown')
  await desk.page.waitForTimeout(500)
  await take('record')
  await desk.press('Escape', 'Escape', '3')
  await desk.page.locator('.page table').nth(1).waitFor()
  await take('codes')
} finally {
  await browser.close()
  await demonstration.stop()
}
process.exit(0)
