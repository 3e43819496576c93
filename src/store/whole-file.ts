import { randomBytes } from 'node:crypto'
import { open, rename, rm, writeFile } from 'node:fs/promises'

/** Writes a file that only its owner may read, and puts it in place when it is whole and on disk: nobody ever reads half of it. */
export async function writeWhole(file: string, text: string, place: (made: string, file: string) => Promise<void> = rename): Promise<void> {
  const made = `${file}.new-${randomBytes(4).toString('hex')}`
  try {
    await writeFile(made, text, { mode: 0o600, flush: true })
    await place(made, file)
  } finally {
    await rm(made, { force: true })
  }
}

/** A name in a folder outlives a power cut only once the folder itself is on disk. Windows has no such call, and does it by itself. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
