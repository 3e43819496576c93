import { type NodeProcess, nodeProcess } from './node-process.ts'

const at = (file: string): string => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href)

/** `varde serve` in a process of its own, with a sign-in by header; prints `asked N` as the Nth request comes in. */
export function servingProcess(environment: Readonly<Record<string, string>>): NodeProcess {
  return nodeProcess(
    `import { serveUntilAsked } from ${at('cli/serve.ts')}
    import { leavingOnSignals } from ${at('cli/signals.ts')}
    import { settingsOf } from ${at('http/settings.ts')}
    let asked = 0
    const byHeader = ({ ledger }) => ({
      register: async () => {},
      whoIs: async (request) => {
        const person = Number(request.headers['x-person'] ?? NaN)
        console.log('asked ' + ++asked)
        return Number.isNaN(person) ? undefined : { person, role: 'machine', ...(await ledger.standingOf(person)) }
      },
    })
    const io = { out: (text) => process.stdout.write(text), err: () => {}, showsProgress: false, outIsTerminal: false, ...leavingOnSignals() }
    await serveUntilAsked(settingsOf({}, undefined), io, byHeader).catch((error) => {
      console.log('failed ' + (error.issues?.map((i) => i.code + ' ' + i.message).join(' ') ?? error.stack))
      process.exitCode = 1
    })`,
    { env: { PATH: process.env['PATH'], VARDE_PORT: '0', VARDE_PACKS: 'demo', VARDE_LOG_LEVEL: 'error', ...environment } },
  )
}

/** Reads what it prints up to a line that fits. */
export async function lineWith(process: NodeProcess, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const line = await process.line()
    if (line === undefined) throw new Error(`It ended without saying ${pattern}: ${process.errors()}`)
    const found = pattern.exec(line)
    if (found) return found
    if (line.startsWith('failed')) throw new Error(line)
  }
}

/** Its address, once it listens. */
export const addressOf = async (process: NodeProcess): Promise<string> => (await lineWith(process, /listens at (http:\S+?)\.?$/))[1]!
