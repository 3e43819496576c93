import { describe, expect, test } from 'vitest'
import { combinationOf, keyIds, keysOf, keyTable, refuseKey, together } from './table.ts'

const press = (key: string, mods: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  combinationOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...mods })

/**
 * Characters that a keyboard gives without Shift or AltGr, besides letters a to z: from the layouts of Windows (kbdno, kbdsw, kbdda, kbdfi, kbduk).
 */
const layouts: Readonly<Record<string, string>> = {
  Norwegian: "|1234567890+\\å¨øæ',.-<",
  Swedish: "§1234567890+´å¨öä',.-<",
  Danish: "½1234567890+´å¨æø',.-<",
  Finnish: "§1234567890+´å¨öä',.-<",
  British: "`1234567890-=[];'#\\,./",
}
const named = new Set(['Enter', 'Escape', 'ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'F1'])

describe('the keys', () => {
  test.each(Object.entries(layouts))('are all there, each with one press, on a %s keyboard', (_, characters) => {
    const letters = new Set([...'abcdefghijklmnopqrstuvwxyz', ...characters])
    const out = keyIds
      .flatMap((id) => keyTable[id].keys)
      // A letter with Shift is a letter everywhere; a sign with Shift is another one on each.
      .map((combination) => combination.replace(/^Mod\+|^Shift\+(?=[a-z]$)/, ''))
      .filter((key) => !letters.has(key) && !named.has(key))
    expect(out).toEqual([])
  })

  test('none does two things in one place', () => {
    const clashes = keyIds.flatMap((a) =>
      keyIds
        .filter((b) => a < b && together(keyTable[a].scope, keyTable[b].scope))
        .flatMap((b) => (keysOf(a, {}).some((key) => keysOf(b, {}).includes(key)) ? [`${a} ${b}`] : [])),
    )
    expect(clashes).toEqual([])
  })

  test('a form takes the keys from what it stands on, and a meeting is on a screen of its own; all else is together', () => {
    expect([together('form', 'pathway'), together('list', 'meeting'), together('meeting', 'list')]).toEqual([false, false, false])
    expect([together('form', 'everywhere'), together('list', 'pathway'), together('meeting', 'pathway'), together('list', 'list')]).toEqual(
      [true, true, true, true],
    )
  })

  test('a letter is the letter, whatever stands beside it on the keyboard', () => {
    expect([press('j'), press('J', { shiftKey: true }), press('k', { ctrlKey: true }), press('K', { metaKey: true })]).toEqual([
      'j',
      'Shift+j',
      'Mod+k',
      'Mod+k',
    ])
    expect([press('Enter', { ctrlKey: true }), press('ø'), press('F1')]).toEqual(['Mod+Enter', 'ø', 'F1'])
  })

  test('what is typed with Alt or AltGr is text, never one of ours', () => {
    expect([
      press('@', { altKey: true }),
      press('k', { altKey: true, ctrlKey: true }),
      press('k', { ctrlKey: true, metaKey: true }),
    ]).toEqual([undefined, undefined, undefined])
  })
})

describe('changing a key', () => {
  test('to a free letter is taken, and holds', () => {
    expect(refuseKey('escalate', 'z', {})).toBeUndefined()
    expect(keysOf('escalate', { escalate: 'z' })).toEqual(['z'])
    expect(keysOf('help', { help: 'y' })).toEqual(['y', 'F1'])
  })

  test.each([
    ['escalate', 'q', { because: 'taken', by: 'ask' }],
    ['escalate', 'j', { because: 'taken', by: 'down' }],
    ['escalate', 'h', { because: 'taken', by: 'help' }],
    ['escalate', 'Mod+w', { because: 'reserved' }],
    ['escalate', 'Tab', { because: 'reserved' }],
    ['escalate', 'Insert', { because: 'reserved' }],
    ['escalate', '/', { because: 'awkward' }],
    ['escalate', '@', { because: 'awkward' }],
    ['back', 'b', { because: 'fixed' }],
  ] as const)('%s to %s is refused', (id, combination, refusal) => expect(refuseKey(id, combination, {})).toEqual(refusal))

  test('a key that was given away is free for another', () => {
    expect(refuseKey('note', 'q', { ask: 'z' })).toBeUndefined()
    expect(refuseKey('note', 'z', { ask: 'z' })).toEqual({ because: 'taken', by: 'ask' })
  })
})
