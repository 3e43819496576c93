import { describe, expect, test } from 'vitest'
import { base32, codeAt, findStep, otpauth, stepAt } from './totp.ts'

const secret = Buffer.from('12345678901234567890')
const at = (seconds: number) => new Date(seconds * 1000)

describe('one-time codes', () => {
  // RFC 6238, appendix B, the rows of SHA-1.
  test.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('are those of the RFC at %i', (seconds, code) => {
    expect(codeAt(secret, stepAt(at(seconds)), 8)).toBe(code)
  })

  // RFC 4226, appendix D.
  test.each(
    ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'].map((code, n) => [n, code]),
  )('are those of RFC 4226 at count %i', (n, code) => expect(codeAt(secret, Number(n))).toBe(code))

  test('hold one step before and after, and no further', () => {
    const step = stepAt(at(1_000_000))
    const found = [-2, -1, 0, 1, 2].map((off) => findStep(secret, codeAt(secret, step + off), at(1_000_000)))
    expect(found).toEqual([undefined, step - 1, step, step + 1, undefined])
  })

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('are six digits, so not %j', (code) => {
    expect(findStep(secret, code, at(59))).toBeUndefined()
  })

  // RFC 4648, chapter 10.
  test.each([
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foobar', 'MZXW6YTBOI'],
  ])('%j in base 32 is %s', (text, code) => {
    expect(base32(Buffer.from(text))).toBe(code)
  })

  test('are told to an authenticator in its own words', () => {
    expect(otpauth(secret, 'ola nordmann')).toBe(
      'otpauth://totp/Varde%3Aola%20nordmann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Varde&algorithm=SHA1&digits=6&period=30',
    )
  })
})
