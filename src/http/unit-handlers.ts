import type { unitRoutes } from '../api/unit-routes.ts'
import { chanceOf, periodBefore } from '../core/bench/months.ts'
import { unitMonths, unitParts } from '../core/bench/unit.ts'
import { dayText, monthsLater, periodText } from '../core/words/day.ts'
import type { Session } from '../store/ledger-database.ts'
import { liveCells } from '../store/live-figures.ts'
import { headsOf, monthsTold, questionOf, told } from './figure-handlers.ts'
import { ledgersWith, packNamed } from './pathway-handlers.ts'
import type { Handlers } from './service.ts'

type Routes = typeof unitRoutes

/** Whether houses stand under an organisation that is not one of them. */
async function isAbove(rows: Session['rows'], org: number): Promise<boolean> {
  const found = await rows(
    `SELECT 1 FROM varde.organisation_under u JOIN varde.organisation o ON o.org = u.org JOIN varde.organisation above ON above.org = u.above
      WHERE u.above = $1 AND o.ledger <> above.ledger LIMIT 1`,
    [org],
  )
  return found.length > 0
}

export const unitHandlers: Handlers<Routes> = {
  readUnit: async (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    return service.ledger.counting(actor, async (rows) => {
      const above = await isAbove(rows, query.org)
      // A place is read among all places; one above houses is what those recorded.
      const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, above ? query.org : undefined)
      const place = above ? null : String(query.org)
      const month = { service, query: { ...query, period: 'month' as const } }
      const question = questionOf(month, live, ledgers, new Set(['place', 'period'] as const))
      const { indicators } = live.content
      const heads = await headsOf(rows, ledgers)
      const cells = await liveCells(rows, question, indicators)
      const { asOf } = question.asking
      const last = periodBefore(asOf, 'month')
      const rowsTold = indicators.map(async (indicator, i) => {
        const { figure, months, among } = unitParts(indicator, cells[i]!, place, last)
        const { median: _, p90: __, ...numbers } = told(figure)
        return {
          indicator: indicator.id,
          unknown: indicator.unknown ?? null,
          figure: numbers,
          chance: chanceOf({ met: figure.numerator, all: figure.denominator }),
          ...(await monthsTold(rows, {
            asked,
            question,
            indicator,
            cell: { place, period: null, variant: null },
            months,
            chart: 'share',
          })),
          among: { ...among },
        }
      })
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(asOf),
        from: periodText(monthsLater(last, 1 - unitMonths), 'month'),
        to: periodText(last, 'month'),
        above,
        ledgers: heads,
        indicators: await Promise.all(rowsTold),
      }
    })
  },
}
