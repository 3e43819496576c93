import { statfs } from 'node:fs/promises'
import { IssueError } from '../core/words/result.ts'
import type { LedgerDatabase } from './ledger-database.ts'

/** Milliseconds a look at the disk holds: so short that little can be written meanwhile. */
const fresh = 20

/**
 * The ledger of a folder that keeps some of its disk free. A PostgreSQL that finds no room for its own log stops altogether, and then nobody reads
 * either; so acts are refused before that, and what is left is for the log of looks, and for reading.
 */
export function keepingFree(ledger: LedgerDatabase, dir: string, leastBytes: number): LedgerDatabase {
  let looked = 0
  let isFree = true
  const look = async (): Promise<boolean> => {
    if (Date.now() - looked < fresh) return isFree
    looked = Date.now()
    const { bavail, bsize } = await statfs(dir)
    isFree = bavail * bsize >= leastBytes
    return isFree
  }
  return {
    ...ledger,
    as: (actor, task) =>
      ledger.as(actor, (session) =>
        task({
          ...session,
          act: async (number, acts) => {
            if (await look()) return session.act(number, acts)
            throw new IssueError([
              {
                code: 'store/full',
                path: [],
                message: 'The disk of the database is almost full: nothing was saved. Make room, then send it again.',
              },
            ])
          },
        }),
      ),
  }
}
