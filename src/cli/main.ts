#!/usr/bin/env node
import process from 'node:process'
import { runCli } from './run.ts'
import { leavingOnSignals } from './signals.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader such as `head` that has seen enough is no fault.
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`varde: the answer cannot be written (${error.code}): is there room where it goes? (output/unwritable)\n`)
  process.exit(1)
})
const { untilAsked } = leavingOnSignals()
process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  showsProgress: process.stderr.isTTY === true,
  outIsTerminal: process.stdout.isTTY === true,
  untilAsked,
})
