import process from 'node:process'
import type { Io } from './io.ts'

/**
 * SIGINT and SIGTERM end this process: by `exit`, so that temporary folders and servers are taken along, or, where a command waits to be asked, by that
 * command. Asked a second time, it leaves at once.
 */
export function leavingOnSignals(): Pick<Io, 'untilAsked'> {
  let asked: (() => void) | undefined
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.on(signal, () => {
      if (!asked) process.exit(code)
      const tell = asked
      asked = undefined
      tell()
    })
  return { untilAsked: () => new Promise((resolve) => (asked = resolve)) }
}
