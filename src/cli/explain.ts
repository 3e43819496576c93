import { type Explanation, explainPathway } from '../core/measure/explain.ts'
import { IssueError } from '../core/words/result.ts'
import type { Io } from './io.ts'
import { openSession, type SessionOptions, UsageError } from './session.ts'
import { textTable } from './table.ts'

export interface ExplainOptions extends SessionOptions {
  readonly pack: string
  readonly pathway: string
  readonly format: string
}

/** `varde explain`: one pathway, every entry and every clock with its sum. */
export async function explain(options: ExplainOptions, io: Io): Promise<void> {
  if (options.format !== 'table' && options.format !== 'json') throw new UsageError(`no format "${options.format}": table, json`)
  const session = await openSession(options.pack, options, io)
  try {
    const pathways = await session.pathwaysOf([options.pathway])
    if (pathways.length === 0)
      throw new IssueError([
        { code: 'measure/no-pathway', path: [], message: 'no entry carries this pathway id; ids are written exactly as in the entries' },
      ])
    const explanations = pathways.map((pathway) => explainPathway(session.pack, pathway, session.asking))
    io.out(options.format === 'json' ? `${JSON.stringify(explanations, null, 2)}\n` : explanations.map(explanationText).join('\n'))
  } finally {
    await session.close()
  }
}

export function explanationText(e: Explanation): string {
  const heading = `Pathway ${e.pathway}${e.variant ? `, ${e.variant}` : ''}, as known on ${e.asOf} under ${e.pack.id} ${e.pack.version}\n`
  const entries = textTable(
    ['code', 'what', 'occurred', 'recorded', 'place', 'standing', 'used for', 'passed over because'],
    e.entries.map((x) => [
      x.code,
      x.label ?? '',
      x.occurred,
      x.recorded,
      x.place ?? '',
      x.standing === 'sure' ? '' : x.standing,
      x.usedFor.join(', '),
      [x.passedOver, x.rule].filter(Boolean).join(', rule '),
    ]),
  )
  const clocks = e.clocks.map((c) =>
    [
      `${c.interval}, ${c.name}: ${c.verdict}${c.reason ? ` (${c.reason})` : ''}`,
      ...c.arithmetic.map((line) => `    ${line}`),
      ...(c.limit
        ? [
            `    by ${c.limit.row}${c.limit.source ? `, source ${c.limit.source}` : ''}${c.limit.valid ? `, valid ${c.limit.valid}` : ''}${c.limit.note ? `; ${c.limit.note}` : ''}`,
          ]
        : []),
      ...(c.rules.length > 0 ? [`    rules: ${c.rules.join(', ')}`] : []),
    ].join('\n'),
  )
  const indicators = e.indicators.map(
    (i) =>
      `    ${i.indicator}: ${i.bin}${i.why ? `, ${i.why}` : ''}${i.place ? `, at ${i.place}` : ''}${i.weight === 1 ? '' : `, ${i.weight} of a pathway`}`,
  )
  return `${heading}\n${entries}\n${clocks.join('\n\n')}\n\nIn the figures:\n${indicators.join('\n') || '    none'}\n`
}
