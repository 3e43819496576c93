import * as crypto from 'node:crypto'
import { IssueError } from '../core/words/result.ts'

/** How much work a password costs: OWASP's first choice for argon2id (19 MiB, 2 passes, 1 lane). Kept with each hash, so it can be raised. */
const work = { memory: 19_456, passes: 2, parallelism: 1 } as const
const tagLength = 32

interface Kept {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tag: Buffer
}

/** One spelling for what looks the same on different keyboards. */
const plain = (password: string): string => password.normalize('NFKC')

function argon2(password: string, kept: Omit<Kept, 'tag'>): Promise<Buffer> {
  // Not among the named imports: a Node before 24.7 has no argon2, and everything else of Varde runs there.
  if (typeof crypto.argon2 !== 'function')
    throw new IssueError([{ code: 'sign-in/no-argon2', path: [], message: 'Passwords need Node.js 24.7 or newer. Start Varde with that.' }])
  const { memory, passes, parallelism, salt } = kept
  const parameters = { message: plain(password), nonce: salt, memory, passes, parallelism, tagLength }
  return new Promise((resolve, reject) =>
    crypto.argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(Buffer.from(tag)))),
  )
}

/** `$argon2id$v=19$m=...,t=...,p=...$salt$tag`, as other programs write it too. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.randomBytes(16)
  const tag = await argon2(password, { ...work, salt })
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${work.memory},t=${work.passes},p=${work.parallelism}$${text(salt)}$${text(tag)}`
}

function readKept(text: string): Kept {
  const [, m, t, p, salt = '', tag = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(text) ?? []
  if (m === undefined) throw new RangeError('A kept password is written in another way than ours.')
  return {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

export async function isPassword(password: string, kept: string): Promise<boolean> {
  const read = readKept(kept)
  return crypto.timingSafeEqual(await argon2(password, read), read.tag)
}

/** The same work as for a password that is there, where there is none. */
export const isNobodysPassword = async (password: string): Promise<false> => {
  await argon2(password, { ...work, salt: Buffer.alloc(16) })
  return false
}

/** Whether a hash was made with less work than is asked for today. */
export const isOutdated = (kept: string): boolean => {
  const { memory, passes } = readKept(kept)
  return memory < work.memory || passes < work.passes
}

const shortest = 12
export const longestPassword = 200

/** The most common of twelve characters or more, in small letters; what only adds digits or signs to one of them is as easily guessed. */
const common = `
  password passord passwort losenord adgangskode salasana qwertyuiop qwertyuiopå qwertyuiopasdf asdfghjkl asdfghjklæøå
  zxcvbnm qwerty qwertyqwerty abcdefghijkl abcdefghijklmnop abcabcabcabc iloveyou iloveyouiloveyou letmein letmeinplease
  welcome welcometohell velkommen administrator admin adminadmin passwordpassword passordpassord changeme changemenow
  correcthorsebatterystaple sommer vinter summer winter sykehus sykehuset hospital football fotball baseball princess
  sunshine monkey dragon superman trustno secret hemmelig testtesttest test default varde vardevarde
`.match(/\S+/g)!

/** What is wrong with a new password, in words; undefined: nothing. */
export function faultOfPassword(password: string, login: string): string | undefined {
  const text = plain(password)
  if ([...text].length < shortest) return `A password has at least ${shortest} characters.`
  if (text.length > longestPassword) return `A password has at most ${longestPassword} characters.`
  const small = text.toLowerCase()
  const bare = small.replace(/[\d\s!-/:-@[-`{-~]/g, '')
  if (small.includes(login.toLowerCase())) return 'A password does not contain the login.'
  if (bare === '' || common.includes(bare) || common.includes(small) || new Set(small).size < 5)
    return 'This password is among the first that anybody would try. Take several words that do not belong together.'
  return undefined
}
