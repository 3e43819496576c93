import type { z } from 'zod'
import type { releaseRoutes } from '../api/release-routes.ts'
import { refOf } from '../api/shapes.ts'
import { type Asking, type Chosen, momentOf } from '../core/clock/chosen.ts'
import { type PathwayReading, readClock, readPathway } from '../core/clock/clock.ts'
import { type AccountLine, linesOf, listPathways } from '../core/measure/account.ts'
import type { Indicator } from '../core/pack/pack.ts'
import { type Day, dayText, periodOf, periodText, readDay } from '../core/words/day.ts'
import type { Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import { entriesOf, type PathwayRecord } from '../store/pathways.ts'
import { findReleaseRows, listReleaseRows, listReleasesOf, type ReleaseRow } from '../store/releases.ts'
import { askingOf, getPathway, nowOf, packOf } from './pathway-handlers.ts'
import { notThere } from './problem.ts'
import type { Handlers, ServiceParts } from './service.ts'

type Routes = typeof releaseRoutes
type Release = z.input<Routes['listReleases']['answer']>['releases'][number]
type Line = z.input<Routes['listFiguresOf']['answer']>['lines'][number]

/** A release as this person may know of it: it counts something of theirs under the pack. */
export async function getRelease(session: Session, manifest: string, pack: number): Promise<ReleaseRow> {
  const found = (await findReleaseRows(session, manifest)).find((row) => row.pack === pack)
  if (!found) throw notThere()
  return found
}

const monthOf = (day: Day): string => periodText(periodOf(day, 'month'), 'month')

/** Whether a release counts what happened on a day. */
export const isCounted = ({ first_month, last_month }: Pick<ReleaseRow, 'first_month' | 'last_month'>, day: Day): boolean =>
  monthOf(day) >= first_month && monthOf(day) <= last_month

/** `rows`: of one release, one for each ledger that the person has something to do with. */
function toldOf(service: Pick<ServiceParts, 'packs'>, rows: readonly ReleaseRow[]): Release {
  const [row] = rows
  if (!row) throw new Error('A release has a row.')
  const live = service.packs.byNumber(row.pack)
  return {
    manifest: row.manifest,
    id: row.id,
    revision: row.revision,
    title: row.title,
    pack: live?.id ?? String(row.pack),
    rules: row.rules,
    rulesNow: live?.content.version ?? null,
    asOf: row.as_of,
    from: row.first_month,
    to: row.last_month,
    tables: row.tables.map(({ indicator, by, period }) => ({
      indicator,
      by: [...by],
      ...(period === undefined ? {} : { period }),
      unit: live?.content.indicators.find(({ id }) => id === indicator)?.within?.unit ?? null,
    })),
    ledgers: [...row.ledgers],
    mine: rows.map(({ ledger }) => ledger).sort((a, b) => a - b),
    frozen: row.frozen,
    frozenBy: row.frozen_name,
    published: row.published,
    publishedBy: row.published_name,
  }
}

/** Where the pack has the rule of an indicator from. */
const sourceOf = ({ content }: LivePack, { id }: Indicator): string | null => {
  const text = content.text.indicators.find((one) => one.id === id)
  return text && 'source' in text && typeof text.source === 'string' ? text.source : null
}

function lineTold(live: LivePack, record: PathwayRecord, reading: PathwayReading, indicator: Indicator, line: AccountLine): Line {
  const clock = indicator.within && readClock(reading, indicator.within)
  const parts: readonly (readonly [Line['rests'][number]['part'], Chosen | undefined])[] = clock
    ? [
        ['start', clock.start],
        ['stop', clock.stop],
      ]
    : [['moment', momentOf(indicator.period, reading.chosen.base)]]
  return {
    indicator: indicator.id,
    name: indicator.name,
    place: line.place,
    month: monthOf(line.periodDay),
    bin: line.bin,
    why: line.cause ?? line.leftOut ?? null,
    source: sourceOf(live, indicator),
    rests: parts.flatMap(([part, chosen]) => {
      const row = record.entries.find(({ seq }) => seq === chosen?.coded.entry.seq)
      if (!row) return []
      return [
        {
          part,
          entry: refOf(record.ledger, row.seq),
          code: row.code,
          occurred: row.occurred,
          recorder: row.recorder,
          decider: row.decider,
          onBehalfOf: row.behalf,
          standing: row.standing,
        },
      ]
    }),
  }
}

/** Every figure a pathway is in, as known at a moment: the figures' own lines, of one pathway. */
function figuresWith(live: LivePack, record: PathwayRecord, asking: Asking): readonly { readonly told: Line; readonly day: Day }[] {
  return listPathways(live.content, entriesOf(record)).flatMap((pathway) => {
    const reading = readPathway(live.content, pathway, asking)
    return live.content.indicators.flatMap((indicator) =>
      linesOf(reading, indicator).map((line) => ({ told: lineTold(live, record, reading, indicator, line), day: line.periodDay })),
    )
  })
}

export const releaseHandlers: Handlers<Routes> = {
  listReleases: ({ service, in: inTransaction }) =>
    inTransaction(async (session) => {
      const rows = Map.groupBy(await listReleaseRows(session), ({ manifest, pack }) => `${manifest} ${pack}`)
      return { releases: [...rows.values()].map((one) => toldOf(service, one)) }
    }),

  listFiguresOf: ({ service, params, in: inTransaction }) =>
    inTransaction(async (session) => {
      const record = await getPathway(session, params.pathway, 'figures')
      const live = packOf(service, record.pack)
      const { zone } = live.content
      const now = nowOf(service, zone)
      const releases = await listReleasesOf(session, record.ledger, record.pack)
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(now.asOf),
        lines: figuresWith(live, record, now).map(({ told }) => told),
        releases: releases.flatMap((row) => {
          const indicators = new Set(row.tables.map(({ indicator }) => indicator))
          const lines = figuresWith(live, record, askingOf(readDay(row.as_of)!, zone)) // a day, as the table says
            .filter(({ told, day }) => indicators.has(told.indicator) && isCounted(row, day))
            .map(({ told }) => told)
          return lines.length === 0 ? [] : [{ release: toldOf(service, [row]), lines }]
        }),
      }
    }),
}
