import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Accounts, sha256, type Tries } from '../store/accounts.ts'
import { faultOfPassword, hashPassword, isNobodysPassword, isOutdated, isPassword } from '../store/password.ts'
import { refuse } from './problem.ts'
import { networkOf, type Sessions } from './sessions.ts'
import { base32, findStep, otpauth } from './totp.ts'

const recoveryCodes = 10

// One sentence for a wrong login, a wrong password, somebody who may not sign in any more.
const refused = () => refuse('sign-in/refused', 'Login, password or code is wrong.')

/** Sign-in with a password kept here. Whatever is wrong, the answer and the work are the same. */
export function passwordSignIn(accounts: Accounts, sessions: Sessions, tries: Tries, now: () => Date) {
  interface Typed {
    readonly mark: Buffer
    readonly password: string
    readonly code?: string | undefined
    /** Whether the second factor is asked for as well. */
    readonly whole: boolean
  }

  /** Who it is, when password and code are right; throws when not. */
  async function check(request: FastifyRequest, reply: FastifyReply, typed: Typed) {
    const address = await accounts.markOfAddress(networkOf(request.ip))
    const { waitS, person, password: kept, secret } = await accounts.trySignIn(typed.mark, address, tries)
    if (waitS > 0) {
      reply.header('retry-after', waitS)
      throw refuse('http/too-many', `Too many failed tries. Wait ${waitS} seconds, then try again.`)
    }
    const right = kept === null ? await isNobodysPassword(typed.password) : await isPassword(typed.password, kept)
    if (!right || person === null || kept === null) {
      await accounts.refused(person, 'password', person === null ? 'login' : 'password', typed.mark)
      throw refused()
    }
    if (typed.whole && secret !== null) {
      if (typed.code === undefined) {
        // The password was right: this try is no guess at it, and the next one brings the code.
        await accounts.wentWell(typed.mark, address, false)
        throw refuse('sign-in/second-factor', 'Now the code of your authenticator, or a recovery code.')
      }
      if (!(await isCode(person, secret, typed.code))) {
        await accounts.refused(person, 'password', 'code', typed.mark)
        throw refused()
      }
    }
    await accounts.wentWell(typed.mark, address, typed.whole)
    return { person, kept, factor: typed.whole && secret !== null }
  }

  async function isCode(person: number, secret: Buffer, code: string): Promise<boolean> {
    const text = code.replace(/[\s-]/g, '').toUpperCase()
    const step = findStep(secret, text, now())
    return step === undefined ? accounts.useRecoveryCode(person, sha256(text)) : accounts.useFactor(person, step)
  }

  async function accountOf(request: FastifyRequest) {
    const person = sessions.usedBy(request)?.person
    const account = person === undefined ? undefined : await accounts.findAccount(person)
    if (person === undefined || account === undefined)
      throw refuse('sign-in/account', 'You have no password here: it is kept by the provider you signed in with.')
    return { person, ...account }
  }

  return {
    signIn: async (request: FastifyRequest, reply: FastifyReply, typed: { login: string; password: string; code?: string | undefined }) => {
      const { person, kept, factor } = await check(request, reply, { ...typed, mark: await accounts.markOfLogin(typed.login), whole: true })
      if (isOutdated(kept)) await accounts.rehash(person, kept, await hashPassword(typed.password))
      return sessions.begin(request, reply, { person, way: 'password', factor })
    },

    /** All sessions end; the browser at hand gets a new one. */
    change: async (request: FastifyRequest, reply: FastifyReply, { password, next }: { password: string; next: string }) => {
      const { login, mark } = await accountOf(request)
      const { person, kept } = await check(request, reply, { mark, password, whole: false })
      const wrong = faultOfPassword(next, login)
      if (wrong !== undefined) throw refuse('sign-in/weak-password', wrong, ['body', 'next'])
      if (!(await accounts.changePassword(person, kept, await hashPassword(next)))) throw refused()
      return sessions.begin(request, reply, { person, way: 'password', factor: sessions.usedBy(request)?.factor === true })
    },

    /** The secret as an authenticator reads it. The password again, so that a session left open gives nobody a factor of their own. */
    beginFactor: async (request: FastifyRequest, reply: FastifyReply, password: string): Promise<string> => {
      const { login, mark } = await accountOf(request)
      const { person } = await check(request, reply, { mark, password, whole: false })
      const secret = randomBytes(20)
      if (!(await accounts.beginFactor(person, secret)))
        throw refuse('sign-in/account', 'There is a second factor already. Somebody who runs Varde can take it away.')
      return otpauth(secret, login)
    },

    /** All sessions end; the browser at hand gets a new one, with the rights that waited. */
    confirmFactor: async (request: FastifyRequest, reply: FastifyReply, code: string) => {
      const { person, secret, confirmed } = await accountOf(request)
      const step = secret === null || confirmed ? undefined : findStep(secret, code, now())
      if (step === undefined) throw refuse('sign-in/refused', 'The code is wrong. Look whether the clock of your telephone is right.')
      const codes = Array.from({ length: recoveryCodes }, () => base32(randomBytes(10)))
      const hashes = codes.map((text) => sha256(text))
      if (!(await accounts.confirmFactor(person, step, hashes))) throw refused()
      const begun = await sessions.begin(request, reply, { person, way: 'password', factor: true })
      return { ...begun, recoveryCodes: codes.map((text) => text.replace(/(.{4})(?=.)/g, '$1-')) }
    },
  }
}

export type PasswordSignIn = ReturnType<typeof passwordSignIn>
