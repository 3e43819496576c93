/** By how much the clock of this computer is said to be wrong before it is: an answer is a few seconds old. */
const wrongFromMs = 60_000
let aheadMs = 0

/** The time of the service: it is the one that days are held against, and a computer's own clock may be off by days. */
export const serviceClock = {
  /** Takes the time an answer was given, as its head says it. */
  heard(date: string | null): void {
    const said = Date.parse(date ?? '')
    if (!Number.isNaN(said)) aheadMs = Math.abs(Date.now() - said) < wrongFromMs ? 0 : Date.now() - said
  },
  now: (): Date => new Date(Date.now() - aheadMs),
}
