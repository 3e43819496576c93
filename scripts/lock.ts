// Checks package.json and package-lock.json: exact versions, nothing left out of the lock, one registry. Exit code 1 says no.
import { readFileSync } from 'node:fs'

type Versions = Readonly<Record<string, string>>
interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly optionalDependencies?: Versions
}
interface Manifest {
  readonly dependencies?: Versions
  readonly optionalDependencies?: Versions
  readonly devDependencies?: Versions
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const exactVersion = /^(npm:(@[^/]+\/)?[^@/]+@)?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/
const registry = 'https://registry.npmjs.org/'

/** A range installs something else next year than what was tried. */
function inexact(manifest: Manifest): readonly string[] {
  const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies }
  return Object.entries(all)
    .filter(([, version]) => !exactVersion.test(version))
    .map(([name, version]) => `package.json: "${name}": "${version}" is not an exact version.`)
}

/**
 * npm leaves an optional package out of the lock when the registry had no such version at that moment; `npm ci` then fails
 * elsewhere, or installs without the binary. Looked up as Node does: beside the package that wants it, then one floor up.
 */
function leftOut(packages: Readonly<Record<string, LockEntry>>): readonly string[] {
  const isLocked = (from: string, name: string): boolean => {
    if (`${from === '' ? '' : `${from}/`}node_modules/${name}` in packages) return true
    return from !== '' && isLocked(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
  }
  return Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(place, name))
      .map((name) => `package-lock.json: ${name}, wanted by ${place || 'package.json'}, has no entry.`),
  )
}

/** No address at all is fine: npm then asks the registry of whoever installs, and the integrity still holds. */
function elsewhere(packages: Readonly<Record<string, LockEntry>>): readonly string[] {
  return Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined && !entry.resolved.startsWith(registry))
    .map(([place]) => `package-lock.json: ${place} is not fetched from ${registry}.`)
}

// Both files are npm's own; the shapes above are the parts of npm's format that are read here.
const { packages } = readJson('package-lock.json') as { packages: Readonly<Record<string, LockEntry>> }
const faults = [...inexact(readJson('package.json') as Manifest), ...leftOut(packages), ...elsewhere(packages)]
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
