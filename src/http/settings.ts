import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Issue } from '../core/words/issue.ts'
import { fail, IssueError, ok, type Result } from '../core/words/result.ts'
import { didYouMean } from '../core/words/yaml.ts'

/** How a value is written, and what it becomes. Environment variables and options are text; a YAML file may hold numbers, booleans and lists. */
interface Kind<T> {
  readonly says: string
  read(text: string): T | undefined
}

const text: Kind<string> = { says: 'text', read: (given) => given || undefined }
const yesNo: Kind<boolean> = {
  says: 'yes or no',
  read: (given) => ({ yes: true, true: true, no: false, false: false })[given.toLowerCase()],
}
const whole = (least: number, most: number): Kind<number> => ({
  says: `a whole number from ${least} to ${most}`,
  read: (given) => (/^\d{1,9}$/.test(given) && Number(given) >= least && Number(given) <= most ? Number(given) : undefined),
})
const list: Kind<readonly string[]> = {
  says: 'one or several, with commas',
  read: (given) => {
    const parts = given.split(',').map((part) => part.trim())
    return parts.every(Boolean) ? parts : undefined
  },
}
const hosts: Kind<readonly string[]> = {
  says: 'addresses such as 10.0.0.7 or 10.0.0.0/24, with commas',
  read: (given) =>
    list.read(given)?.every((part) => /^[^/]+(\/\d{1,3})?$/.test(part) && isIP(part.split('/')[0] ?? '') !== 0)
      ? list.read(given)
      : undefined,
}
const oneOf = <const T extends readonly string[]>(words: T): Kind<T[number]> => ({
  says: words.join(', '),
  read: (given) => words.find((word) => word === given),
})
const address = (...schemes: readonly string[]): Kind<string> => ({
  says: `an address, ${schemes.join(' or ')}//...`,
  read: (given) => (URL.canParse(given) && schemes.includes(new URL(given).protocol) ? given : undefined),
})

interface Setting<T> {
  readonly kind: Kind<T>
  /** As it would be written; none: not set unless said. */
  readonly unless?: string
  readonly means: string
  /** Never printed, and not taken as an option: a list of processes shows those to everybody. */
  readonly secret?: true
}
const setting = <T>(kind: Kind<T>, means: string, unless?: string): Setting<T> => ({
  kind,
  means,
  ...(unless === undefined ? {} : { unless }),
})
const secret = <T>(kind: Kind<T>, means: string): Setting<T> & { secret: true } => ({ kind, means, secret: true })
const database = address('postgres:', 'postgresql:')

/** Every setting there is. Its name is its key in a settings file; the variable and the option follow from the name. */
export const settings = {
  data: setting(text, 'folder of the embedded database, used where no databaseUrl is given', './varde-data'),
  databaseUrl: secret(database, 'your own PostgreSQL (15 or newer), as the login of the service; without it, the embedded database'),
  ownerDatabaseUrl: secret(
    database,
    'the same database, as the login that owns it: for migrate, verify, backup, user; the service needs it not',
  ),
  keepFreeMegabytes: setting(
    whole(0, 1_000_000),
    'disk kept free under the embedded database: with less, nothing is written and reading goes on',
    '128',
  ),
  host: setting(text, 'address the service listens at; loopback, behind a proxy that speaks TLS, unless you know better', '127.0.0.1'),
  port: setting(whole(0, 65_535), 'port the service listens at; 0 takes any that is free', '4180'),
  publicUrl: setting(
    address('http:', 'https:'),
    'the address people type, where a proxy stands before the service; http://host:port unless said',
  ),
  packs: setting(list, 'packs in use: names of packs that are shipped, or folders', 'no-cpp,en-cwt'),
  demonstration: setting(yesNo, 'an invented hospital region with accounts anybody may use; loopback only', 'no'),
  logLevel: setting(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent']), 'what is logged, one JSON object a line', 'info'),
  sessionIdleMinutes: setting(whole(1, 1_440), 'a session ends after so long without a request', '30'),
  sessionHours: setting(whole(1, 168), 'a session ends after so long in any case', '12'),
  connections: setting(whole(2, 50), 'connections to the database', '12'),
  figureSeconds: setting(whole(1, 600), 'how long one figure may take before it is stopped', '30'),
  requestsPerMinute: setting(whole(1, 1_000_000), 'requests taken in a minute from one person, or address; more get 429', '1200'),
  signInsPerMinute: setting(whole(1, 1_000_000), 'of these, to sign in, from one address', '60'),
  trustedProxies: setting(
    hosts,
    'addresses of proxies whose word about the sender is taken; without it, everybody behind one is one address',
  ),
  localAccounts: setting(yesNo, 'passwords kept here', 'yes'),
  oidcIssuer: setting(address('http:', 'https:'), 'issuer of your OpenID Connect provider; without it, local accounts only'),
  oidcName: setting(text, 'what people call the provider', 'OpenID Connect'),
  oidcClaim: setting(text, 'the claim of the ID token by which people are linked; one that is never given to another', 'sub'),
  oidcScope: setting(text, 'scopes the provider is asked for', 'openid'),
  oidcClientId: setting(text, 'what the provider calls this service'),
  oidcClientSecret: secret(text, 'the secret the provider gave this service'),
  oidcRedirect: setting(
    address('http:', 'https:'),
    'where the provider sends people back; publicUrl + /api/sign-in/oidc/callback unless said',
  ),
  checkpointFile: setting(text, 'file outside the database that heads of chains are appended to; <data>.checkpoints.jsonl unless said'),
  checkpointKey: setting(text, 'file of the key they are signed with, made where there is none; <data>.checkpoint-key.pem unless said'),
  feedPort: setting(whole(0, 65_535), 'port for messages of other systems (HL7 version 2 over MLLP); without it none are taken'),
  feedHost: setting(text, 'address they are taken at; MLLP has neither encryption nor sign-in, so loopback behind a tunnel', '127.0.0.1'),
  feedOrganisation: setting(whole(1, 1_000_000), 'number of the organisation whose ledger they go into'),
  feedPerson: setting(whole(1, 100_000_000), 'number of the machine they are taken in as: somebody with the role machine there'),
  feedMapping: setting(text, 'file that says what messages become (docs/feeds.md)'),
  feedSenders: setting(list, 'who may send, by MSH-3 and MSH-4 with a bar between, such as EPJ|NORDVIK'),
  metricsToken: secret(text, 'bearer token for /metrics; without it, only this machine may read them'),
} as const satisfies Readonly<Record<string, Setting<unknown>>>

export type SettingName = keyof typeof settings
type ValueOf<S> = S extends Setting<infer T> ? T : never
type HasDefault<N extends SettingName> = (typeof settings)[N] extends { readonly secret: true } ? false : N extends Unset ? false : true
/** Settings that are no secret and yet have no value unless one is given. */
type Unset =
  | ('publicUrl' | 'trustedProxies' | 'oidcIssuer' | 'oidcClientId' | 'oidcRedirect' | 'checkpointFile' | 'checkpointKey')
  | ('feedPort' | 'feedOrganisation' | 'feedPerson' | 'feedMapping' | 'feedSenders')
export type Settings = {
  readonly [N in SettingName]: HasDefault<N> extends true ? ValueOf<(typeof settings)[N]> : ValueOf<(typeof settings)[N]> | undefined
}

const names = Object.keys(settings) as readonly SettingName[] // the keys of the table itself
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
export const variableOf = (name: SettingName): string => `VARDE_${words(name).replaceAll('-', '_').toUpperCase()}`
export const optionOf = (name: SettingName): string => `--${words(name)}`

/** Variables of ours that are no settings: for tests, and for finding faults. */
const otherVariables = ['VARDE_DEBUG', 'VARDE_TEST_POSTGRES', 'VARDE_SEPSIS_REQUIRED']

export interface SettingRow {
  readonly name: SettingName
  readonly variable: string
  readonly option: string | undefined
  readonly unless: string
  readonly means: string
  readonly values: string
}

/** The table as people read it. */
export const settingRows = (): readonly SettingRow[] =>
  names.map((name) => {
    const { kind, means, unless, secret: hidden }: Setting<unknown> = settings[name]
    return {
      name,
      variable: variableOf(name),
      option: hidden ? undefined : optionOf(name),
      unless: unless ?? '',
      means,
      values: kind.says,
    }
  })

export interface Given {
  /** By name, as options of a command gave them. */
  readonly options?: Readonly<Partial<Record<SettingName, string>>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly file?: { readonly name: string; readonly text: string }
}

/**
 * Settings of an option, else of the environment, else of the file, else as the table says. All that is wrong is told at once.
 * Issues: `settings/unknown`, `settings/value`, `settings/unreadable`.
 */
export function readSettings({ options = {}, environment, file }: Given): Result<Settings> {
  const issues: Issue[] = []
  const inFile = file ? readFile(file, issues) : {}
  const known = [...names.map(variableOf), ...otherVariables]
  for (const variable of Object.keys(environment))
    if (variable.startsWith('VARDE_') && !known.includes(variable))
      issues.push({
        code: 'settings/unknown',
        path: [variable],
        message: `no setting of this name${didYouMean(variable, known)}. docs/operations.md lists them.`,
      })
  const values = names.map((name) => {
    const { kind, unless }: Setting<unknown> = settings[name]
    const [from, given] =
      options[name] !== undefined
        ? [optionOf(name), options[name]]
        : environment[variableOf(name)]
          ? [variableOf(name), environment[variableOf(name)]]
          : inFile[name] !== undefined
            ? [name, inFile[name]]
            : [name, unless]
    const value = given === undefined ? undefined : kind.read(given)
    if (given !== undefined && value === undefined) issues.push({ code: 'settings/value', path: [from], message: `expected ${kind.says}.` })
    return [name, value]
  })
  return issues.length > 0 ? fail(...issues) : ok(Object.fromEntries(values) as Settings) // every name with the value its own kind read
}

function readFile(
  { name: file, text }: { readonly name: string; readonly text: string },
  issues: Issue[],
): Partial<Record<string, string>> {
  const issue = (code: Issue['code'], key: string | undefined, message: string) =>
    issues.push({ code, path: key === undefined ? [] : [key], message: `${message} (${path.basename(file)})` })
  let read: unknown
  try {
    read = parse(text, { maxAliasCount: 0, uniqueKeys: true })
  } catch {
    issue('settings/unreadable', undefined, 'The settings file is no well-formed YAML: write one `name: value` a line.')
    return {}
  }
  if (read === null) return {}
  if (typeof read !== 'object' || Array.isArray(read)) {
    issue('settings/unreadable', undefined, 'A settings file holds `name: value`, one a line.')
    return {}
  }
  const values: Partial<Record<string, string>> = {}
  for (const [key, value] of Object.entries(read)) {
    if (!Object.hasOwn(settings, key)) issue('settings/unknown', key, `no setting of this name${didYouMean(key, names)}.`)
    else if (Array.isArray(value)) values[key] = value.map(String).join(',')
    else values[key] = String(value ?? '')
  }
  return values
}

/** Settings of this process. `config`: a settings file. */
export function settingsOf(options: Given['options'], config: string | undefined): Settings {
  let file: Given['file']
  if (config !== undefined) {
    try {
      file = { name: config, text: readFileSync(config, 'utf8') }
    } catch {
      throw new IssueError([
        { code: 'settings/unreadable', path: [], message: `The settings file ${path.basename(config)} cannot be read.` },
      ])
    }
  }
  const read = readSettings({ ...(options ? { options } : {}), environment: process.env, ...(file ? { file } : {}) })
  if (!read.ok) throw new IssueError(read.issues)
  return read.value
}

const shippedPacks = fileURLToPath(new URL('../../packs/', import.meta.url))

/** The folder of each pack: a name alone is one that is shipped. */
export const packFolders = (packs: readonly string[]): readonly string[] =>
  packs.map((pack) => (/^[\w-]+$/.test(pack) ? path.join(shippedPacks, pack) : path.resolve(pack)))

export const checkpointFiles = ({ data, checkpointFile, checkpointKey }: Settings) => ({
  file: path.resolve(checkpointFile ?? `${data}.checkpoints.jsonl`),
  key: path.resolve(checkpointKey ?? `${data}.checkpoint-key.pem`),
})
