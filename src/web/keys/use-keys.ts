import { useEffect, useRef } from 'react'
import { settings } from '../settings.ts'
import { combinationOf, type KeyId, keysOf, keyTable } from './table.ts'

type Handlers = Readonly<Partial<Record<KeyId, (event: KeyboardEvent) => void>>>

/** Whoever came last is asked first: a form before the pathway it stands on, that before the list. */
const stack: { current: Handlers }[] = []

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)))

/** Enter and Space belong to a control that has them; anything else is ours there as well. */
const isPressed = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a, summary, [role="menuitem"], [role="option"], [role="tab"], input') !== null

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const combination = combinationOf(event)
  if (combination === undefined) return
  const withMod = combination.startsWith('Mod+')
  // Within a field undoing is the field's own.
  if (isTyped(event.target) && combination === 'Mod+z') return
  if (isTyped(event.target) && !withMod && combination !== 'Escape' && combination !== 'F1') return
  if (combination === 'Enter' && isPressed(event.target)) return
  // An open menu or dialog of the design system has the keys for itself.
  if (!withMod && event.target instanceof HTMLElement && event.target.closest('[role="menu"], [role="listbox"]')) return
  const { keys: choice } = settings.now()
  for (const { current } of stack.toReversed())
    for (const id of Object.keys(current) as KeyId[]) // keys of our own table
      if (keysOf(id, choice).includes(combination)) {
        event.preventDefault()
        if (!event.repeat || 'repeats' in keyTable[id]) current[id]?.(event)
        return
      }
}

/** Which of some keys was pressed; none while somebody types in a field. For parts of the page that have keys of their own while the focus is in them. */
export function pressedKey<K extends KeyId>(event: KeyboardEvent, among: Readonly<Partial<Record<K, unknown>>>): K | undefined {
  const combination = combinationOf(event)
  if (event.defaultPrevented || combination === undefined || isTyped(event.target)) return undefined
  const { keys: choice } = settings.now()
  return (Object.keys(among) as K[]).find((id) => keysOf(id, choice).includes(combination)) // keys of our own table
}

/** Listens for keys of the table while the component is there. */
export function useKeys(handlers: Handlers): void {
  const held = useRef(handlers)
  held.current = handlers
  useEffect(() => {
    if (stack.length === 0) document.addEventListener('keydown', onKey)
    stack.push(held)
    return () => {
      stack.splice(stack.indexOf(held), 1)
      if (stack.length === 0) document.removeEventListener('keydown', onKey)
    }
  }, [])
}

/** As it stands on a keyboard: `Ctrl+K`, on a Mac `⌘K`. */
export function shownKey(combination: string): string {
  const mac = /Mac|iPhone|iPad/.test(navigator.platform)
  const names: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', PageDown: 'PgDn', PageUp: 'PgUp' }
  const parts = combination
    .split('+')
    .map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (names[part] ?? (part.length === 1 ? part.toUpperCase() : part))))
  return parts.join(mac ? '' : '+')
}

export const shownKeyOf = (id: KeyId): string => shownKey(keysOf(id, settings.now().keys)[0] ?? keyTable[id].keys[0])
