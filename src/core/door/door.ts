import * as checks from './checks.ts'
import type { Finding } from './finding.ts'
import { look } from './looking.ts'
import type { DoorAnswer, DoorContext, Offer } from './offer.ts'
import { order } from './order.ts'

/** In the order in which people read them: what it is about, when it was, who says so, what is there already. */
const all: readonly checks.Check[] = [
  checks.setAside,
  checks.code,
  checks.variant,
  checks.inForce,
  checks.refused,
  checks.day,
  checks.datedBy,
  checks.value,
  checks.recorder,
  checks.decider,
  checks.correction,
  checks.doubt,
  checks.secondEnd,
  checks.afterEnd,
  order,
  checks.again,
  checks.late,
]

/**
 * What the pack says to an offered entry, correction or withdrawal: everything at once, never only the first.
 *
 * Whoever holds the ledger reads the pathway, asks here, and appends only what is `taken`, before anybody else writes to it.
 */
export function askDoor(offer: Offer, context: DoorContext): DoorAnswer {
  const at = look(offer, context)
  const findings = all.flatMap((check) => [...check(at)])
  const issuesOf = (level: Finding['level']) => findings.filter((f) => f.level === level).map((f) => f.issue)
  const refusals = issuesOf('stop')
  const warnings = findings
    .filter((f) => f.level === 'warning')
    .map(({ issue, about }) => {
      const id = about === undefined ? issue.code : `${issue.code}:${about}`
      return { ...issue, id, passed: offer.passing?.includes(id) === true }
    })
  return { taken: refusals.length === 0 && warnings.every((w) => w.passed), refusals, warnings, hints: issuesOf('hint') }
}
