/** What is said of one pathway in a meeting. */
export interface Words {
  readonly question: string
  readonly outcome: string
}
/** Words as the service holds them. */
export interface Held extends Words {
  readonly version: number
}
/** What of it is kept in this tab until the service has it: what was typed, on which version, and what was on its way. */
export interface Kept extends Words {
  readonly base: number
  readonly sent?: Words
}

export interface OutcomeState {
  readonly typed: Words
  readonly held: Held
  readonly standing: 'saved' | 'typing' | 'sending' | 'refused'
  readonly error?: unknown
  /** What somebody else wrote meanwhile: nothing is sent until somebody has chosen. */
  readonly theirs?: Held
}

export interface Saving {
  /** Sends words on the version they rest on; gives what stands there then, or what somebody else has put there. However long it takes. */
  readonly save: (words: Words, version: number) => Promise<{ readonly held: Held } | { readonly theirs: Held }>
  readonly keep: (kept: Kept | undefined) => void
  readonly found: Kept | undefined
  /** Sent when nothing was typed for so long, or after the longest time of typing. */
  readonly pauseMs?: number
  readonly longestMs?: number
}

export interface OutcomeSaver {
  state(): OutcomeState
  subscribe(listener: () => void): () => void
  type(words: Partial<Words>): void
  /** What the service holds was read again. */
  heard(held: Held): void
  /** Sends what is not there yet; true: all of it is there. */
  flush(): Promise<boolean>
  /** Of two who wrote: this one's, over what stands there; or the other's. */
  keepMine(): void
  takeTheirs(): void
  /** A change of it was heard of: whether that was this one's own, which each save is heard of once. */
  isOwnChange(): boolean
}

// Spaces around a question are not kept by the service; those of an outcome are.
const same = (a: Words, b: Words): boolean => a.outcome === b.outcome && (a.question.trim() === '' || a.question.trim() === b.question)

/**
 * Saves what is typed of one pathway as it is typed, one act after the other, each on the version of the one before. What is typed stands in the field
 * whatever becomes of the sending; where somebody else wrote as well, both are shown and nothing is sent.
 */
export function openSaver(
  begun: Held,
  { save, keep, found, pauseMs = 700, longestMs = 4_000 }: Saving,
  now: () => number = Date.now,
): OutcomeSaver {
  let held = begun
  let typed: Words = { question: begun.question, outcome: begun.outcome }
  let theirs: Held | undefined
  let error: unknown
  let running: Promise<void> | undefined
  let sent: Words | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let typingSince: number | undefined
  let unheard = 0
  const listeners = new Set<() => void>()

  const isDirty = (): boolean => !same(typed, held)
  const stateNow = (): OutcomeState => ({
    typed,
    held,
    standing: running ? 'sending' : error !== undefined ? 'refused' : isDirty() ? 'typing' : 'saved',
    ...(error === undefined ? {} : { error }),
    ...(theirs === undefined ? {} : { theirs }),
  })
  let state = stateNow()
  const tell = (): void => {
    state = stateNow()
    for (const listener of listeners) listener()
  }
  const keepNow = (): void => keep(isDirty() || theirs ? { ...typed, base: held.version, ...(sent ? { sent } : {}) } : undefined)

  /** Another version stands there: our own words, words nobody here has typed over, or somebody else's. */
  const meet = (other: Held): void => {
    if (sent && same(sent, other)) sent = undefined
    else if (isDirty() && !same(typed, other)) {
      theirs = other
      return
    } else typed = { question: other.question, outcome: other.outcome }
    held = other
    theirs = undefined
  }

  // Of two changes that come at once either may be taken for our own: the other is news, and what is read then holds both.
  function isOwnChange(): boolean {
    if (unheard === 0) return false
    unheard -= 1
    return true
  }

  async function send(): Promise<void> {
    while (isDirty() && theirs === undefined) {
      const words = typed
      sent = words
      keepNow()
      unheard += 1
      try {
        const answer = await save(words, held.version)
        if ('held' in answer) {
          held = answer.held
          sent = undefined
        } else {
          sent = undefined
          isOwnChange()
          meet(answer.theirs)
        }
        error = undefined
      } catch (refused) {
        error = refused
        isOwnChange()
        sent = undefined
        break
      }
      keepNow()
      tell()
    }
  }
  const run = (): Promise<void> => {
    clearTimeout(timer)
    typingSince = undefined
    running ??= send().finally(() => {
      running = undefined
      keepNow()
      tell()
    })
    tell()
    return running
  }
  const schedule = (): void => {
    if (theirs) return
    typingSince ??= now()
    clearTimeout(timer)
    timer = setTimeout(() => void run(), Math.max(0, Math.min(pauseMs, typingSince + longestMs - now())))
  }

  // A page that was loaded again goes on with what was typed before.
  if (found) {
    const there = held
    typed = { question: found.question, outcome: found.outcome }
    const isOurs = found.base === there.version || same(typed, there) || (found.sent !== undefined && same(found.sent, there))
    if (!isOurs) {
      held = { ...there, version: found.base }
      theirs = there
    }
    keepNow()
    if (isDirty()) schedule()
    state = stateNow()
  }

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    type: (words) => {
      typed = { ...typed, ...words }
      error = undefined
      keepNow()
      if (isDirty()) schedule()
      tell()
    },
    heard: (other) => {
      // While something is on its way, its answer says what stands there.
      if (running || other.version <= held.version || (theirs && other.version <= theirs.version)) return
      meet(other)
      keepNow()
      tell()
    },
    flush: async () => {
      if (isDirty() && theirs === undefined) await run()
      else await running
      return !isDirty() && theirs === undefined
    },
    keepMine: () => {
      if (!theirs) return
      held = theirs
      theirs = undefined
      void run()
    },
    takeTheirs: () => {
      if (!theirs) return
      held = theirs
      typed = { question: theirs.question, outcome: theirs.outcome }
      theirs = undefined
      keepNow()
      tell()
    },
    isOwnChange,
  }
}
