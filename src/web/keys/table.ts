/** Where a key works. `everywhere` also while a list, a pathway or a meeting is open. */
export type KeyScope = 'everywhere' | 'list' | 'pathway' | 'meeting' | 'figures' | 'form'

export interface KeyRow {
  readonly scope: KeyScope
  /** Keys that do it, each as `combinationOf` writes it. The first is the one that is shown and may be changed. */
  readonly keys: readonly string[]
  /** It cannot be changed: what people expect of it everywhere. */
  readonly fixed?: true
  /** It goes on as long as it is held down. Anything else happens once a press: a key that is held is no second wish. */
  readonly repeats?: true
}

/**
 * Every key of the page: the page listens by it, the help prints it, the editor changes it. Characters, not positions, and none that a Nordic
 * keyboard reaches only with Shift or AltGr.
 */
export const keyTable = {
  palette: { scope: 'everywhere', keys: ['Mod+k'] },
  help: { scope: 'everywhere', keys: ['h', 'F1'] },
  back: { scope: 'everywhere', keys: ['Escape'], fixed: true },
  goList: { scope: 'everywhere', keys: ['1'] },
  goWork: { scope: 'everywhere', keys: ['2'] },
  goCodes: { scope: 'everywhere', keys: ['3'] },
  goFigures: { scope: 'everywhere', keys: ['4'] },
  goMeetings: { scope: 'everywhere', keys: ['5'] },
  goReports: { scope: 'everywhere', keys: ['6'] },
  goLog: { scope: 'everywhere', keys: ['7'] },
  goPeople: { scope: 'everywhere', keys: ['8'] },
  goFeeds: { scope: 'everywhere', keys: ['9'] },
  goIndicators: { scope: 'everywhere', keys: ['0'] },
  goReleases: { scope: 'everywhere', keys: ['Shift+r'] },
  goUnit: { scope: 'everywhere', keys: ['Shift+u'] },
  goOccurrence: { scope: 'everywhere', keys: ['Shift+o'] },
  undo: { scope: 'everywhere', keys: ['Mod+z'], fixed: true },
  down: { scope: 'list', keys: ['j', 'ArrowDown'], repeats: true },
  up: { scope: 'list', keys: ['k', 'ArrowUp'], repeats: true },
  pageDown: { scope: 'list', keys: ['PageDown'], fixed: true, repeats: true },
  pageUp: { scope: 'list', keys: ['PageUp'], fixed: true, repeats: true },
  first: { scope: 'list', keys: ['Home'], fixed: true },
  last: { scope: 'list', keys: ['End'], fixed: true },
  open: { scope: 'list', keys: ['Enter'], fixed: true },
  filter: { scope: 'list', keys: ['s'] },
  newPathway: { scope: 'list', keys: ['p'] },
  addPerson: { scope: 'list', keys: ['f'] },
  apply: { scope: 'list', keys: ['u'] },
  withoutStep: { scope: 'list', keys: ['n'] },
  sort: { scope: 'list', keys: ['o'] },
  group: { scope: 'list', keys: ['g'] },
  density: { scope: 'list', keys: ['t'] },
  planMeeting: { scope: 'list', keys: ['y'] },
  views: { scope: 'list', keys: ['i'] },
  record: { scope: 'pathway', keys: ['c'] },
  editStep: { scope: 'pathway', keys: ['e'] },
  finishStep: { scope: 'pathway', keys: ['d'] },
  ask: { scope: 'pathway', keys: ['q'] },
  escalate: { scope: 'pathway', keys: ['x'] },
  note: { scope: 'pathway', keys: ['m'] },
  accept: { scope: 'pathway', keys: ['a'] },
  explain: { scope: 'pathway', keys: ['l'] },
  asTable: { scope: 'pathway', keys: ['b'] },
  correct: { scope: 'pathway', keys: ['r'] },
  withdraw: { scope: 'pathway', keys: ['w'] },
  handOver: { scope: 'pathway', keys: ['v'] },
  // In a field only the second of each works: whoever types goes on without leaving it.
  nextPatient: { scope: 'meeting', keys: ['j', 'Mod+Enter'] },
  previousPatient: { scope: 'meeting', keys: ['k', 'Mod+ArrowUp'] },
  writeOutcome: { scope: 'meeting', keys: ['s'] },
  wholePathway: { scope: 'meeting', keys: ['o'] },
  present: { scope: 'meeting', keys: ['i'] },
  sign: { scope: 'meeting', keys: ['f'] },
  benchTables: { scope: 'figures', keys: ['t'] },
  send: { scope: 'form', keys: ['Mod+Enter'], fixed: true },
} as const satisfies Readonly<Record<string, KeyRow>>

export type KeyId = keyof typeof keyTable
export type KeyChoice = Readonly<Partial<Record<KeyId, string>>>
export const keyIds = Object.keys(keyTable) as readonly KeyId[] // keys of our own table

/** The combinations of a key as this person has them. */
export const keysOf = (id: KeyId, choice: KeyChoice): readonly string[] => {
  const [first, ...rest] = keyTable[id].keys
  return [choice[id] ?? first, ...rest]
}

interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** A press as text: `Mod+k` for Ctrl or Cmd, the character itself for a letter, the name for any other. Undefined: not one of ours (Alt, AltGr). */
export function combinationOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string | undefined {
  if (altKey || (ctrlKey && metaKey)) return undefined
  const letter = key.length === 1
  const name = letter ? key.toLowerCase() : key
  if (letter && key !== name && !ctrlKey && !metaKey) return `Shift+${name}`
  return `${ctrlKey || metaKey ? 'Mod+' : ''}${shiftKey && !letter ? 'Shift+' : ''}${name}`
}

/** Taken by browsers or screen readers, or typed by some Nordic keyboard only with Shift or AltGr. */
const reserved = new Set([
  ...['Tab', 'Space', ' ', 'Enter', 'Escape', 'Backspace', 'Delete', 'F3', 'F5', 'F6', 'F7', 'F10', 'F11', 'F12', 'Insert', 'CapsLock'],
  ...['a', 'c', 'f', 'l', 'n', 'o', 'p', 'r', 's', 't', 'v', 'w', 'x', 'z'].map((letter) => `Mod+${letter}`),
])
const awkward = /[/\\[\]{}@|~`#$^]/

export type KeyRefusal = { readonly because: 'taken'; readonly by: KeyId } | { readonly because: 'reserved' | 'awkward' | 'fixed' }

/** Scopes that are never on the page at once: a form takes the keys from what it stands on; meetings and figures are on screens of their own. */
const apart: readonly (readonly [KeyScope, KeyScope])[] = [
  ['form', 'list'],
  ['form', 'pathway'],
  ['form', 'meeting'],
  ['list', 'meeting'],
  ['form', 'figures'],
  ['list', 'figures'],
  ['meeting', 'figures'],
]
export const together = (a: KeyScope, b: KeyScope): boolean =>
  !apart.some(([one, other]) => (a === one && b === other) || (a === other && b === one))

/** Why a key may not be changed to a combination; undefined where it may. */
export function refuseKey(id: KeyId, combination: string, choice: KeyChoice): KeyRefusal | undefined {
  if ('fixed' in keyTable[id]) return { because: 'fixed' }
  if (reserved.has(combination)) return { because: 'reserved' }
  if (awkward.test(combination)) return { because: 'awkward' }
  const by = keyIds.find(
    (other) => other !== id && together(keyTable[other].scope, keyTable[id].scope) && keysOf(other, choice).includes(combination),
  )
  return by === undefined ? undefined : { because: 'taken', by }
}
