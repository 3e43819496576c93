import { execFileSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'

/** Whether there is a process of this id: one we may not signal is one too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function askPs(pid: number, column: string): string | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' }
    return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8', env, stdio: 'pipe' }).trim() || undefined
  } catch {
    return undefined
  }
}

/** When a process began, as the system words it: an id is given again, an id with its beginning is not. `undefined` on Windows. */
export const beginningOf = (pid: number): string | undefined => askPs(pid, 'lstart')

/**
 * Whether this process is a PostgreSQL server on this data directory (its real path). One that has ended and was not yet
 * collected by its parent is not. On Windows any living process is taken for it (not run there).
 */
export function isServerOf(pid: number, data: string): boolean {
  if (process.platform === 'win32') return isAlive(pid)
  if (process.platform !== 'linux') return askPs(pid, 'command')?.includes(data) ?? false
  try {
    // A server works in its data directory from its first moments on.
    return readlinkSync(`/proc/${pid}/cwd`) === data
  } catch {
    return false
  }
}
