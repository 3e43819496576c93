// Before `npm start`, `npm test` and `./varde`: installs the packages of the lock file when they are not there.
// Plain JavaScript for Node 18 and up, because it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const installed = join(root, 'node_modules', '.package-lock.json')
const bundledNode = join(root, 'node_modules', '.bin', 'node')
const installing = join(root, '.cache', 'installing')
/** Tests, and the page that `npm start` shows, are made with packages that the command line does without. */
const withTools = ['pretest', 'prestart'].includes(process.env.npm_lifecycle_event)

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages

/**
 * npm writes node_modules/.package-lock.json last, so an install that was cut short has none. Compared by content: times
 * change with every checkout. What is not there may be missing only if it is for another platform or only for tests and the page.
 */
function isReady() {
  if (!existsSync(installed)) return false
  const have = packagesOf(installed)
  const want = packagesOf(join(root, 'package-lock.json'))
  const mayBeMissing = (entry) => entry.optional || entry.devOptional || entry.peer || (entry.dev && !withTools)
  const same = (a, b) => a.version === b.version && a.integrity === b.integrity
  return (
    Object.keys(have).every((place) => place in want) &&
    Object.keys(want).every((place) => place === '' || (have[place] ? same(have[place], want[place]) : mayBeMissing(want[place])))
  )
}

/** True when this process may install; false when another one is at it. A symbolic link is made and filled in one step. */
function takeTurn() {
  mkdirSync(join(root, '.cache'), { recursive: true })
  try {
    symlinkSync(String(process.pid), installing)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    dropDeadTurn()
    return false
  }
}

function dropDeadTurn() {
  try {
    const holder = readlinkSync(installing)
    if (isRunning(Number(holder))) return
    const aside = `${installing}.${process.pid}`
    renameSync(installing, aside)
    // Somebody else may have dropped the dead one and taken the turn in between: then it is given back.
    if (readlinkSync(aside) !== holder) renameSync(aside, installing)
    else rmSync(aside)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Everything goes to standard error: the output of `./varde ... --format json` stays clean. */
function install() {
  // npm would empty the folder the link leads to, which belongs to another clone.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink())
    return fail(
      'node_modules is a link to a folder with other packages than package-lock.json names. Remove the link, then run this again.',
    )
  console.error('varde: installing the packages of package-lock.json (npm ci); once, a minute at most ...')
  // npm must not run on the node it is about to replace.
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.startsWith(join(root, 'node_modules')))
  const asked = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(withTools ? ['--include=dev'] : [])]
  const npm = spawnSync('npm', asked, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, PATH: path.join(delimiter) } })
  if (npm.error) return fail(`npm could not be started (${npm.error.code}). Install Node.js with npm, then run this again.`)
  if (npm.status !== 0) {
    fail(
      'the packages could not be installed; npm says why above. It needs to reach the npm registry (or a mirror set with "npm config set registry") and to write to node_modules. Then run this again.',
    )
  }
}

function fail(sentence) {
  console.error(`varde: ${sentence}`)
  process.exitCode = 1
}

function makeReady() {
  while (!isReady()) {
    if (!takeTurn()) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
      continue
    }
    try {
      if (!isReady()) return install()
    } finally {
      rmSync(installing, { force: true })
    }
  }
}

const [major, minor] = process.versions.node.split('.').map(Number)
try {
  makeReady()
  if (!process.exitCode && !existsSync(bundledNode) && (major < 22 || (major === 22 && minor < 18))) {
    fail(`Node ${process.versions.node} is too old here and no newer one came with the packages. Install Node 22.18 or newer.`)
  }
} catch (error) {
  fail(`the packages could not be checked: ${error.message}`)
}
