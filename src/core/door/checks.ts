import { refusalOf } from '../clock/chosen.ts'
import type { CodeRow, Slot } from '../pack/pack.ts'
import { isUnknown } from '../pack/schema.ts'
import { firstDay } from '../words/day.ts'
import { wallTimeOf } from '../words/instant.ts'
import { didYouMean } from '../words/yaml.ts'
import { dutyOf, isAmong, rolesMeant } from './duty.ts'
import { type Finding, hint, stop, warn } from './finding.ts'
import { closes, groundsOf, type Looking, milestoneOf, slotItem, slotsMarked, written, yearBefore } from './looking.ts'

/** One rule at the door. Each looks at the whole and yields whatever it finds, so that all is told at once. */
export type Check = (at: Looking) => Iterable<Finding>

export function* setAside({ pathway, offer }: Looking): Iterable<Finding> {
  if (pathway === 'set-aside' && offer.withdraws === undefined)
    yield stop({
      code: 'door/set-aside',
      at: 'pathway',
      message: 'This pathway was set aside. Record in the pathway that took its place.',
    })
}

export function* code({ pack, entry, row, variant }: Looking): Iterable<Finding> {
  if (!entry || row) return
  const known = pack.codes.filter((code) => variant === undefined || code.variant === undefined || code.variant === variant)
  const nearest = didYouMean(
    entry.code,
    known.map((code) => code.code),
  )
  yield stop({ code: 'door/unknown-code', at: 'code', message: `The pack has no such code: choose one from its list${nearest || '.'}` })
}

/** With `variantFrom: code` entries of two variants would be two pathways; otherwise one variant would hide the other. */
export function* variant({ pack, entry, row, others, variant: chosen }: Looking): Iterable<Finding> {
  if (!entry) return
  const byCode = pack.variantFrom === 'code'
  if (!byCode && entry.variant !== undefined && !pack.variants.includes(entry.variant)) {
    yield stop({ code: 'door/other-variant', at: 'variant', message: 'The pack has no such variant: choose one from its list.' })
    return
  }
  const own = byCode ? row?.variant : entry.variant
  const there = others.flatMap((other) => (byCode ? other.row.variant : other.entry.variant) ?? [])
  const whole = chosen === undefined ? there : [chosen]
  if (own === undefined || whole.length === 0 || whole.includes(own)) return
  const message = byCode
    ? 'This code belongs to another variant: record it in a pathway of that variant.'
    : 'The pathway is of another variant: record this in a pathway of its own, or correct the variant of the other entries too.'
  const say = !byCode && entry.corrects !== undefined ? warn : stop
  yield say({ code: 'door/other-variant', at: byCode ? 'code' : 'variant', message })
}

export function* inForce({ pack, entry, row, target, today }: Looking): Iterable<Finding> {
  const about = row ?? target?.row
  const item = pack.text.variants.find((v) => v.id === about?.variant)
  const last = item && pack.lastDays.get(item.id)
  if (entry && row && last !== undefined && entry.occurred > last)
    yield stop({ code: 'door/closed-variant', at: 'occurred', message: 'This variant takes no codes after its last day.', by: item })
  else if (entry && row && (entry.occurred < row.from || entry.occurred > row.to))
    yield stop({
      code: 'door/not-in-force',
      at: 'occurred',
      message: 'The code was not in force on this day: check the day, or choose the code that was.',
      by: groundsOf(pack, row),
    })
  else if (last !== undefined && today > last)
    yield warn({
      code: 'door/closed-variant',
      at: entry ? 'occurred' : 'withdraws',
      message: 'This variant takes no new codes any more; what is recorded late is kept, and its open clocks are not judged.',
      by: item,
    })
}

export function* refused(at: Looking): Iterable<Finding> {
  const { pack, entry, row } = at
  if (!entry || !row) return
  const refusal = refusalOf({ entry: written(at, entry), row })
  const rule = refusal && pack.text.rules.find((r) => r.id === refusal.rule)
  if (rule) yield stop({ code: 'door/refused-by-rule', at: 'code', message: rule.text, by: { rule: rule.id, source: rule.source } })
}

export function* day({ pack, entry, today, now, born, target }: Looking): Iterable<Finding> {
  if (!entry) return
  const { occurred, occurredAt } = entry
  const at = 'occurred'
  if (occurred > today) yield stop({ code: 'door/in-the-future', at, message: 'This day has not come yet: record what has happened.' })
  else if (now !== undefined && occurredAt !== undefined && occurredAt > now)
    yield stop({ code: 'door/in-the-future', at: 'occurredAt', message: 'This time has not come yet: record what has happened.' })
  // Asked this way round a number that is no day at all is not taken either.
  if (!(occurred >= firstDay)) yield stop({ code: 'door/too-early', at, message: 'Days before 1900 are not taken: check the year.' })
  if (born !== undefined && occurred < born)
    yield stop({ code: 'door/before-birth', at, message: 'This day lies before the day of birth: check the day and the person.' })
  if (occurredAt !== undefined && wallTimeOf(occurredAt, pack.zone).day !== occurred)
    yield stop({ code: 'door/other-day', at: 'occurredAt', message: 'The time lies on another day: give both alike.' })
  if (occurred >= firstDay && occurred < yearBefore(today) && target?.entry.occurred !== occurred)
    yield warn({ code: 'door/long-ago', at, message: 'This day lies more than a year back: check the year.' })
}

const evidenceDay = {
  receipt: { day: 'receivedOn', words: 'received' },
  sending: { day: 'sentOn', words: 'sent' },
} as const

/** Only evidence that carries the day in question is asked; the exceptions of a guide are for people to see, so this warns. */
export function* datedBy({ pack, entry, row }: Looking): Iterable<Finding> {
  if (!entry || !row) return
  for (const slot of slotsMarked(pack, row)) {
    const item = slotItem(pack, slot)
    if (item?.datedBy === undefined || isUnknown(item.datedBy)) continue
    const { day, words } = evidenceDay[item.datedBy]
    const days = entry.evidence.flatMap((evidence) => evidence[day] ?? [])
    if (days.length === 0 || days.includes(entry.occurred)) continue
    const dating = item.dating ? ` The pack says: ${item.dating}.` : ''
    yield warn({
      code: 'door/dated-by',
      at: 'occurred',
      about: slot.id,
      message: `"${slot.name}" carries the day its evidence was ${words}, and that is another day here.${dating}`,
      by: { rule: groundsOf(pack, row).rule, source: item.source },
    })
  }
}

export function* value({ pack, entry, row }: Looking): Iterable<Finding> {
  if (!entry) return
  if (entry.value !== undefined && !(Number.isInteger(entry.value) && Math.abs(entry.value) < 1e15))
    yield stop({ code: 'door/bad-value', at: 'value', message: 'Give a whole number below 10^15.' })
  const amount = pack.pauses.find((pause) => pause.amountFrom !== undefined && row?.slots.includes(pause.amountFrom))
  if (amount && entry.value === undefined)
    yield warn({ code: 'door/bad-value', at: 'value', message: `Give the number for "${amount.name}"; without it nothing is taken out.` })
}

const list = (roles: readonly string[]): string =>
  roles.length > 1 ? `${roles.slice(0, -1).join(', ')} or ${roles.at(-1)}` : roles.join('')

/** Milestones whose duty the offer touches: those of the new code and those of the entry it corrects or withdraws. */
function slotsTouched({ pack, row, target }: Looking): readonly Slot[] {
  const rows: readonly CodeRow[] = [row, target?.row].flatMap((r) => r ?? [])
  return [...new Set(rows.flatMap((r) => slotsMarked(pack, r)))]
}

export function* recorder(at: Looking): Iterable<Finding> {
  const { pack, role } = at
  for (const slot of slotsTouched(at)) {
    const duty = dutyOf(pack, slot)
    const may = isAmong(pack, role, duty?.records)
    if (may === 'no')
      yield stop({
        code: 'door/role-may-not-record',
        at: 'role',
        message: `"${slot.name}" is recorded by ${list(rolesMeant(pack, duty?.records))}: ask one of them to record it.`,
        by: duty,
      })
    if (may === 'unclear')
      yield hint({
        code: 'door/duty-unclear',
        at: 'role',
        message: `The pack does not say which roles record "${slot.name}", so this was not checked.`,
        by: duty,
      })
  }
}

/** A question that is open, or not known, has been decided by nobody yet. */
const undecided: readonly string[] = ['asked', 'unknown']

export function* decider(at: Looking): Iterable<Finding> {
  const { pack, entry, offer, role } = at
  if (entry && undecided.includes(entry.standing)) return
  const named = offer.decider ?? offer.onBehalfOf
  for (const slot of slotsTouched(at)) {
    const duty = dutyOf(pack, slot)
    const decides = isAmong(pack, named ?? role, duty?.decides)
    if (decides === 'no')
      yield stop({
        code: 'door/needs-decider',
        at: 'decider',
        message: `"${slot.name}" is decided by ${list(rolesMeant(pack, duty?.decides))}: name the one who decided.`,
        by: duty,
      })
    if (decides === 'unclear')
      yield hint({
        code: 'door/duty-unclear',
        at: 'decider',
        message: `The pack does not say which roles decide "${slot.name}", so this was not checked.`,
        by: duty,
      })
  }
}

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === ''

/** A correction names the current version; a reason is asked for once, in the words that fit best. */
export function* correction(at: Looking): Iterable<Finding> {
  const { offer, entries, target } = at
  const key = offer.withdraws === undefined ? 'corrects' : 'withdraws'
  const seq = offer.withdraws ?? offer.corrects
  if (seq === undefined) return
  if (!entries.some((entry) => entry.seq === seq))
    yield stop({ code: 'door/nothing-to-correct', at: key, message: 'There is no such entry in this pathway: look at it again.' })
  else if (!target && entries.some((entry) => entry.seq === seq && entry.superseded !== undefined))
    yield stop({
      code: 'door/already-corrected',
      at: key,
      message: 'This entry was corrected or withdrawn since: look at the pathway again and go from there.',
    })
  if (!isBlank(offer.reason)) return
  const overruled = overruledRole(at)
  if (overruled)
    yield stop({
      code: 'door/overruling-needs-reason',
      at: 'reason',
      message: `This was decided by ${overruled.role}: say why it is changed.`,
      by: overruled.by,
    })
  else yield stop({ code: 'door/correction-needs-reason', at: 'reason', message: 'Say why it is changed.' })
}

/** The role that decided the target, where its duty lets that role decide and it is not the one who decides now. */
function overruledRole({ pack, target, offer, role }: Looking) {
  const before = target?.entry.decider ?? target?.entry.recorder
  if (!target || before === undefined || before === (offer.decider ?? offer.onBehalfOf ?? role)) return undefined
  const duty = slotsMarked(pack, target.row)
    .flatMap((slot) => dutyOf(pack, slot) ?? [])
    .find(({ decides }) => isAmong(pack, before, decides) === 'yes')
  return duty && { role: before, by: duty }
}

export function* doubt({ entry }: Looking): Iterable<Finding> {
  if (entry?.standing === 'let-stand' && isBlank(entry.reason))
    yield stop({ code: 'door/let-stand-needs-reason', at: 'reason', message: 'Say why the doubt is let stand.' })
}

/** One end a pathway. What is ruled out did not happen, so it ends nothing. */
export function* secondEnd({ pack, entry, row, others }: Looking): Iterable<Finding> {
  if (!entry || !row || entry.standing === 'ruled-out' || !closes(pack, row)) return
  if (others.some((other) => closes(pack, other.row)))
    yield stop({
      code: 'door/second-end',
      at: 'code',
      message: 'This pathway has an end already: correct that entry instead of adding another.',
      by: groundsOf(pack, row),
    })
}

/** Said from both sides, so that it does not matter which of the two is recorded first. */
export function* afterEnd({ pack, entry, row, others }: Looking): Iterable<Finding> {
  if (!entry || !row || entry.standing === 'ruled-out') return
  const isEnd = closes(pack, row)
  const ends = isEnd ? [row] : others.filter((o) => closes(pack, o.row) && o.entry.occurred < entry.occurred).map((o) => o.row)
  if (ends.length === 0) return
  if (isEnd && !others.some((o) => !closes(pack, o.row) && o.entry.occurred > entry.occurred)) return
  const final = ends.some((end) => slotsMarked(pack, end).some((slot) => milestoneOf(pack, slot)?.final))
  const say = final && entry.corrects === undefined ? stop : warn
  yield say({
    code: 'door/after-end',
    at: 'occurred',
    message: isEnd
      ? 'Entries of this pathway are dated after this day: check the day of the end.'
      : 'This pathway ended before this day: check the day, or correct the end.',
    by: groundsOf(pack, ends[0]!), // the list was found not empty above
  })
}

export function* again({ pack, entry, row, others }: Looking): Iterable<Finding> {
  if (!entry || !row || entry.standing === 'ruled-out') return
  if (others.some(({ entry: o }) => o.code === entry.code && o.occurred === entry.occurred && o.place === entry.place)) {
    yield warn({ code: 'door/same-again', at: 'code', message: 'The same code is there already on this day: is this another one?' })
    return
  }
  for (const slot of slotsMarked(pack, row)) {
    const item = milestoneOf(pack, slot)
    if (!item || slot.closing || slot.pick !== 'first') continue
    const elsewhere = (place: string | undefined) =>
      item.eachPlace === true && place !== undefined && entry.place !== undefined && place !== entry.place
    if (others.some((o) => o.row.slots.includes(slot.index) && !elsewhere(o.entry.place)))
      yield warn({
        code: 'door/recorded-already',
        at: 'code',
        about: slot.id,
        message: `"${slot.name}" has an entry already, and the first one counts: correct that one if it is wrong.`,
        by: { rule: groundsOf(pack, row).rule, source: item.source },
      })
  }
}

export function* late({ pack, entry, row, today }: Looking): Iterable<Finding> {
  if (!entry || !row || entry.corrects !== undefined) return
  for (const slot of slotsMarked(pack, row))
    if (slot.dutyDays !== undefined && today - entry.occurred > slot.dutyDays)
      yield warn({
        code: 'door/late',
        at: 'occurred',
        about: slot.id,
        message: `"${slot.name}" is to be recorded within ${slot.dutyDays} days; it will stand as recorded later.`,
        by: dutyOf(pack, slot),
      })
}
