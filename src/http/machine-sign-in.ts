import { decodeJwt, importJWK, type JWK, jwtVerify } from 'jose'
import { type Accounts, clientOf, sha256 } from '../store/accounts.ts'
import { refuse } from './problem.ts'
import { type Address, newSecret } from './sessions.ts'

/** Signatures by keys of which we hold only the public half; none that a shared secret could make. */
const algorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256']
const longestS = 300
/** How far clocks may differ. */
const toleranceS = 5

const refused = () =>
  refuse(
    'sign-in/refused',
    'The assertion does not hold. It is signed with the registered key, says iss and sub (the id of the machine), aud (our address), exp (at most five minutes ahead) and a jti of its own.',
    ['body', 'assertion'],
  )

/** A short token for a machine that shows, by an assertion signed just now, that it holds its key (RFC 7523). */
export function machineSignIn(accounts: Accounts, address: Address, tokenMinutes: number, now: () => Date) {
  const audiences = [address.origin, `${address.origin}/api/token`]

  /** The person of a machine whose assertion holds, with what makes the assertion one of its own. */
  async function read(assertion: string, person: number, keys: Awaited<ReturnType<Accounts['machineKeys']>>) {
    const { payload } = await jwtVerify(
      assertion,
      async ({ kid, alg }) => {
        const key = kid === undefined && keys.length === 1 ? keys[0] : keys.find((each) => each.kid === kid)
        if (!key) throw new Error('no such key')
        return importJWK(key.jwk as JWK, alg) // checked when it was registered
      },
      {
        algorithms,
        issuer: clientOf(person),
        subject: clientOf(person),
        audience: audiences,
        requiredClaims: ['exp', 'jti'],
        currentDate: now(),
        clockTolerance: toleranceS,
      },
    )
    const { exp = 0, jti = '', aud } = payload
    const tooLong = exp > now().getTime() / 1000 + longestS + toleranceS
    if (tooLong || typeof aud !== 'string' || typeof jti !== 'string' || jti.length < 8 || jti.length > 200) throw new Error('not ours')
    return { jti: sha256(jti), ends: new Date((exp + toleranceS + 1) * 1000) }
  }

  return {
    giveToken: async (assertion: string) => {
      const person = personOf(assertion)
      const keys = person === undefined ? [] : await accounts.machineKeys(person)
      const token = newSecret()
      const seconds = tokenMinutes * 60
      const held = person === undefined || keys.length === 0 ? undefined : await read(assertion, person, keys).catch(() => undefined)
      const given =
        person !== undefined &&
        held !== undefined &&
        (await accounts.openToken(sha256(token), person, held.jti, held.ends, new Date(now().getTime() + seconds * 1000)))
      if (!given) {
        await accounts.refused(keys.length === 0 ? null : (person ?? null), 'machine', held === undefined ? 'assertion' : 'used before')
        throw refused()
      }
      return { token, type: 'Bearer' as const, seconds }
    },
  }
}

export type MachineSignIn = ReturnType<typeof machineSignIn>

/** Whom an assertion says it is from: only to find the key that it is then held against. */
function personOf(assertion: string): number | undefined {
  try {
    const digits = /^machine-(\d{1,9})$/.exec(String(decodeJwt(assertion).iss))?.[1]
    return digits === undefined ? undefined : Number(digits)
  } catch {
    return undefined
  }
}
