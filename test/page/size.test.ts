import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** What a browser has to load before the first screen, as the service sends it: what the first file of the page names, and the words of one language. */
const folder = join('dist', 'page')
const index = join(folder, 'index.html')

/**
 * Bytes at most, a twentieth above what it was when this was written (script 194,700 and style 31,000 by brotli, 227,000 and 38,200 by gzip; brotli is what
 * browsers take over HTTPS).
 */
const most = {
  script: { ending: '.js', br: 205_000, gz: 239_000 },
  style: { ending: '.css', br: 32_600, gz: 40_100 },
} as const

/** The words of one language: fetched before anything is shown, the longer ones. */
function wordsOf(): string {
  const [longest] = readdirSync(join(folder, 'assets'))
    .filter((file) => /^(en|nb)-.*\.js$/.test(file))
    .toSorted((a, b) => statSync(join(folder, 'assets', b)).size - statSync(join(folder, 'assets', a)).size)
  expect(longest, 'the words of a language are a file of their own').toBeDefined()
  return join('assets', longest ?? '')
}

const said = (n: number): string => `${(n / 1000).toFixed(1)} kB`

test.each(Object.entries(most))('%s of the first load stays small', (what, { ending, ...limits }) => {
  expect(existsSync(index), 'The page is not built: run `node scripts/page.mjs`.').toBe(true)
  const named = [...readFileSync(index, 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '')
  const files = [...named, ...(ending === '.js' ? [wordsOf()] : [])].filter((file) => file.endsWith(ending))
  expect(files).not.toEqual([])
  for (const [how, limit] of Object.entries(limits)) {
    const bytes = files.reduce((sum, file) => sum + statSync(join(folder, `${file}.${how}`)).size, 0)
    console.log(`${what}, ${how}: ${said(bytes)} of ${said(limit)}`)
    expect(
      bytes,
      `The ${what} that is loaded first is ${said(bytes)} (${how}), ${said(limit)} at most. Load what few need only when it is needed (import()), or leave ` +
        `a library out; if it has to be, raise the number here and in docs/adr/0009-the-page.md, and say why.`,
    ).toBeLessThanOrEqual(limit)
    // A limit far above what there is guards nothing.
    expect(bytes, `The ${what} has become much smaller: lower the limit to a twentieth above it.`).toBeGreaterThan(limit * 0.85)
  }
})
