import { expect, test } from 'vitest'
import { readSettings, settingRows, settings, variableOf } from './settings.ts'

const read = (environment: Record<string, string>, text?: string, options = {}) =>
  readSettings({ environment, options, ...(text === undefined ? {} : { file: { name: 'varde.yaml', text } }) })

test('nothing set gives what the table says', () => {
  expect(read({ PATH: '/bin' })).toMatchObject({
    ok: true,
    value: {
      data: './varde-data',
      host: '127.0.0.1',
      port: 4180,
      packs: ['no-cpp', 'en-cwt'],
      demonstration: false,
      databaseUrl: undefined,
    },
  })
})

test('an option outranks the environment, and the environment the file', () => {
  const file = 'port: 1\nhost: file\ndata: file\npacks: [demo, ./mine]\ndemonstration: yes\n'
  expect(read({ VARDE_PORT: '2', VARDE_HOST: 'environment' }, file, { port: '3' })).toMatchObject({
    ok: true,
    value: { port: 3, host: 'environment', data: 'file', packs: ['demo', './mine'], demonstration: true },
  })
})

test('unknown settings are refused by name, with what was probably meant', () => {
  const answer = read({ VARDE_PROT: '1', VARDE_DEBUG: '1' }, 'dataa: x\n')
  expect(answer).toMatchObject({
    ok: false,
    issues: [
      { code: 'settings/unknown', path: ['dataa'], message: expect.stringContaining('did you mean "data"?') },
      { code: 'settings/unknown', path: ['VARDE_PROT'], message: expect.stringContaining('did you mean "VARDE_PORT"?') },
    ],
  })
})

test('a value of another kind is refused at its name, and never repeated: it may be a secret', () => {
  const answer = read({ VARDE_PORT: '70000', VARDE_DATABASE_URL: 'hunter2', VARDE_LOG_LEVEL: 'loud', VARDE_DEMONSTRATION: 'maybe' })
  expect(answer.ok ? [] : answer.issues.map((i) => [i.code, i.path[0]])).toEqual([
    ['settings/value', 'VARDE_DATABASE_URL'],
    ['settings/value', 'VARDE_PORT'],
    ['settings/value', 'VARDE_DEMONSTRATION'],
    ['settings/value', 'VARDE_LOG_LEVEL'],
  ])
  expect(JSON.stringify(answer)).not.toContain('hunter2')
})

test.each(['- a list', 'a: [', 'port: 1\nport: 2'])('a settings file that is %j is refused', (text) => {
  expect(read({}, text)).toMatchObject({ ok: false, issues: [{ code: 'settings/unreadable' }] })
})

test('an empty file is no settings', () => expect(read({}, '').ok).toBe(true))

test('every default is a value its own kind reads, and no secret has one or can be an option', () => {
  for (const row of settingRows()) {
    const { kind, unless, secret } = settings[row.name] as { kind: { read(t: string): unknown }; unless?: string; secret?: true }
    if (unless !== undefined) expect([row.name, kind.read(unless) !== undefined]).toEqual([row.name, true])
    if (secret) expect([row.name, unless, row.option]).toEqual([row.name, undefined, undefined])
  }
  expect(variableOf('ownerDatabaseUrl')).toBe('VARDE_OWNER_DATABASE_URL')
})
