import { isSmall, type Profile, profiles, type Shown, showCount } from '../../core/stats/disclosure.ts'
import { workedOut } from '../../core/stats/reader.ts'
import { boundsOf, suppress } from '../../core/stats/suppress.ts'
import type { Solver } from '../../core/stats/whole-numbers.ts'
import { fail, ok, type Result } from '../../core/words/result.ts'
import { canonical } from '../../store/ledger-database.ts'
import { type Measure, type Model, mainMeasures, modelOf, type Source, shownIn, type TableRow, type TableShown } from './cells.ts'
import { splitNames } from './counts.ts'

export interface Controlled {
  readonly tables: readonly TableShown[]
  readonly shown: number
  readonly hidden: number
}

/**
 * The tables of a release as they may be published beside those before it.
 *
 * Issues: `release/exposed`, where earlier releases have said too much; `release/earlier-differs`, where they say what their own counts do not.
 */
export function control(earlier: readonly Source[], current: Source, solver: Solver): Result<Controlled> {
  const model = modelOf([...earlier, current])
  const answer = suppress(model.release, current.profile, solver)
  if (answer.kind !== 'safe') {
    const named = answer.cells.slice(0, 20).map((id) => model.sayCell(id))
    const more = answer.cells.length > named.length ? [`and ${answer.cells.length - named.length} more`] : []
    return fail(
      ...[...named, ...more].map((name) =>
        answer.kind === 'exposed'
          ? {
              code: 'release/exposed' as const,
              path: [],
              message: `${name}: could be worked out from earlier releases, whatever is hidden now. Leave the table out, count other months, or wait for more.`,
            }
          : {
              code: 'release/earlier-differs' as const,
              path: [],
              message: `${name}: an earlier release published something else than its own counts say. Give the counts that were frozen with it.`,
            },
      ),
    )
  }
  const tables = tablesOf(model, (id) => (id === undefined ? { kind: 'count', count: 0 } : answer.shown.get(id)!))
  const all = tables.flatMap((table) =>
    table.rows.flatMap((row) => [...mainMeasures.map((measure) => row[measure]), ...Object.values(row.split ?? {})]),
  )
  return ok({ tables, shown: all.filter((count) => count !== null).length, hidden: all.filter((count) => count === null).length })
}

const tablesOf = (model: Model, shownOf: (id: string | undefined) => Shown): readonly TableShown[] =>
  model.layout.map(({ asked, rows }) => ({
    ...asked,
    rows: rows.map(({ place, variant, period, cells }): TableRow => {
      const count = (measure: Measure) => {
        const shown = shownOf(cells.get(measure))
        return shown.kind === 'hidden' ? null : shown.count
      }
      const split = splitNames.filter((name) => cells.has(name)).map((name) => [name, count(name)] as const)
      return {
        place: place ?? null,
        variant: variant ?? null,
        period,
        counted: count('counted'),
        met: count('met'),
        missed: count('missed'),
        leftOut: count('leftOut'),
        ...(split.length === 0 ? {} : { split: Object.fromEntries(split) }),
      }
    }),
  }))

export interface Attacked {
  /** In words: what could be worked out, and how nearly. Empty: nothing. */
  readonly derived: readonly string[]
  /** How many hidden counts were attacked. */
  readonly attacked: number
}

/** Whether a profile is the rule of its name, and not one that somebody made weaker. */
export const isKnownProfile = (profile: Profile): boolean =>
  Object.values<Profile>(profiles).some((known) => canonical(known) === canonical(profile))

/**
 * The attack on a release as it is about to be published, beside all that was: what could somebody work out of any count that is hidden, or small and not
 * published? It looks at the published numbers and how they add up; the counts before control only tell which have to be safe.
 */
export function attackOn(earlier: readonly Source[], current: Source, tables: readonly TableShown[], solver: Solver): Attacked {
  const model = modelOf([...earlier, current])
  const { profile } = current
  const byId = new Map(model.release.cells.map((cell) => [cell.id, cell]))
  const shown = new Map<string, Shown>()
  const wrong: string[] = []
  for (const [t, { rows }] of model.layout.entries())
    for (const [r, { cells }] of rows.entries())
      for (const [measure, id] of cells) {
        const count = shownIn(tables[t]?.rows[r], measure)
        if (id === undefined) continue
        const cell = byId.get(id)!
        const allowed = showCount(profile, cell.count, cell.national)
        if (count === undefined) wrong.push(`${model.sayCell(id)}: stands in no table of the bundle`)
        else if (count !== null && allowed.kind === 'hidden') wrong.push(`${model.sayCell(id)}: is shown, though so few may not be`)
        else if (count !== null && allowed.kind === 'count' && count !== allowed.count)
          wrong.push(`${model.sayCell(id)}: is shown as ${count}, which is not what was counted`)
        else shown.set(id, count === null ? { kind: 'hidden' } : { kind: 'count', count })
      }
  if (wrong.length > 0) return { derived: wrong, attacked: 0 }
  const exempt = (cell: { readonly national?: boolean }) => cell.national === true && profile.exceptNational
  const small = (count: number, cell: { readonly national?: boolean }) => !exempt(cell) && isSmall(profile, count)
  const asked = model.release.cells.filter(
    (cell) => shown.get(cell.id)?.kind === 'hidden' || (!shown.has(cell.id) && small(cell.count, cell)),
  )
  const bounds = boundsOf(model.release, profile, (cell) => shown.get(cell.id))
  const contradicted = [...bounds].filter(([, { low, high }]) => low > high).map(([id]) => id)
  if (contradicted.length > 0)
    return { derived: contradicted.map((id) => `${model.sayCell(id)}: is told in two ways that cannot both be`), attacked: 0 }
  const ranges = workedOut(model.release, bounds, new Set(asked.map((cell) => cell.id)), solver)
  const narrow = [...ranges].filter(([, { low, high }]) => high !== null && high - low < profile.width)
  return {
    derived: narrow.map(([id, { low, high }]) =>
      low === high ? `${model.sayCell(id)}: is ${low}` : `${model.sayCell(id)}: lies between ${low} and ${high}`,
    ),
    attacked: asked.length,
  }
}
