import { parquetOf } from '../../store/parquet-tables.ts'
import type { Bundle } from './bundle.ts'
import { chartsOf } from './charts.ts'
import { plainTable, tableCsv, tableDictionary } from './csv-files.ts'
import { atomFeed } from './feed.ts'
import { measureFile, reportFile } from './fhir-files.ts'
import { chartFile, contentsPage, numbered, styleSheet, tablePage } from './pages.ts'

/** Everything that is published of a bundle: path to content. The same bundle gives the same bytes, wherever and whenever. */
export async function siteOf(bundle: Bundle): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { head, tables, files } = bundle
  const plain = tables.map((table) => plainTable(head, table))
  const parquet = await parquetOf(plain)
  return new Map<string, string | Uint8Array>([
    ['index.html', contentsPage(bundle)],
    ['style.css', styleSheet],
    ['feed.xml', atomFeed(bundle, (revision) => (revision === head.revision ? 'index.html' : `../${revisionFolder(revision)}/index.html`))],
    ...tables.flatMap((table, n) => {
      const charts = chartsOf(bundle, table)
      return [
        [`tables/${numbered(n)}.html`, tablePage(bundle, table, n, charts)] as const,
        ...charts.flatMap(({ svg }, i) => (svg === undefined ? [] : [[chartFile(n, i), svg] as const])),
        [`data/${numbered(n)}.csv`, tableCsv(plain[n]!)] as const,
        [`data/${numbered(n)}.parquet`, parquet[n]!] as const,
        [`data/${numbered(n)}.csv-metadata.json`, tableDictionary(head, table, `${numbered(n)}.csv`)] as const,
        [`fhir/report-${n + 1}.json`, reportFile(head, table, n)] as const,
      ]
    }),
    ...head.indicators.map((indicator, n) => [`fhir/measure-${n + 1}.json`, measureFile(head, indicator, n)] as const),
    ...[...files].map(([name, text]) => [`bundle/${name}`, text] as const),
  ])
}

export const revisionFolder = (revision: number): string => `revision-${revision}`
