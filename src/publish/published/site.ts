import { monthChart } from '../../core/bench/months.ts'
import { placeFunnel } from '../../core/bench/places.ts'
import type { PublishedDescription } from '../../core/published/description.ts'
import { addedUp, type Published, type PublishedCell } from '../../core/published/published.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import { periodsLater, periodText, readPeriod } from '../../core/words/day.ts'
import { percent, refusedSays, saidOf, words } from '../release/chart-words.ts'
import { type Chart, drawnMonths, drawnPlaces } from '../release/charts.ts'
import { type Html, html } from '../release/html.ts'
import { chartFigure, page, styleSheet } from '../release/pages.ts'

/** Somebody else's table as pages without a server or a script: drawn and judged as our own figures are, from counts that were public already. */

/** What a published figure is about: all of it, a place, or one value of another column. */
interface About {
  readonly title: string
  readonly of: (cell: PublishedCell) => boolean
}

interface PageOf {
  readonly file: string
  readonly title: string
  readonly charts: readonly Chart[]
}

const none = { notes: '', key: [], head: [], rows: [], isPart: false } as const

/** The newest period anybody was counted in. */
const lastPeriod = ({ cells }: Published): string => cells.reduce((last, { period }) => (period > last ? period : last), '')

/** A year up to and with the newest period: what a funnel compares. */
function yearUpTo(last: string, each: PublishedDescription['period']['is']): ReadonlySet<string> {
  const newest = readPeriod(last, each) ?? 0
  const inYear = { month: 12, quarter: 4, tertial: 3, year: 1 }[each]
  return new Set(Array.from({ length: inYear }, (_, i) => periodText(periodsLater(newest, -i, each), each)))
}

function periodsChart(published: Published, description: PublishedDescription, { title, of }: About): Chart {
  const each = description.period.is
  const counts = [...addedUp(published.cells.filter(of), ({ period }) => period)]
  const figures = counts.map(([period, { counted, met }]) => ({ period, numerator: met, denominator: counted }))
  const last = readPeriod(lastPeriod(published), each) ?? 0
  const named = `${title}: ${saidOf(each, words.months.toLowerCase())}`
  const { target } = description
  const chart = monthChart(figures, { last, good: 'up', kind: 'share', each, ...(target === undefined ? {} : { target }) })
  if (isRefused(chart)) return { ...none, title: named, says: `There is no chart. ${refusedSays(chart)}` }
  return drawnMonths(chart, named, chart.empty.length === 0 ? [] : [`No row for ${chart.empty.join(', ')}: that is not zero.`])
}

function placesChart(published: Published, { period, place }: PublishedDescription): Chart {
  const year = yearUpTo(lastPeriod(published), period.is)
  const counts = [
    ...addedUp(
      published.cells.filter((cell) => year.has(cell.period)),
      (cell) => cell.place,
    ),
  ]
  const span = [...year].toSorted()
  const title = `By ${place.name}, ${span.length === 1 ? span[0] : `${span[0]} to ${span.at(-1)}`}`
  const funnel = placeFunnel(
    counts.map(([name, { counted, met }]) => ({ place: name, numerator: met, denominator: counted })),
    'up',
  )
  if (isRefused(funnel)) return { ...none, title, says: `There is no chart. ${refusedSays(funnel)}` }
  return drawnPlaces(funnel, title, (name) => place.names[name] ?? name)
}

/** Every page with its charts, the first of all together. */
function pagesOf(published: Published, description: PublishedDescription): readonly PageOf[] {
  const { place, kinds } = description
  const parts = [
    { ...place, told: (cell: PublishedCell) => cell.place },
    ...kinds.map((kind, i) => ({ ...kind, told: (cell: PublishedCell) => cell.kinds[i] ?? '' })),
  ]
  const chart = (about: About) => periodsChart(published, description, about)
  return [
    {
      file: 'index.html',
      title: description.title,
      charts: [chart({ title: place.names[place.all ?? ''] ?? 'All', of: () => true }), placesChart(published, description)],
    },
    ...parts.map(({ name, names, told }, n) => ({
      file: `by-${n + 1}.html`,
      title: `By ${name}`,
      charts: [...new Set(published.cells.map(told))]
        .map((value) => ({ value, title: names[value] ?? value }))
        .toSorted((a, b) => (a.title < b.title ? -1 : 1))
        .map(({ value, title }) => chart({ title, of: (cell) => told(cell) === value })),
    })),
  ]
}

const count = (n: number): string => n.toLocaleString('en-GB')

/** What was read, what was checked, and what was not. */
function readWords({ rows, cells, sums, marked }: Published): Html {
  const notFinal = marked.provisional + marked.revised
  return html`<h2>What was read</h2>
<ul><li>${count(rows)} rows; ${count(cells.length)} of them are the smallest counts there are, and every figure here is added up from those.</li>
${sums.map((sum) => html`<li>${count(sum.rows)} rows are sums over ${sum.over}: each was compared with what it is the sum of, and is right.</li>\n`)}<li>${notFinal === 0 ? 'No row is marked as provisional or revised.' : `${count(marked.provisional)} rows are marked as provisional, ${count(marked.revised)} as revised.`}</li>
<li>A combination that has no row was not published; it is not taken for zero.</li></ul>`
}

/** The sentences of the first page, for whoever only wants these. */
export const whatIsSaid = (published: Published, description: PublishedDescription): readonly string[] =>
  (pagesOf(published, description)[0]?.charts ?? []).map(({ title, says }) => `${title}. ${says}`)

/**
 * Path to text of every page and drawing. Only of a table in which nothing is wrong.
 */
export function publishedSite(published: Published, description: PublishedDescription): ReadonlyMap<string, string> {
  const pages = pagesOf(published, description)
  const files = new Map<string, string>([['style.css', styleSheet]])
  for (const [n, { file, title, charts }] of pages.entries()) {
    const drawing = (i: number): string => `charts/${n + 1}-${i + 1}.svg`
    for (const [i, { svg }] of charts.entries()) if (svg !== undefined) files.set(drawing(i), svg)
    const figures = charts.map((chart, i) => chartFigure(chart, drawing(i), `chart-${i + 1}`))
    const first = n === 0
    files.set(
      file,
      page(
        first ? title : `${title} – ${description.title}`,
        '',
        html`<header>${first ? undefined : html`<p><a href="index.html">${description.title}</a></p>`}<h1>${title}</h1>
<p>${description.publisher}. ${description.question}${description.target === undefined ? '' : ` Target: ${percent(description.target)}.`}</p></header>
<main>
${figures}
${first ? html`<h2>More closely</h2><ul>${pages.slice(1).map((one) => html`<li><a href="${one.file}">${one.title}</a></li>`)}</ul>` : undefined}
${first ? readWords(published) : undefined}
</main>
<footer><p class="quiet">${description.attribution} Source: ${description.source}. Licence: ${description.licence}.</p></footer>`,
        false,
      ),
    )
  }
  return files
}
