import { useEffect, useRef } from 'react'
import { addressOf } from './ask.ts'

export interface Heard {
  readonly pathway: string
}

interface Listener {
  readonly change: (heard: Heard) => void
  /** Too much was missed: what is shown is read anew. */
  readonly reset: () => void
  /** Another system sent something. */
  readonly feeds?: () => void
}

/** Hears what happens to pathways under a pack, as it happens; nothing while there is no pack. */
export function useLive(pack: string | undefined, listener: Listener): void {
  const held = useRef(listener)
  held.current = listener
  useEffect(() => {
    if (pack === undefined) return
    const stream = new EventSource(addressOf('followChanges', {}, { pack }))
    stream.addEventListener('change', (event) => held.current.change(JSON.parse(event.data) as Heard)) // as the service writes it
    stream.addEventListener('feeds', () => held.current.feeds?.())
    stream.addEventListener('reset', () => held.current.reset())
    return () => stream.close()
  }, [pack])
}
