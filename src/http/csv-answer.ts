import { type CsvValue, csvLines, csvText } from '../core/words/csv.ts'
import { canonical } from '../store/ledger-database.ts'
import type { Asked } from './service.ts'

interface Sheet {
  /** Lines before the table: what it is of. */
  readonly about: readonly (readonly [name: string, value: string])[]
  readonly head: readonly string[]
  readonly rows: readonly (readonly CsvValue[])[]
}

/** A table as a file: when it was made and what was asked for, an empty line, then head and rows. */
export function sendCsv(asked: Pick<Asked<never>, 'reply' | 'service'> & { readonly query: unknown }, name: string, sheet: Sheet): void {
  const snapshot = asked.service.now().toISOString()
  const about = [['snapshot', snapshot], ['filter', canonical(asked.query)], ...sheet.about] as const
  asked.reply
    .type('text/csv; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name}-${snapshot.slice(0, 10)}.csv"`)
    .send(`${csvLines(about)}\r\n${csvText(sheet.head, sheet.rows)}`)
}
