import type { practiceRoutes } from '../api/practice-routes.ts'
import { periodBefore } from '../core/bench/months.ts'
import { practiceOf } from '../core/practice/practice.ts'
import { emptyTally } from '../core/practice/tally.ts'
import { dayText } from '../core/words/day.ts'
import { livePractice } from '../store/live-practice.ts'
import { cellOf, headsOf, indicatorNamed, questionOf } from './figure-handlers.ts'
import { ledgersWith, packNamed } from './pathway-handlers.ts'
import type { Handlers } from './service.ts'

export const practiceHandlers: Handlers<typeof practiceRoutes> = {
  readPractice: async (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    const { period, variant } = cellOf(query)
    const indicator = indicatorNamed(live, query.indicator)
    return service.ledger.counting(actor, async (rows) => {
      const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack)
      const question = questionOf(asked, live, ledgers, new Set())
      const heads = await headsOf(rows, ledgers)
      const tally =
        indicator.unknown === undefined
          ? await livePractice(rows, question, indicator, { period, kind: query.period, variant })
          : emptyTally
      const { places, startCodes, comparison, ...told } = practiceOf(
        live.content,
        indicator,
        tally,
        periodBefore(question.asking.asOf, 'month'),
      )
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(question.asking.asOf),
        ledgers: heads,
        unknown: indicator.unknown ?? null,
        ...told,
        rareCodes: [...told.rareCodes],
        places: places.map((place) => ({ ...place })),
        startCodes: startCodes.map((code) => ({ ...code })),
        comparison: { ...comparison },
      }
    })
  },
}
