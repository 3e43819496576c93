import { expect } from 'vitest'
import { runCli } from '../../src/cli/run.ts'

export interface Answered {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs one command as a script would: nobody watches, and nothing asks it to end. */
export async function varde(...args: readonly string[]): Promise<Answered> {
  let [out, err] = ['', '']
  const code = await runCli(args, {
    // A file on standard output comes as bytes.
    out: (text) => void (out += typeof text === 'string' ? text : Buffer.from(text).toString('latin1')),
    err: (text) => void (err += text),
    showsProgress: false,
    outIsTerminal: false,
    untilAsked: async () => {},
  })
  return { code, out, err }
}

/** The same where nothing may go wrong; gives what it prints. */
export async function vardeFine(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await varde(...args)
  expect(code, err).toBe(0)
  return out
}
