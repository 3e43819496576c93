import type { Day } from '../words/day.ts'
import type { ArrivingEntry, Entry } from './entry.ts'

/**
 * Puts arriving entries in order of recording (ties: order of arrival) and marks those that a later entry corrects or withdraws.
 * A withdrawal leaves no entry of its own. The database does the same to whole files.
 */
export function arrive(arriving: readonly ArrivingEntry[]): readonly Entry[] {
  const superseded = new Map<string, Day>()
  for (const { corrects, withdraws, recorded } of arriving) {
    for (const id of [corrects, withdraws])
      if (id !== undefined) superseded.set(id, Math.min(superseded.get(id) ?? recorded, recorded) as Day)
  }
  return arriving
    .map((entry, i) => ({ entry, i }))
    .sort((a, b) => a.entry.recordedAt - b.entry.recordedAt || a.i - b.i)
    .map(({ entry: { corrects: _c, withdraws, ...entry } }, seq) => ({ ...entry, seq, withdraws }))
    .filter((entry) => entry.withdraws === undefined)
    .map(({ withdraws: _w, ...entry }) => {
      const since = entry.id === undefined ? undefined : superseded.get(entry.id)
      return since === undefined ? entry : { ...entry, superseded: since }
    })
}
