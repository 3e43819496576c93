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

/** Whether an organisation stands above places: others stand under it, and it is a house or above houses. */
async function isAbove(rows: Session['rows'], org: number): Promise<boolean> {
  const found = await rows(
    `SELECT 1 FROM varde.organisation_under u JOIN varde.organisation o ON o.org = u.org JOIN varde.organisation above ON above.org = u.above
      WHERE u.above = $1 AND u.org <> u.above AND (above.ledger = above.org OR o.ledger <> above.ledger) LIMIT 1`,
    [org],
  )
  return found.length > 0
}

export const unitHandlers: Handlers<Routes> = {
  readUnit: async (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    return service.ledger.counting(actor, async (rows) => {
      // One above places is all that its houses recorded; a place is read among all places there are, and so is what is none of one's own.
      const houses = (await isAbove(rows, query.org)) ? await ledgersWith(asked, { rows }, 'count', live.pack, query.org) : []
      const above = houses.length > 0
      const ledgers = above ? houses : await ledgersWith(asked, { rows }, 'count', live.pack)
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
        const { denominator, numerator, share, low, high, fellShort, leftOut, coding } = told(figure)
        return {
          indicator: indicator.id,
          unknown: indicator.unknown ?? null,
          figure: { denominator, numerator, share, low, high, fellShort, leftOut, coding },
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
