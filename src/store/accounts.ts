import { createHash, createHmac } from 'node:crypto'
import type { Client } from 'pg'
import { factorRoles } from '../core/rights/rights.ts'
import { IssueError } from '../core/words/result.ts'
import { type LedgerDatabase, type Standing, standing } from './ledger-database.ts'
import { faultOfPassword, hashPassword } from './password.ts'

export type Way = 'password' | 'oidc' | 'demonstration' | 'machine'

/** Whose session it is, and what they may do at this moment. */
export interface SessionUsed extends Standing {
  readonly person: number
  readonly way: Way
  readonly factor: boolean
  /** They hold a role that needs a second factor, gave none, and have nothing of that role until they do. */
  readonly factorNeeded: boolean
}

/** How failing is slowed down: the waits double from the first to the longest. */
export interface Tries {
  /** Failures of one account before it has to wait. */
  readonly perAccount: number
  /** Failures from one address before it has to wait; many people may share one. */
  readonly perAddress: number
  readonly firstWaitS: number
  readonly longestWaitS: number
}

/** One try at a password. `waitS` above 0: nothing was looked at. */
export interface Tried {
  readonly waitS: number
  readonly person: number | null
  readonly password: string | null
  readonly secret: Buffer | null
}

export interface NewSession {
  readonly hash: Buffer
  readonly person: number
  readonly way: Way
  readonly factor: boolean
  readonly ends: Date
  /** Hash of the session it takes the place of. */
  readonly before: Buffer | undefined
}

export interface OidcTry {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly back: string
}

export const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest()

const loginOf = (login: string): string => login.normalize('NFKC').trim().toLowerCase()
const markOf = (key: Buffer, what: 'login' | 'address', text: string): Buffer =>
  createHmac('sha256', key).update(`${what} ${text}`).digest()
/** Only marks of what was typed leave this process: neither the database nor its log learns a login nobody has. */
const loginMark = (key: Buffer, login: string): Buffer => markOf(key, 'login', loginOf(login))

/** What the service asks of the tables of the sign-in: functions of the database, each for one purpose. */
export function accountsIn(ledger: LedgerDatabase, now: () => Date) {
  const first = async (sql: string, params: readonly unknown[]) => (await ledger.rows(sql, params))[0]
  const value = async <T>(call: string, params: readonly unknown[]): Promise<T> =>
    (await first(`SELECT ${call} AS value`, params))?.['value'] as T // the type the function gives
  let key: Promise<Buffer> | undefined
  const keyed = (): Promise<Buffer> => {
    // Asked again after a failure: the database may not be there when the service starts.
    key ??= value<Buffer>('key_of_sign_in()', []).catch((error) => {
      key = undefined
      throw error
    })
    return key
  }

  return {
    markOfLogin: async (login: string) => loginMark(await keyed(), login),
    markOfAddress: async (address: string) => markOf(await keyed(), 'address', address),

    trySignIn: async (mark: Buffer, address: Buffer, tries: Tries): Promise<Tried> => {
      const row = await first('SELECT wait_s AS "waitS", person, password, secret FROM try_sign_in($1, $2, $3, $4, $5, $6, $7)', [
        mark,
        address,
        now(),
        tries.perAccount,
        tries.perAddress,
        tries.firstWaitS,
        tries.longestWaitS,
      ])
      return row as unknown as Tried // columns are named as the fields are
    },
    /** `wholly`: nothing more is asked; otherwise only this one try is taken back. */
    wentWell: (mark: Buffer, address: Buffer, wholly: boolean) => value<void>('try_went_well($1, $2, $3)', [mark, address, wholly]),
    refused: (person: number | null, way: Way, why: string, mark: Buffer | null = null) =>
      value<void>('sign_in_refused($1, $2, $3, $4, $5)', [person, way, why, mark, now()]),

    openSession: (s: NewSession) =>
      value<void>('open_session($1, $2, $3, $4, $5, $6, $7)', [s.hash, s.person, s.way, s.factor, now(), s.ends, s.before ?? null]),
    useSession: async (hash: Buffer, machine: boolean, idleS: number): Promise<SessionUsed | undefined> => {
      const row = await first('SELECT person, way, factor, factor_needed, rights, glass FROM use_session($1, $2, $3, $4, $5)', [
        hash,
        machine,
        now(),
        idleS,
        factorRoles,
      ])
      return row === undefined
        ? undefined
        : {
            ...standing(row),
            person: Number(row['person']),
            way: row['way'] as Way, // as the table says
            factor: row['factor'] === true,
            factorNeeded: row['factor_needed'] === true,
          }
    },
    /** How the session that has ended was opened. */
    endSession: (hash: Buffer) => value<Way | null>('end_session($1)', [hash]),
    endSessions: (person: number) => value<number>('end_sessions($1)', [person]),

    findAccount: async (person: number) =>
      (await first('SELECT login, mark, secret, confirmed FROM account_of($1)', [person])) as
        | { readonly login: string; readonly mark: Buffer; readonly secret: Buffer | null; readonly confirmed: boolean }
        | undefined, // columns are named as the fields are
    rehash: (person: number, before: string, after: string) => value<void>('rehash_password($1, $2, $3)', [person, before, after]),
    /** Ends every session of the person. */
    changePassword: (person: number, before: string, after: string) =>
      value<boolean>('change_password($1, $2, $3, $4)', [person, before, after, now()]),

    beginFactor: (person: number, secret: Buffer) => value<boolean>('begin_factor($1, $2)', [person, secret]),
    /** Ends every session of the person. */
    confirmFactor: (person: number, step: number, codes: readonly Buffer[]) =>
      value<boolean>('confirm_factor($1, $2, $3)', [person, step, codes]),
    useFactor: (person: number, step: number) => value<boolean>('use_factor($1, $2)', [person, step]),
    useRecoveryCode: (person: number, hash: Buffer) => value<boolean>('use_recovery_code($1, $2)', [person, hash]),

    beginOidc: (hash: Buffer, t: OidcTry, ends: Date) =>
      value<void>('begin_oidc($1, $2, $3, $4, $5, $6, $7)', [hash, t.state, t.nonce, t.verifier, t.back, now(), ends]),
    takeOidc: async (hash: Buffer) =>
      (await first('SELECT state, nonce, verifier, back FROM take_oidc($1, $2)', [hash, now()])) as OidcTry | undefined, // columns are named as the fields are
    personOfOidc: (issuer: string, claim: string, text: string) =>
      value<number | null>('person_of_oidc($1, $2, $3)', [issuer, claim, text]),

    machineKeys: async (person: number) =>
      (await ledger.rows('SELECT kid, jwk FROM machine_keys($1)', [person])) as unknown as readonly {
        readonly kid: string
        readonly jwk: Readonly<Record<string, unknown>>
      }[], // columns are named as the fields are
    openToken: (hash: Buffer, person: number, jti: Buffer, jtiEnds: Date, ends: Date) =>
      value<boolean>('open_token($1, $2, $3, $4, $5, $6)', [hash, person, jti, jtiEnds, now(), ends]),

    listDemonstrationPeople: () =>
      ledger.rows(
        `SELECT p.person, p.name, json_agg(json_build_object('org', o.org, 'organisation', o.name, 'role', h.role) ORDER BY o.org, h.role) AS roles
         FROM person p JOIN role_held h ON h.person = p.person JOIN organisation o ON o.org = h.org
         WHERE p.active AND NOT p.machine GROUP BY p.person, p.name ORDER BY p.person LIMIT 200`,
        [],
      ),
  }
}

export type Accounts = ReturnType<typeof accountsIn>

// What an operator does, with a connection of the database's owner.

async function asOwner<T>(
  owner: Client,
  task: (one: (sql: string, params: readonly unknown[]) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  await owner.query('BEGIN; SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde')
  try {
    const value = await task(async (sql, params) => Object.values((await owner.query(sql, [...params])).rows[0] ?? {})[0])
    await owner.query('COMMIT')
    return value
  } catch (error) {
    await owner.query('ROLLBACK').catch(() => {})
    throw (error as { code?: string }).code === '23505' ? fault('That login is taken. Choose another.') : error // a unique key
  }
}

const fault = (message: string): IssueError => new IssueError([{ code: 'sign-in/account', path: [], message }])
const logged = `write_sign_in($1, $2, '{"by":"operator"}')`

/** A local account for a person who is there. Issues: `sign-in/weak-password`, `sign-in/account`. */
export async function createAccount(
  owner: Client,
  account: { readonly person: number; readonly login: string; readonly password: string },
) {
  const { person, password } = account
  const login = loginOf(account.login)
  if (!/^[^\s\p{C}]{2,100}$/u.test(login)) throw fault('A login has 2 to 100 characters, and no blanks.')
  const kept = await hashNew(password, login)
  await asOwner(owner, async (one) => {
    if ((await one('SELECT machine FROM person WHERE person = $1 AND active', [person])) !== false)
      throw fault('There is no such person, or it is a machine: machines sign in with a key.')
    if (await one('SELECT true FROM account WHERE person = $1', [person])) throw fault('This person has an account already.')
    const key = (await one('SELECT key FROM sign_in_key', [])) as Buffer // a bytea column
    await one('INSERT INTO account VALUES ($1, $2, $3, $4, now())', [person, login, loginMark(key, login), kept])
    await one(`SELECT ${logged}`, [person, 'account-made'])
  })
}

/** A new password, given by an operator; every session of the person ends, and waits too. */
export async function resetPassword(owner: Client, { person, password }: { readonly person: number; readonly password: string }) {
  const login = (await asOwner(owner, (one) => one('SELECT login FROM account WHERE person = $1', [person]))) as string | undefined // a text column
  if (login === undefined) throw fault('This person has no account here.')
  const kept = await hashNew(password, login)
  await asOwner(owner, async (one) => {
    await one('UPDATE account SET password = $2, changed = now() WHERE person = $1', [person, kept])
    await one('DELETE FROM sign_in_try WHERE mark = (SELECT mark FROM account WHERE person = $1)', [person])
    await one('SELECT end_sessions($1)', [person])
    await one(`SELECT ${logged}`, [person, 'password-reset'])
  })
}

/** Takes the second factor away, for somebody who has lost it; what needs one asks for a new one at the next sign-in. */
export const removeFactor = (owner: Client, { person }: { readonly person: number }) =>
  asOwner(owner, async (one) => {
    if (!(await one('DELETE FROM factor WHERE person = $1 RETURNING true', [person]))) throw fault('This person has no second factor.')
    await one('DELETE FROM recovery_code WHERE person = $1', [person])
    await one('SELECT end_sessions($1)', [person])
    await one(`SELECT ${logged}`, [person, 'factor-removed'])
  })

/** Ends the wait after too many failures. */
export const unlock = (owner: Client, { person }: { readonly person: number }) =>
  asOwner(owner, async (one) => {
    await one('DELETE FROM sign_in_try WHERE mark = (SELECT mark FROM account WHERE person = $1)', [person])
    await one(`SELECT ${logged}`, [person, 'account-unlocked'])
  })

/** Whom somebody of an OpenID provider is here. `claim`: the one that names them there; `sub` unless the setting says another. */
export const linkOidc = (
  owner: Client,
  link: { readonly person: number; readonly issuer: string; readonly subject: string; readonly claim?: string },
) =>
  asOwner(owner, async (one) => {
    if ((await one('SELECT machine FROM person WHERE person = $1 AND active', [link.person])) !== false)
      throw fault('There is no such person, or it is a machine: machines sign in with a key.')
    const values = [link.issuer, link.claim ?? 'sub', link.subject, link.person]
    await one(
      'INSERT INTO oidc_link VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, claim, value) DO UPDATE SET person = excluded.person',
      values,
    )
    await one(`SELECT ${logged}`, [link.person, 'oidc-linked'])
  })

async function hashNew(password: string, login: string): Promise<string> {
  const wrong = faultOfPassword(password, login)
  if (wrong !== undefined) throw new IssueError([{ code: 'sign-in/weak-password', path: ['password'], message: wrong }])
  return hashPassword(password)
}

/** Key types that are taken, with what each must have; private parts never. */
const keyTypes: Readonly<Record<string, (jwk: Readonly<Record<string, unknown>>) => boolean>> = {
  EC: (jwk) => jwk['crv'] === 'P-256' || jwk['crv'] === 'P-384',
  OKP: (jwk) => jwk['crv'] === 'Ed25519',
  RSA: (jwk) => Buffer.from(String(jwk['n'] ?? ''), 'base64url').length >= 256,
}
const publicParts = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

/** The public key of a machine, under its `kid`; the id the machine signs in with. */
export async function registerMachineKey(
  owner: Client,
  { person, jwk }: { readonly person: number; readonly jwk: Readonly<Record<string, unknown>> },
): Promise<{ readonly client: string; readonly kid: string }> {
  if ('d' in jwk || 'k' in jwk) throw fault('This is a private key. Keep it where the machine is, and register its public half.')
  if (keyTypes[String(jwk['kty'])]?.(jwk) !== true)
    throw fault('Take a key of the type EC (P-256, P-384), OKP (Ed25519) or RSA (2048 bits or more).')
  const kept = Object.fromEntries(publicParts.flatMap((part) => (jwk[part] === undefined ? [] : [[part, String(jwk[part])]])))
  const kid =
    typeof jwk['kid'] === 'string' && /^[\x21-\x7e]{1,100}$/.test(jwk['kid'])
      ? jwk['kid']
      : sha256(JSON.stringify(kept)).toString('base64url')
  await asOwner(owner, async (one) => {
    if ((await one('SELECT machine FROM person WHERE person = $1 AND active', [person])) !== true)
      throw fault('There is no such machine: add a person of the kind "machine" first.')
    await one('INSERT INTO machine_key VALUES ($1, $2, $3) ON CONFLICT (person, kid) DO UPDATE SET jwk = excluded.jwk', [
      person,
      kid,
      JSON.stringify(kept),
    ])
    await one(`SELECT ${logged}`, [person, 'machine-key-registered'])
  })
  return { client: clientOf(person), kid }
}

/** The id a machine signs in with. */
export const clientOf = (person: number): string => `machine-${person}`
