import { describe, expect, test } from 'vitest'
import { faultOfPassword, hashPassword, isOutdated, isPassword } from './password.ts'

describe('a password', () => {
  test('is kept as argon2id with its parameters, and known again', async () => {
    const kept = await hashPassword('three lanterns over Norland')
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await isPassword('three lanterns over Norland', kept)).toBe(true)
    expect(await isPassword('three lanterns over norland', kept)).toBe(false)
    expect(await hashPassword('three lanterns over Norland')).not.toBe(kept)
  })

  test('kept with less work is known, and told from one kept with that of today', async () => {
    // Made with m=256, t=1 by the reference program's rules: the same function with other parameters.
    const { argon2Sync } = await import('node:crypto')
    const nonce = Buffer.alloc(16, 7)
    const tag = argon2Sync('argon2id', { message: 'an old password', nonce, memory: 256, passes: 1, parallelism: 1, tagLength: 32 })
    const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
    const old = `$argon2id$v=19$m=256,t=1,p=1$${text(nonce)}$${text(tag)}`
    expect(await isPassword('an old password', old)).toBe(true)
    expect(isOutdated(old)).toBe(true)
    expect(isOutdated(await hashPassword('an old password'))).toBe(false)
  })

  test('typed on another keyboard is the same', async () => {
    expect(await isPassword('a\u030Alesund in the rain', await hashPassword('\u00E5lesund in the rain'))).toBe(true)
  })

  test.each([
    ['too short', 'elevenchars'],
    ['the login', 'xx-Kari.Lie-xx'],
    ['common', 'Password12345!'],
    ['common in Norwegian', 'sykehuset2026'],
    ['only digits', '874123908712'],
    ['hardly any letters', 'aababbabaabb'],
    ['too long', 'a lot of words '.repeat(20)],
  ])('that is %s is not taken', (_, password) => {
    expect(faultOfPassword(password, 'kari.lie')).toMatch(/\.$/)
  })

  test('of several words is taken', () => {
    expect(faultOfPassword('three lanterns over Norland', 'kari.lie')).toBeUndefined()
  })
})
