import { createHmac, timingSafeEqual } from 'node:crypto'

/** One-time codes by time, RFC 6238: SHA-1, 30 seconds, what every authenticator takes. */

const stepS = 30

export const stepAt = (now: Date): number => Math.floor(now.getTime() / 1000 / stepS)

/** The code of one step (RFC 4226, 5.3). `digits` is 6 in use and 8 in the RFC's examples. */
export function codeAt(secret: Buffer, step: number, digits = 6): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const at = mac[mac.length - 1]! & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The step a code belongs to: this one, or one before or after, for clocks that do not agree. */
export function findStep(secret: Buffer, code: string, now: Date): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const steps = [-1, 0, 1].map((near) => stepAt(now) + near)
  const fits = steps.filter((step) => timingSafeEqual(Buffer.from(codeAt(secret, step)), Buffer.from(code)))
  return fits.at(-1)
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 base 32, without padding. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => letters[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

/** What an authenticator reads, often as a picture. */
export const otpauth = (secret: Buffer, login: string): string =>
  `otpauth://totp/${encodeURIComponent(`Varde:${login}`)}?secret=${base32(secret)}&issuer=Varde&algorithm=SHA1&digits=6&period=${stepS}`
