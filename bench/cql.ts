import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PatientSource } from 'cql-exec-fhir'
import { Executor, Library } from 'cql-execution'
import type { Entry } from '../src/core/ledger/entry.ts'
import { dayText } from '../src/core/words/day.ts'
import { listEntries } from '../src/intake/open-ledger.ts'
import type { DuckDatabase } from '../src/store/duckdb.ts'

/**
 * OF4 of packs/no-house for cql-execution: `cql/of4.json` is its ELM, written by hand for speed. One expression a pathway, the
 * limits as one CASE, codes told apart by their letters (lists of codes, as value sets give them, are slower):
 *
 *     define "Verdict":
 *       from First([Procedure] P where Substring(P.code, 3) = 'A' sort by performed) S,
 *            First([Procedure] P where Substring(P.code, 3, 1) = 'F' sort by performed) F
 *       let days: difference in days between S.performed and Coalesce(F.performed, @2025-06-30),
 *           limit: if F is null then case Substring(S.code, 0, 3) when 'Z01' then 32 ... else case F.code when 'Z01FK' then 32 ... end
 *       return case
 *         when S is null and F is null then if exists [an attendance or a decision] then 'start-missing' else null
 *         when Substring(F.code, 3) in { 'FL', 'FO', 'FI' } then 'untimed'
 *         when F is null and exists [a code that ends the pathway] then 'ended-otherwise'
 *         when S is null then 'start-missing'
 *         when S.status = 'unknown' or F.status = 'unknown' then 'in-doubt'
 *         when days < 0 then 'order-impossible'
 *         when limit is null then 'limit-unknown'
 *         when days <= limit then if F is null then 'running' else 'met'
 *         when F is not null then 'missed'
 *         when [days to the last thing known] > limit then 'overrun-waiting'
 *         else 'overrun-not-coded' end
 *
 * So it gives share, bounds and reasons. It is spared the causes of delay, the quantiles, how much was coded in time, and
 * grouping; and what is corrected, withdrawn, ruled out, refused or of the diagnostic pathway is taken out for it beforehand.
 */
const elm: unknown = JSON.parse(readFileSync(path.join(import.meta.dirname, 'cql', 'of4.json'), 'utf8'))
const expression = 'Verdict'

const statuses: Partial<Record<Entry['standing'], string>> = { asked: 'unknown', unknown: 'unknown' }

/**
 * One bundle a pathway, as text, of the entries that count. The order of
 * recording within a day becomes the minute, because equal times are sorted anyhow.
 */
export async function bundlesOf(db: DuckDatabase): Promise<readonly string[]> {
  const resources = new Map<string, object[]>()
  for await (const entry of listEntries(db)) {
    if (entry.superseded !== undefined || entry.standing === 'ruled-out' || entry.code.startsWith('C01')) continue
    if (entry.code.slice(3) === 'A' && entry.recorder === 'contract-specialist') continue
    const own = resources.get(entry.pathway) ?? [{ resourceType: 'Patient', id: entry.pathway }]
    resources.set(entry.pathway, own)
    const minute = new Date(own.length * 60_000).toISOString().slice(11, 19)
    own.push({
      resourceType: 'Procedure',
      id: `${entry.pathway}-${own.length}`,
      status: statuses[entry.standing] ?? 'completed',
      subject: { reference: `Patient/${entry.pathway}` },
      code: { coding: [{ system: 'urn:varde:no-house', code: entry.code }] },
      performedDateTime: `${dayText(entry.occurred)}T${minute}+00:00`,
    })
  }
  return [...resources.values()].map((own) =>
    JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: own.map((resource) => ({ resource })) }),
  )
}

/** Everything from the text of the bundles to the figure: how many pathways there are of each verdict or reason. */
export async function measureCql(bundles: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const source = PatientSource.FHIRv401()
  source.loadBundles(bundles.map((bundle) => JSON.parse(bundle)))
  const executor = new Executor(new Library(elm as never)) // the package's own type of ELM leaves half of ELM out
  const { patientResults } = await executor.exec_expression(expression, source, undefined as never) // it takes the time from the clock, and nothing asks for it
  const counts: Record<string, number> = {}
  for (const results of Object.values(patientResults)) {
    const verdict = (results as Record<string, unknown>)[expression]
    if (typeof verdict === 'string') counts[verdict] = (counts[verdict] ?? 0) + 1
  }
  return counts
}
