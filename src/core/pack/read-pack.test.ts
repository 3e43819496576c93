import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { issueText } from '../words/issue.ts'
import { readPack } from './read-pack.ts'
import { listUnknowns } from './unknowns.ts'

const demo = readFileSync(path.resolve(import.meta.dirname, '../../../packs/demo/pack.yaml'), 'utf8')
const layer = (text: string, name = 'p/pack.yaml') => ({ folder: 'p', files: [{ name, text }] })

/** Issues of the demonstration pack after one change, as people see them. */
function issuesAfter(from: string | RegExp, to: string): readonly string[] {
  expect(demo).toMatch(from)
  const read = readPack([layer(demo.replace(from, to))])
  return read.ok ? [] : read.issues.map((issue) => `${issue.code} ${issueText(issue)}`)
}

test('which way is better is what the pack says; unsaid, to keep a limit is, and of a condition neither', () => {
  const betterOf = (text: string): Readonly<Record<string, string>> => {
    const read = readPack([layer(text)])
    if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
    return Object.fromEntries(read.value.indicators.map(({ id, better }) => [id, better]))
  }
  expect(betterOf(demo)).toMatchObject({ 'treated-in-time': 'higher', decided: 'higher' })
  expect(betterOf(demo.replace('    better: higher\n', ''))).toMatchObject({ decided: 'neither' })
  expect(betterOf(demo.replace('better: higher', 'better: lower'))).toMatchObject({ decided: 'lower' })
  expect(issuesAfter('better: higher', 'better: up')).toEqual([expect.stringMatching(/pack\/shape .*indicators\[3\]\.better/)])
})

describe('a pack that cannot be meant is refused at its place', () => {
  const table: readonly (readonly [what: string, from: string | RegExp, to: string, says: RegExp])[] = [
    ['malformed YAML', 'sources:', 'sources: [', /pack\/not-yaml p\/pack\.yaml:\d+:\d+/],
    ['an unknown key', 'invented: true', 'inventd: true', /pack\/shape p\/pack\.yaml:11:3 {2}pack\.inventd .*invented/],
    [
      'an unknown source',
      'source: demo-guide }\n  - { id: hill',
      'source: demo-gide }\n  - { id: hill',
      /pack\/dangling p\/pack\.yaml:17:\d+ {2}variants\[0\]\.source .*did you mean "demo-guide"/,
    ],
    [
      'a milestone that is not there',
      'from: decision, to',
      'from: decison, to',
      /pack\/dangling .*intervals\[1\]\.from .*did you mean "decision"/,
    ],
    [
      'a day that does not exist',
      'validTo: "2023-12-31", source: demo-guide }\n  - { id: island',
      'validTo: "2023-02-29", source: demo-guide }\n  - { id: island',
      /pack\/shape p\/pack\.yaml:18:\d+ {2}variants\[1\]\.validTo/,
    ],
    ['a day before 1900', 'from: "2019-01-01"\n', 'from: "1899-12-31"\n', /pack\/shape .*calendars\[0\]\.from/],
    [
      'last day before first',
      'validFrom: "2019-01-01", validTo: "2023-12-31"',
      'validFrom: "2024-01-01", validTo: "2023-12-31"',
      /pack\/validity .*variants\[1\]\.validTo/,
    ],
    ['overlapping validity', 'days: 42, validTo: "2023-12-31"', 'days: 42, validTo: "2024-01-01"', /pack\/overlap .*limits\[\d\]/],
    ['two of one id', 'id: hill, name', 'id: marsh, name', /pack\/duplicate-id .*variants\[1\]\.id/],
    ['two rows for one code', 'code: "{variant}V"', 'code: "{variant}X"', /pack\/duplicate-id .*codes\[7\]\.code/],
    ['a code without its variant', 'code: "{variant}V"', 'code: "V"', /pack\/meaning .*codes\[7\]\.code .*write \{variant\}/],
    [
      'working days without a calendar',
      'unit: working-day, calendar: norland',
      'unit: working-day',
      /pack\/meaning .*working days need a calendar/,
    ],
    [
      'minutes in a pack of days',
      'to: treatment, unit: day, limitBy',
      'to: treatment, unit: minute, limitBy',
      /pack\/meaning .*no minutes/,
    ],
    ['an unquoted version', 'version: "1.0"', 'version: 1.0', /pack\/shape p\/pack\.yaml:5:12 {2}pack\.version .*quote/i],
    ['a limit in another unit', 'workingDays: 10', 'days: 10', /pack\/shape .*limits\[0\] .*workingDays/],
    [
      'a value the attribute does not have',
      'in: [watching] }, source: demo-guide }\n\nlimits',
      'in: [watchin] }, source: demo-guide }\n\nlimits',
      /pack\/dangling .*it has surgery, drugs, watching/,
    ],
    ['a pause nobody ends', 'endsPause: patient-wish, ', '', /pack\/meaning .*pauses\[0\]/],
    [
      'a ring of milestones',
      'name: Referral received, pick: first',
      'name: Referral received, pick: { firstOnOrAfter: attendance }',
      /pack\/cycle .*milestones/,
    ],
    [
      'an end that is final and closes nothing',
      'closing: true, final: true',
      'final: true',
      /pack\/meaning .*milestones\[4\]\.final .*only an end is final/,
    ],
    [
      'somebody who acts for a role of people',
      'id: secretary,',
      'id: coder,',
      /pack\/meaning .*roles\[0\]\.id .*is a role of people already/,
    ],
    ['a role of people that is none', 'actedBy: [coder]', 'actedBy: [codr]', /pack\/shape .*roles\[0\]\.actedBy.* did you mean "coder"/],
    [
      'a duty by a rule that is not there',
      'withinDays: 7, source',
      'withinDays: 7, rule: DEMO-R9, source',
      /pack\/dangling .*duties\[0\]\.rule .*no rule "DEMO-R9"/,
    ],
    [
      'a proposal of a code that is not there',
      'event: attended, code: "{variant}S"',
      'event: attended, code: "{variant}SS"',
      /pack\/dangling .*proposals\[1\]\.code .*did you mean "\{variant\}S"/,
    ],
    [
      'a day no evidence carries',
      'datedBy: receipt',
      'datedBy: reading',
      /pack\/shape .*milestones\[0\]\.datedBy .*"receipt" or "sending"/,
    ],
    [
      'a step after a milestone that is not there',
      'after: attendance',
      'after: atendance',
      /pack\/dangling p\/pack\.yaml:\d+:12 {2}template\[1\]\.after .*did you mean "attendance"/,
    ],
    [
      'a step after an end',
      'after: attendance',
      'after: closed',
      /pack\/meaning p\/pack\.yaml:\d+:12 {2}template\[1\]\.after .*marks an end/,
    ],
    [
      'a step that books a detail',
      'withinDays: 5, books: decision',
      'withinDays: 5, books: rest-days',
      /pack\/dangling .*template\[1\]\.step\.books .*no milestone "rest-days"/,
    ],
    [
      'a shortest time back to what came before',
      'shortest: [{ to: decision, days: 7 }',
      'shortest: [{ to: start, days: 7 }',
      /pack\/meaning .*template\[1\]\.shortest\[0\]\.to .*does not come after/,
    ],
    [
      'two shortest times to one milestone',
      '{ to: decision, days: 7 }, { to: treatment, days: 12 }',
      '{ to: decision, days: 7 }, { to: decision, days: 12 }',
      /pack\/duplicate-id .*template\[1\]\.shortest\[1\]\.to/,
    ],
    ['two steps after one milestone', 'after: attendance', 'after: start', /pack\/overlap .*template\[1\] .*template\[0\]/],
    ['a step for a variant that is not there', 'variants: [hill]', 'variants: [hil]', /pack\/dangling .*template\[3\]\.variants\[0\]/],
    [
      'a step whose owner is no role of people',
      'owner: clinician, withinDays',
      'owner: clinican, withinDays',
      /pack\/shape .*template\[3\]\.step/,
    ],
    [
      'a template item that says nothing',
      / {4}step: \{ text: \{ en: Ask.*\n {4}shortest.*\n/,
      '',
      /pack\/meaning .*template\[3\] .*say what comes next/,
    ],
    ['a zone that does not exist', 'zone: Europe/Oslo', 'zone: Europe/Osslo', /pack\/shape p\/pack\.yaml:9:9 {2}pack\.zone/],
    ['an indicator of nothing', 'within: start-to-attendance', 'question: again', /pack\/(meaning|not-yaml)/],
    ['a key of the language', 'sources:', '__proto__: { polluted: true }\nsources:', /pack\/not-yaml p\/pack\.yaml:13:1 .*not allowed/],
    ['SQL where an id should be', 'id: treated-in-time', 'id: "x\'; DROP TABLE entry; --"', /pack\/shape .*indicators\[1\]\.id/],
  ]
  for (const [what, from, to, says] of table) test(what, () => expect(issuesAfter(from, to).join('\n')).toMatch(says))

  test('all issues are collected, not the first alone', () => {
    const read = readPack([layer(demo.replaceAll('source: demo-guide }', 'source: nowhere }'))])
    expect(read.ok ? 0 : read.issues.length).toBeGreaterThan(20)
  })
  test('an empty folder says so', () =>
    expect(readPack([{ folder: 'p', files: [] }])).toMatchObject({ ok: false, issues: [{ code: 'pack/unreadable' }] }))
  test('a text that is no mapping says what is expected', () =>
    expect(readPack([layer('- just\n- a list\n')])).toMatchObject({ ok: false }))
  test('sums that do not add up name the row', () => {
    const sums = '\nsums:\n  - { id: s, whole: start-to-treatment, parts: [decision-to-treatment, decision-to-treatment] }\n'
    expect(issuesAfter(/\nlimits:/, `${sums}\nlimits:`).join('\n')).toMatch(/pack\/sum .*21 \+ 21 = 42/)
  })
})

describe('a house adds to a pack without touching it', () => {
  const house = (text: string) =>
    readPack([
      layer(demo, 'nation/pack.yaml'),
      layer(`pack: { id: house, version: "1", title: House, extends: ../nation }\n${text}`, 'house/pack.yaml'),
    ])
  const codesOf = (result: ReturnType<typeof house>) => (result.ok ? result.value.codes.map((c) => c.code) : result.issues.map(issueText))

  test('what is unknown there can be filled in, and the value says which file it came from', () => {
    const read = house('variants:\n  - { id: island, prefix: "I3", note: local }\n')
    expect(codesOf(read)).toContain('I3A')
    if (!read.ok) return
    expect(read.value.spotOf(['variants', 2, 'prefix'])).toMatchObject({ file: 'house/pack.yaml', line: 3 })
    expect(read.value.spotOf(['variants', 2, 'name'])).toMatchObject({ file: 'nation/pack.yaml' })
    expect(listUnknowns(read.value).map((u) => u.what)).toEqual([
      'after-decision-hill',
      'after-decision-hill',
      'start-to-treatment hill island drugs',
    ])
  })
  test('who acts for a unit, and who decides, can be filled in where it is unknown there', () => {
    const nation = demo
      .replace('actedBy: [coder]', 'actedBy: { unknown: not said }')
      .replace('decides: [clinician]', 'decides: { unknown: not said }')
    const read = readPack([
      layer(nation, 'nation/pack.yaml'),
      layer(
        'pack: { id: house, version: "1", title: House, extends: ../nation }\nroles:\n  - { id: secretary, actedBy: [coder] }\nduties:\n  - { milestone: start, decides: [clinician] }\n',
        'house/pack.yaml',
      ),
    ])
    expect(read.ok && [read.value.text.roles[0]?.actedBy, read.value.text.duties[0]]).toMatchObject([
      ['coder'],
      { decides: ['clinician'], records: ['coordinator', 'secretary'], withinDays: 7 },
    ])
  })
  test('what is known there cannot be changed', () =>
    expect(house('variants:\n  - { id: marsh, prefix: "M9" }\n')).toMatchObject({
      ok: false,
      issues: [{ code: 'pack/override', path: ['variants', 0, 'prefix'], at: { file: 'house/pack.yaml', line: 3 } }],
    }))
  test('nor can anything be narrowed that is left open there', () =>
    expect(house('codes:\n  - { code: "{variant}S", variants: [marsh] }\n')).toMatchObject({
      ok: false,
      issues: [{ code: 'pack/override' }],
    }))
  test('a local code does all that the code it maps to does', () => {
    const read = house('codes:\n  - { code: "{variant}LOCAL", mapsTo: "{variant}TS", label: Operated here }\n')
    expect(read.ok && read.value.codesByText.get('M1LOCAL')?.[0]).toMatchObject({
      variant: 'marsh',
      sets: { modality: 'surgery' },
      label: 'Operated here',
    })
  })
  test('a limit row as specific as an unknown one takes its place', () => {
    const read = house('limits:\n  - { interval: start-to-treatment, variant: hill, when: { modality: drugs }, days: 30 }\n')
    const hill = read.ok
      ? read.value.limits.filter((l) => l.variant === 'hill' && l.interval === 'start-to-treatment' && l.values[0] === 'drugs')
      : []
    expect(hill.map((l) => l.outcome)).toEqual([{ kind: 'limit', amount: 30, andUnknown: false }])
  })
})

test('the pack reader answers any text with a pack or with issues, never with an exception', () => {
  const words = [
    'pack:',
    'codes:',
    '  - ',
    '{ ',
    ' }',
    '[',
    ']',
    'id: ',
    'when: ',
    '"{variant}A"',
    '\n',
    '  ',
    'unknown: ',
    'null',
    '~',
    '&a ',
    '*a ',
    '<<: ',
    '!!js ',
    '2024-02-30',
    '1e999',
    '__proto__: ',
    'constructor: ',
    '\u0000',
    '🜨',
  ]
  const mutated = fc
    .tuple(fc.nat(demo.length), fc.nat(60), fc.constantFrom(...words))
    .map(([at, cut, word]) => demo.slice(0, at) + word + demo.slice(at + cut))
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((w) => w.join('')),
    mutated,
    mutated,
  )
  fc.assert(
    fc.property(anything, (text) => {
      const read = readPack([layer(text)])
      if (!read.ok) for (const issue of read.issues) expect(issueText(issue).length).toBeGreaterThan(0)
    }),
    { numRuns: process.env['SOAK'] ? 10_000 : 300, ...(process.env['SOAK'] ? {} : { seed: 7 }) },
  )
})
