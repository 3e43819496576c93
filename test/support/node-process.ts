import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface NodeProcess {
  readonly pid: number
  /** The next line it prints; `undefined` when it has ended without one. */
  line(): Promise<string | undefined>
  /** Everything it printed on standard error. */
  errors(): string
  kill(signal: NodeJS.Signals): void
  /** Waits for its end; the exit code, or `null` after a signal. */
  ended(): Promise<number | null>
}

interface Options {
  readonly env?: NodeJS.ProcessEnv
  /** A program that runs Node: its name and arguments stand before Node's. */
  readonly under?: readonly string[]
}

/** Runs a piece of TypeScript-free code in a Node of its own, in a group of processes of its own. */
export function nodeProcess(code: string, { env = process.env, under = [] }: Options = {}): NodeProcess {
  const [program = process.execPath, ...args] = [...under, process.execPath, '--input-type=module', '-e', code]
  const child: ChildProcess = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr!.on('data', (chunk) => (errors += chunk))
  return {
    pid: child.pid!,
    line: async () => (await lines.next()).value,
    errors: () => errors,
    kill: (signal) => void child.kill(signal),
    ended: async () => (await ended)[0],
  }
}

/** The import of a file of the store, for code that `nodeProcess` runs. */
export const importOf = (name: string, file: string): string =>
  `import { ${name} } from ${JSON.stringify(new URL(`../../src/store/${file}`, import.meta.url).href)}\n`

/** Process ids that work in a folder: of a PostgreSQL data folder, the server's and all its helpers'. Linux only. */
export function processesIn(dir: string): readonly number[] {
  const real = realpathSync(dir)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === real
      } catch {
        return false
      }
    })
    .map(Number)
}
