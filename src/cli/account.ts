import type { AccountLine } from '../core/measure/account.ts'
import { groundsOf } from '../core/measure/explain.ts'
import type { Cell, Figure, Grouping } from '../core/measure/figure.ts'
import { type Day, dayText, type PeriodKind, periodOf, periodText } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { didYouMean } from '../core/words/yaml.ts'
import type { Io } from './io.ts'
import { figureTable, titleOf } from './measure.ts'
import { findIndicators, openSession, type Session, type SessionOptions, UsageError } from './session.ts'
import { textTable } from './table.ts'

export interface AccountOptions extends SessionOptions {
  readonly pack: string
  readonly indicator: string
  readonly place?: string
  readonly period?: string
  readonly variant?: string
  readonly format: string
}

/** `2024-03`, `2024-T1`, `2024-Q2` or `2024`, as printed with the figures. */
export function periodOption(text: string): { kind: PeriodKind; number: number } {
  const match = /^(\d{4})(?:-(?:(T|Q)([1-4])|(\d{2})))?$/.exec(text)
  const kind: PeriodKind | undefined = !match
    ? undefined
    : match[2] === 'T'
      ? 'tertial'
      : match[2] === 'Q'
        ? 'quarter'
        : match[4]
          ? 'month'
          : 'year'
  const number = match ? Number(match[1]) * 100 + Number(match[3] ?? match[4] ?? 1) : 0
  if (
    !kind ||
    periodText(number, kind) !== text ||
    number % 100 === 0 ||
    number % 100 > { month: 12, tertial: 3, quarter: 4, year: 1 }[kind]
  )
    throw new UsageError(`"${text}" is no period: write 2024-03, 2024-T1, 2024-Q2 or 2024`)
  return { kind, number }
}

/** `varde account`: every pathway in a figure or left out of it, with the reason. */
export async function account(options: AccountOptions, io: Io): Promise<void> {
  if (options.format !== 'table' && options.format !== 'json') throw new UsageError(`no format "${options.format}": table, json`)
  const period = options.period === undefined ? undefined : periodOption(options.period)
  const session = await openSession(options.pack, options, io)
  try {
    const [indicator] = findIndicators(session.pack, [options.indicator])
    if (!indicator) return
    if (indicator.unknown !== undefined)
      throw new IssueError([{ code: 'measure/not-computable', path: [], message: `${indicator.id} is not computed: ${indicator.unknown}` }])
    await mustExist(session, options)
    const cell: Cell = { place: options.place ?? null, period: period?.number ?? null, variant: options.variant ?? null }
    const by = new Set((['place', 'period', 'variant'] as const).filter((key): key is Grouping => cell[key] !== null))
    const grouped = { by, period: period?.kind ?? 'month' } as const
    const lines = await session.engine.account(indicator, session.asking, grouped, cell)
    const figures = await session.engine.figures([indicator], session.asking, grouped)
    const same = (f: Figure) =>
      f.place === cell.place &&
      f.variant === cell.variant &&
      (period ? f.period === periodText(period.number, period.kind) : f.period === null)
    const figure = figures.find(same)
    const shown = await withGrounds(session, lines, indicator.within?.id)
    io.out(
      options.format === 'json'
        ? `${JSON.stringify(answer(session, options, figure, shown, indicator.within?.unit), null, 2)}\n`
        : `${titleOf(session)}\n${table(figure, shown, indicator.within?.unit)}`,
    )
  } finally {
    await session.close()
  }
}

/** A place or variant that no entry names is a slip of the pen, not an empty figure. */
async function mustExist({ db, pack }: Session, { place, variant }: AccountOptions): Promise<void> {
  if (place !== undefined && place !== '') {
    const places = (await db.rows('SELECT DISTINCT place FROM entry WHERE place IS NOT NULL ORDER BY place')).map((row) =>
      String(row['place']),
    )
    if (!places.includes(place))
      throw new UsageError(
        `no entry names this place${didYouMean(place, places)}; there are ${places.slice(0, 20).join(', ')}${places.length > 20 ? ' and others' : ''}`,
      )
  }
  if (variant !== undefined && pack.variants.length > 0 && !pack.variants.includes(variant))
    throw new UsageError(`the pack has no variant "${variant}"${didYouMean(variant, pack.variants)}`)
}

interface ShownLine {
  readonly line: AccountLine
  readonly entries: readonly string[]
  readonly rules: readonly string[]
}

/** The entries and rules behind each line, read by the plain engine from those pathways alone. */
export async function withGrounds(
  session: Session,
  lines: readonly AccountLine[],
  interval: string | undefined,
): Promise<readonly ShownLine[]> {
  const pathways = new Map(
    (await session.pathwaysOf([...new Set(lines.map((line) => line.pathway))])).map((p) => [
      `${p.ledger}\n${p.id}\n${session.pack.variantFrom === 'code' ? p.variant : ''}`,
      p,
    ]),
  )
  return lines.map((line) => {
    const pathway = pathways.get(`${line.ledger}\n${line.pathway}\n${session.pack.variantFrom === 'code' ? line.variant : ''}`)
    return { line, ...(pathway ? groundsOf(session.pack, pathway, session.asking, interval) : { entries: [], rules: [] }) }
  })
}

const inUnit = (length: number | undefined, unit: string | undefined) =>
  length === undefined ? null : unit === 'minute' ? Math.round((length / 60) * 100) / 100 : length
const dayOrNull = (day: Day | undefined) => (day === undefined ? null : dayText(day))

function answer(
  session: Session,
  options: AccountOptions,
  figure: Figure | undefined,
  lines: readonly ShownLine[],
  unit: string | undefined,
) {
  return {
    pack: { id: session.pack.id, version: session.pack.version },
    asOf: dayText(session.asking.asOf),
    engine: session.engine.name,
    entries: session.ledger.entries,
    skipped: session.ledger.skipped,
    indicator: options.indicator,
    place: options.place ?? null,
    period: options.period ?? null,
    variant: options.variant ?? null,
    figure: figure ?? null,
    lines: lines.map(({ line, entries, rules }) => ({
      pathway: line.pathway,
      variant: line.variant,
      place: line.place,
      month: periodText(periodOf(line.periodDay, 'month'), 'month'),
      bin: line.bin,
      because: line.cause ?? line.leftOut ?? null,
      verdict: line.verdict,
      weight: line.weight / 1e6,
      length: inUnit(line.length, unit),
      limit: inUnit(line.limit, unit),
      start: dayOrNull(line.startDay),
      stop: dayOrNull(line.stopDay),
      realTime: line.realTime ?? null,
      entries,
      rules,
    })),
  }
}

export function table(figure: Figure | undefined, lines: readonly ShownLine[], unit: string | undefined): string {
  const head = ['pathway', 'variant', 'place', 'counted as', 'because', 'length', 'limit', 'weight', 'entries']
  const rows = lines.map(({ line, entries }) => [
    line.pathway,
    line.variant,
    line.place || '(no place)',
    line.bin,
    line.cause ?? line.leftOut ?? '',
    String(inUnit(line.length, unit) ?? ''),
    String(inUnit(line.limit, unit) ?? ''),
    String(line.weight / 1e6),
    entries.join(', '),
  ])
  const figures = figure ? figureTable([figure]) : 'No pathway is in this figure.\n'
  return lines.length === 0 ? figures : `${figures}\n${textTable(head, rows, new Set([5, 6, 7]))}`
}
