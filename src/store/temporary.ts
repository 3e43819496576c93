import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Temporary folders in use; a process that ends early takes them with it. */
const folders = new Set<string>()
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/** A folder of its own under the system's temporary one, gone with `remove` or with the process. */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), `varde-${purpose}-`))
  folders.add(folder)
  return {
    path: folder,
    remove: async () => {
      await rm(folder, { recursive: true, force: true })
      folders.delete(folder)
    },
  }
}
