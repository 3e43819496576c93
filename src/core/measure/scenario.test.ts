import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { Pack } from '../pack/pack.ts'
import { issueText } from '../words/issue.ts'
import { readScenario } from './scenario.ts'

async function packOf(name: string): Promise<Pack> {
  const pack = await loadPack(`packs/${name}`)
  if (!pack.ok) throw new Error(pack.issues.map(issueText).join('\n'))
  return pack.value
}
const [demo, sepsis] = [await packOf('demo'), await packOf('sepsis')]

const small = {
  head: `
period: { from: "2024-01-01", to: "2024-12-31" }
places: [{ name: Here, weight: 1 }]
variants: [{ id: marsh, weight: 1 }]
`,
  steps: `
steps:
  - { id: start, code: "{variant}A" }
`,
  recording: `
recording: { inTime: 1, prompt: { days: 0 }, lateAfter: { days: 9 } }
`,
}

const linesOf = (text: string, pack = demo): readonly string[] => {
  const read = readScenario(text, 'generate.yaml', pack)
  return read.ok ? [] : read.issues.map((issue) => `${issue.code} ${issueText(issue)}`)
}
const withParts = (parts: Partial<typeof small>) => Object.values({ ...small, ...parts }).join('')

test.each(['no-house', 'en-cwt', 'demo', 'sepsis'])('the scenario of %s fits its pack', async (name) => {
  const file = `packs/${name}/scenario/generate.yaml`
  expect(linesOf(readFileSync(file, 'utf8'), await packOf(name))).toEqual([])
})

test('the smallest scenario is one', () => {
  expect(linesOf(withParts({}))).toEqual([])
})

describe('what is wrong is said at its place', () => {
  test.each<readonly [what: string, parts: Partial<typeof small>, line: string]>([
    ['not YAML', { steps: 'steps: [' }, 'pack/not-yaml'],
    [
      'an unknown key',
      { steps: `${small.steps}  - { id: next, after: start, chanse: 0.5 }\n` },
      'pack/shape generate.yaml:8:31  steps[1].chanse   unknown key "chanse"; did you mean "chance"?',
    ],
    [
      'a share above 1',
      { steps: `${small.steps}  - { id: next, after: start, chance: 1.5 }\n` },
      'pack/shape generate.yaml:8:39  steps[1].chance   expected at most 1',
    ],
    [
      'a period the wrong way round',
      { head: small.head.replace('2024-12-31', '2023-12-31') },
      'pack/meaning generate.yaml:2:35  period.to',
    ],
    [
      'a day that does not exist',
      { head: small.head.replace('2024-12-31', '2024-02-30') },
      'pack/shape generate.yaml:2:35  period.to   a day that exists',
    ],
    [
      'a code the pack has not',
      { steps: small.steps.replace('}A', '}Q') },
      'pack/dangling generate.yaml:7:24  steps[0].code   the pack has no such code in marsh',
    ],
    [
      'a variant the pack has not',
      { head: small.head.replace('marsh', 'march') },
      'pack/dangling generate.yaml:4:18  variants[0].id   no variant "march"; did you mean "marsh"?',
    ],
    [
      'a variant without a prefix',
      { head: small.head.replace('marsh', 'island') },
      'pack/meaning generate.yaml:4:18  variants[0].id   the pack knows no prefix',
    ],
    [
      'no variants',
      { head: small.head.replace(/variants.*\n/, '') },
      'pack/meaning generate.yaml:2:1  variants   in this pack (variantFrom: code)',
    ],
    [
      'a step after one that stands below',
      { steps: `${small.steps}  - { id: next, after: later }\n  - { id: later, after: start }\n` },
      'pack/dangling generate.yaml:8:24  steps[1].after   no step "later" above',
    ],
    [
      'a second step on its own',
      { steps: `${small.steps}  - { id: next }\n` },
      'pack/meaning generate.yaml:8:5  steps[1]   say which step it comes after',
    ],
    [
      'two steps of one name',
      { steps: `${small.steps}  - { id: start, after: start }\n` },
      'pack/duplicate-id generate.yaml:8:11  steps[1].id   "start" is there already',
    ],
    [
      'minutes in a pack of days',
      { steps: `${small.steps}  - { id: next, after: start, minutes: 5 }\n` },
      'pack/meaning generate.yaml:8:40  steps[1].minutes   a pack of whole days',
    ],
    [
      'days and minutes',
      { steps: `${small.steps}  - { id: next, after: start, minutes: 5, days: 1 }\n` },
      'pack/meaning generate.yaml:8:5  steps[1]   say either `days` or `minutes`',
    ],
    [
      'a p90 below the median',
      { steps: `${small.steps}  - { id: next, after: start, days: { median: 9, p90: 3, max: 20 } }\n` },
      'pack/meaning generate.yaml:8:55  steps[1].days.p90   lies below the median',
    ],
    [
      'outcomes without weight',
      { steps: `${small.steps}  - { id: next, after: start, outcomes: [{ code: "{variant}S", weight: 0 }] }\n` },
      'pack/meaning generate.yaml:8:41  steps[1].outcomes   no outcome has a weight above 0 in marsh',
    ],
    [
      'doubts above all there is',
      { recording: `${small.recording}doubts: { likely: 0.7, asked: 0.7 }\n` },
      'pack/meaning generate.yaml:10:9  doubts   the shares add up to 1.4',
    ],
  ])('%s', (_, parts, line) => {
    expect(linesOf(withParts(parts))[0]).toContain(line)
  })

  test('several faults are all told', () => {
    const text = withParts({ head: small.head.replace('weight: 1 }]\nv', 'weight: 0 }]\nv'), steps: small.steps.replace('}A', '}Q') })
    expect(linesOf(text)).toHaveLength(2)
  })

  test('hours belong to packs of minutes', () => {
    const hours = `hours: [${Array.from({ length: 24 }, () => 1).join(', ')}]\n`
    expect(linesOf(withParts({ recording: small.recording + hours }))).toEqual([expect.stringContaining('has no hours')])
    const er = withParts({
      head: small.head.replace(/variants.*\n/, ''),
      steps: 'steps: [{ id: start, code: ER Triage }]\n',
      recording: small.recording + hours,
    })
    expect(linesOf(er, sepsis)).toEqual([])
  })
})
