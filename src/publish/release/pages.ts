import type { Bundle, Head, Table } from './bundle.ts'
import { kindSays } from './chart-words.ts'
import type { Chart } from './charts.ts'
import { type Split, splits } from './counts.ts'
import { type Html, html } from './html.ts'
import { keyPrint } from './signing.ts'
import {
  baseWords,
  countWords,
  indicatorOf,
  measureWords,
  partName,
  partWord,
  profileWords,
  rangeWords,
  scopeOf,
  splitsIn,
  splitWords,
  titleOf,
} from './table-words.ts'

/** Pages that need no server and no script: a page of contents, and one a table. */

export const numbered = (n: number): string => String(n + 1).padStart(3, '0')

export const styleSheet = `:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--quiet:#55595f;--line:#c5c9ce;--link:#0b5394}
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#17191c;--quiet:#b3b8bf;--line:#4a4f56;--link:#8ec5ff}}
body{margin:0 auto;max-width:60rem;padding:1.5rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2rem}
a{color:var(--link)}a:focus-visible{outline:2px solid currentColor;outline-offset:2px}
.quiet{color:var(--quiet)}.notice{border-left:.25rem solid var(--link);padding:.25rem 1rem}.notice>*{margin:.25rem 0}
.wide{overflow-x:auto}.wide:focus-visible{outline:2px solid var(--link)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}caption{text-align:left;font-weight:600;padding-bottom:.5rem}
th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td,thead th.number{text-align:right}td,tbody th{white-space:nowrap}tr.all{font-weight:600}code{overflow-wrap:anywhere}
figure{margin:1rem 0}figcaption{font-weight:600}figure p{margin:.25rem 0}img{display:block;background:#fff;color:#1c1c1c}
.key span{display:inline-flex;align-items:center;gap:.4rem;margin-right:1rem}.key svg{background:#fff;border-radius:2px}td.words{text-align:left}thead th.group{text-align:center;border-left:1px solid var(--line)}
summary{cursor:pointer;color:var(--link);width:fit-content}summary:focus-visible{outline:2px solid currentColor;outline-offset:2px}details[open] summary{margin-bottom:.5rem}
dt{font-weight:600;margin-top:.75rem}dd{margin-left:1.5rem}
@media print{body{max-width:none}.wide{overflow:visible}}
`

/** `feed`: where there is an Atom feed. */
export const page = (title: string, up: string, body: Html, feed = true): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' file:; img-src 'self' file:">
<title>${title}</title>
<link rel="stylesheet" href="${up}style.css">
${
  feed
    ? html`<link rel="alternate" type="application/atom+xml" href="${up}feed.xml" title="Revisions">
`
    : undefined
}</head>
<body>
${body}
</body>
</html>
`.html

/** `2025-09-01 08:00+02:00` */
const moment = (text: string): string => text.replace('T', ' ').replace(/(:\d\d):\d\d(?:\.\d+)?(?=Z|[+-])/, '$1')

const revisionNotice = (head: Head): Html | undefined => {
  const before = head.revisions.at(-1)
  return before === undefined
    ? undefined
    : html`<div class="notice"><p>This is revision ${head.revision}. It takes the place of revision ${before.revision}, because:</p><ul>${before.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></div>`
}

const invented = (head: Head): Html | undefined =>
  head.pack.invented ? html`<p class="notice">The rules are invented, and these are no facts about anybody.</p>` : undefined

export function contentsPage({ head, tables, signatures, manifest }: Bundle): string {
  return page(
    head.title,
    '',
    html`<header><h1>${head.title}</h1>
<p>${head.publisher}. ${scopeOf(head)}. Published ${moment(head.embargo)}, revision ${head.revision}.</p>
${head.about === undefined ? undefined : html`<p>${head.about}</p>`}${invented(head)}${revisionNotice(head)}</header>
<main>
<h2>Tables</h2>
<ol>${tables.map((table, n) => html`<li><a href="tables/${numbered(n)}.html">${titleOf(head, table)}</a> <span class="quiet">(${table.rows.length === 1 ? '1 row' : `${table.rows.length} rows`})</span></li>`)}</ol>
<h2>What is counted</h2>
<dl>${head.indicators.map((one) => html`<dt>${one.name}</dt><dd>${one.question} Counted: ${one.denominator}.${one.interval === undefined ? '' : ` Timed: ${one.interval.name}, in ${unitWords[one.interval.unit]}.`}</dd>`)}</dl>
<p>Rules: ${head.pack.title}, version ${head.pack.version} (<a href="bundle/pack.json">in full</a>). A pathway that cannot be counted is <em>left out</em>, and never counted as fallen short.</p>
<h2>What is not shown</h2>
<p>${profileWords(head)}</p><p class="quiet">Profile ${head.profile.id}. ${head.profile.source}.</p>
${head.beside.length === 0 ? undefined : html`<p>Looked at together with:</p><ul>${head.beside.map((one) => html`<li>${one.id}, revision ${one.revision} <code>${one.manifest}</code></li>`)}</ul>`}
<h2>Signed by</h2>
<ul>${signatures.map((one) => html`<li>${one.name}, ${moment(one.at)}, key <code>${keyPrint(one.publicKey)}</code></li>`)}</ul>
<h2>Revisions</h2>
<ol>${head.revisions.map((one) => html`<li>Revision ${one.revision}, published ${moment(one.embargo)} <code>${one.manifest}</code>. Revised because: ${one.reasons.join('; ')}</li>`)}<li>Revision ${head.revision}, published ${moment(head.embargo)}: this one</li></ol>
<h2>What it was made from</h2>
<p>Varde ${head.varde}, from what was recorded by ${head.asOf}:</p>
<ul>${head.data.map((one) => ('file' in one ? html`<li>${one.file}, ${one.bytes} bytes, <code>${one.sha256}</code></li>` : html`<li>ledger ${one.ledger} as far as act ${one.seq}, <code>${one.hash}</code></li>`))}</ul>
<p>Manifest: <code>${manifest}</code>. The <a href="bundle/manifest.json">bundle</a> holds every table and its hash. <code>varde rebuild</code> of this folder makes all of it anew and compares it byte for byte; no patient's data is needed.</p>
<h2>Other forms</h2>
<ul><li>CSV with a dictionary, and FHIR: on the page of each table</li>
<li>FHIR Measures: ${head.indicators.map((one, n) => html`${n === 0 ? '' : ', '}<a href="fhir/measure-${n + 1}.json">${one.name}</a>`)}</li>
<li><a href="feed.xml">Atom feed</a> of the revisions</li></ul>
</main>`,
  )
}

const unitWords = { day: 'days', 'working-day': 'working days', minute: 'minutes' } as const

const nameCells = (head: Head, table: Table, row: Table['rows'][number]): readonly Html[] =>
  table.by.length === 0 ? [html`<th scope="row">all</th>`] : table.by.map((part) => html`<th scope="row">${partName(head, row, part)}</th>`)
const nameHeads = (table: Table, high: 1 | 2 = 1): readonly Html[] =>
  (table.by.length === 0 ? ['scope'] : table.by.map(partWord)).map((word) => html`<th scope="col" rowspan="${high}">${word}</th>`)

/** What the counts of a table are made up of, and how far what is not known could move its shares; of a table that asks why. */
function whyTable(head: Head, table: Table, title: string): Html | undefined {
  const told = splitsIn(table)
  if (told.length === 0) return undefined
  const groups = (['counted', 'missed', 'leftOut'] as const)
    .map((measure) => ({ measure, names: told.filter((name) => (splits[measure] as readonly Split[]).includes(name)) }))
    .filter(({ names }) => names.length > 0)
  return html`<h2>Why</h2>
<div class="wide" role="region" aria-label="Why: ${title}" tabindex="0"><table>
<caption>Why: ${title}</caption>
<thead><tr>${nameHeads(table, 2)}<th scope="col" rowspan="2" class="number">could be between</th>${groups.map(({ measure, names }) => html`<th scope="colgroup" colspan="${names.length}" class="group">${measureWords[measure]}</th>`)}</tr>
<tr>${groups.flatMap(({ names }) => names.map((name) => html`<th scope="col" class="number">${splitWords[name]}</th>`))}</tr></thead>
<tbody>
${table.rows.map((row) => html`<tr>${nameCells(head, table, row)}<td>${rangeWords(row)}</td>${told.map((name) => html`<td>${countWords(row.split?.[name] ?? null)}</td>`)}</tr>\n`)}</tbody>
</table></div>
<p>Could be between: by how what is past its limit without an end, and what is not known, turns out.</p>
`
}

/** The file of a chart, from the folder of the release. */
export const chartFile = (table: number, chart: number): string => `charts/${numbered(table)}-${chart + 1}.svg`

/** A drawing (`file`: from the page) with its sentence, what its shapes stand for, and its numbers as a table that opens by keyboard and without a script. */
export function chartFigure({ title, says, notes, svg, key, head, rows }: Chart, file: string, id: string): Html {
  if (svg === undefined) return html`<p><strong>${title}.</strong> ${says}</p>\n`
  return html`<figure aria-labelledby="${id}"><figcaption id="${id}">${title}</figcaption>
<p id="${id}-says"><strong>${says}</strong></p>
<div class="wide" role="region" aria-label="${title}" tabindex="0"><img src="${file}" alt="${title}" aria-describedby="${id}-says" width="760" height="260"></div>
${key.length === 0 ? undefined : html`<p class="key">${key.map((one) => html`<span>${{ html: one.svg }} ${kindSays(one.kind)}</span> `)}</p>`}
<p class="quiet">${notes}</p>
<details><summary>Numbers of this chart</summary><div class="wide" role="region" aria-label="Numbers of: ${title}" tabindex="0"><table>
<caption>${title}</caption>
<thead><tr>${head.map((one, i) => html`<th scope="col"${i === 1 || i === 2 ? html` class="number"` : undefined}>${one}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((one, i) => html`<td${i === 2 ? html` class="words"` : undefined}>${one}</td>`)}</tr>\n`)}</tbody>
</table></div></details>
</figure>
`
}

/** Where the service tells, those who may see them, who is behind a row. Nobody's place has no address there. */
function traceOf({ head, manifest }: Pick<Bundle, 'head' | 'manifest'>, table: Table, row: Table['rows'][number]): string | undefined {
  if (head.service === undefined || row.place === '') return undefined
  // In quotes: what looks like a number stays the text it is.
  const asked = { release: `"${manifest}"`, indicator: table.indicator, place: row.place, in: row.period, variant: row.variant }
  const said = Object.entries(asked).flatMap(([key, value]) => (value === null ? [] : [`${key}=${encodeURIComponent(value)}`]))
  return `${head.service.replace(/\/$/, '')}/releases?${said.join('&')}`
}

export function tablePage({ head, manifest }: Bundle, table: Table, n: number, charts: readonly Chart[]): string {
  const title = titleOf(head, table)
  const indicator = indicatorOf(head, table)
  const isHidden = table.rows.some((row) =>
    [row.counted, row.met, row.missed, row.leftOut, ...Object.values(row.split ?? {})].includes(null),
  )
  const isAll = (row: Table['rows'][number]) => table.by.every((part) => row[part] === null)
  const drawn = (parts: boolean): readonly Html[] =>
    charts.flatMap((chart, i) => (chart.isPart === parts ? [chartFigure(chart, `../${chartFile(n, i)}`, `chart-${i + 1}`)] : []))
  const trace = (row: Table['rows'][number]): Html | undefined => {
    if (head.service === undefined) return undefined
    const address = traceOf({ head, manifest }, table, row)
    const name = table.by.map((part) => partName(head, row, part)).join(', ') || 'all'
    return address === undefined
      ? html`<td></td>`
      : html`<td><a href="${address}" rel="noreferrer" aria-label="Trace: ${name}">trace</a></td>`
  }
  const [whole, ofParts] = [drawn(false), drawn(true)]
  return page(
    `${title} – ${head.title}`,
    '../',
    html`<header><p><a href="../index.html">${head.title}</a></p><h1>${title}</h1>${invented(head)}${revisionNotice(head)}</header>
<main>
<p>${indicator.question} Counted: ${indicator.denominator}.</p>
${whole.length === 0 ? undefined : html`<h2>Charts</h2>\n${whole}`}<h2>Table</h2>
<div class="wide" role="region" aria-label="${title}" tabindex="0"><table>
<caption>${title}. ${scopeOf(head)}.</caption>
<thead><tr>${nameHeads(table)}<th scope="col" class="number">${measureWords.met}</th><th scope="col" class="number">${measureWords.missed}</th><th scope="col" class="number">${measureWords.leftOut}</th>${head.service === undefined ? undefined : html`<th scope="col">who is behind it</th>`}</tr></thead>
<tbody>
${table.rows.map(
  (
    row,
  ) => html`<tr${isAll(row) ? html` class="all"` : undefined}>${nameCells(head, table, row)}<td>${baseWords(row)}</td><td>${countWords(row.missed)}</td><td>${countWords(row.leftOut)}</td>${trace(row)}</tr>
`,
)}</tbody>
</table></div>
${whyTable(head, table, title)}${head.service === undefined ? undefined : html`<p class="quiet">To trace a row takes a sign-in there, and the right to see those counted.</p>`}<p class="quiet">${isHidden ? `Not shown: to protect those counted. ${profileWords(head)}` : `Everything in this table is shown. ${profileWords(head)}`}</p>
<p>This table as <a href="../data/${numbered(n)}.csv">CSV</a> with <a href="../data/${numbered(n)}.csv-metadata.json">its dictionary</a>, as <a href="../data/${numbered(n)}.parquet">Parquet</a>, and as <a href="../fhir/report-${n + 1}.json">FHIR MeasureReport</a>.</p>
${ofParts.length === 0 ? undefined : html`<h2>Each part by itself</h2>\n${ofParts}`}</main>`,
  )
}

/** The page of a release whatever its revision: leads to the newest, and to those before it. */
export function frontPage({ head }: Bundle, published: readonly number[]): string {
  const [newest, ...older] = published.toReversed()
  return page(
    head.title,
    '',
    html`<header><h1>${head.title}</h1><p>${head.publisher}. ${scopeOf(head)}.</p>${invented(head)}${revisionNotice(head)}</header>
<main>
<p><a href="revision-${newest}/index.html">The newest figures: revision ${newest}, published ${moment(head.embargo)}</a></p>
${older.length === 0 ? undefined : html`<h2>Earlier revisions</h2><ul>${older.map((n) => html`<li><a href="revision-${n}/index.html">Revision ${n}</a></li>`)}</ul>`}
<p><a href="feed.xml">Atom feed</a></p>
</main>`,
  )
}
