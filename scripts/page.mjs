// Builds the page into dist/page when what it is made from has changed since: before `npm start` and `npm test`, after ready.mjs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const mark = join(root, 'dist', 'page', '.made-from')
const node = join(root, 'node_modules', '.bin', 'node')

/** One hash over everything the page is made from. */
function madeFrom() {
  const hash = createHash('sha256')
  const add = (file) =>
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  for (const file of ['vite.config.ts', 'package-lock.json']) add(file)
  for (const folder of ['src/web', 'src/core', 'src/api'])
    for (const file of readdirSync(join(root, folder), { recursive: true }).toSorted())
      if (/\.(ts|tsx|css|json|html|svg)$/.test(file) && !/\.test\.tsx?$/.test(file)) add(join(folder, file))
  return hash.digest('hex')
}

const wanted = madeFrom()
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  console.error('varde: building the page ...')
  const built = spawnSync(
    existsSync(node) ? node : process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  )
  if (built.status === 0) writeFileSync(mark, wanted)
  else {
    console.error('varde: the page could not be built; what is wrong stands above.')
    process.exitCode = 1
  }
}
