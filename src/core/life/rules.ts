import type { Issue, IssueCode } from '../words/issue.ts'
import {
  after,
  type Life,
  type LifeRecord,
  lifeOn,
  missingOf,
  type RecordKind,
  type Said,
  type Sayings,
  type Stage,
  standing,
} from './life.ts'

/** Rules that a life keeps to, by their ids. Where each comes from is in docs/indicators.md. */
export const lifeRules = {
  'stage-order': 'A life goes from stage to stage by the moves there are, and says why.',
  'definition-before-match': 'Data are matched to a definition, so there is one.',
  'match-before-trial': 'Before a trial somebody has looked for each element of the definition.',
  'no-number-without-data': 'With one element recorded nowhere the indicator cannot be computed here: no trial, no use, no number.',
  'gap-before-trial': 'Before a trial it is written down what was wanted and is not counted.',
  'friction-or-none':
    'A change of definition names what gave rise to it in the friction log, or says that nothing is given, and says what is new.',
  'purpose-by-two': 'A purpose is proposed by one person and agreed by another who has the right to.',
  'elements-of-definition': 'A feasibility sheet is about the elements of the definition.',
  'estimate-before-cases': 'The cases there were are held against an estimate of the cost, so there is one.',
  'one-life': 'An indicator of the pack has one life in a house.',
  'own-and-last': 'A record is taken back by whoever made it, as long as nothing rests on it.',
} as const
export type LifeRule = keyof typeof lifeRules

/** From which stage to which. To go back is part of the work: what was dropped on the way is kept. */
export const stageMoves: { readonly [S in Stage]: readonly Stage[] } = {
  idea: ['definition', 'retired'],
  definition: ['data-match', 'idea', 'retired'],
  'data-match': ['trial', 'definition', 'retired'],
  trial: ['in-use', 'definition', 'data-match', 'retired'],
  'in-use': ['trial', 'definition', 'retired'],
  retired: ['idea'],
}

const issue = (code: IssueCode, rule: LifeRule, message: string, ...path: readonly string[]): Issue => ({ code, rule, message, path })
type Check<T> = (life: Life, said: T, by: number) => readonly Issue[]

const needsDefinition: readonly Stage[] = ['data-match', 'trial', 'in-use']
const needsData: readonly Stage[] = ['trial', 'in-use']

const step: Check<Sayings['step']> = (life, { to }) => {
  const issues: Issue[] = []
  if (!stageMoves[life.stage].includes(to))
    issues.push(
      issue(
        'life/no-such-step',
        'stage-order',
        `From "${life.stage}" it goes to ${stageMoves[life.stage].map((s) => `"${s}"`).join(' or ')}.`,
        'to',
      ),
    )
  if (needsDefinition.includes(to) && life.definition === undefined)
    issues.push(issue('life/no-definition', 'definition-before-match', 'Write the definition first: the data are matched to it.', 'to'))
  if (!needsData.includes(to)) return issues
  const open = life.sheet.filter(({ is }) => is === undefined).map(({ name }) => name)
  if (open.length > 0)
    issues.push(issue('life/not-matched', 'match-before-trial', `Say first where these are found: ${open.join(', ')}.`, 'to'))
  const missing = missingOf(life)
  if (missing.length > 0)
    issues.push(
      issue(
        'life/cannot-be-computed',
        'no-number-without-data',
        `It cannot be computed here: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not recorded. Change the definition, or leave it listed as it is.`,
        'to',
      ),
    )
  if (life.gap === undefined)
    issues.push(issue('life/gap-empty', 'gap-before-trial', 'Write down first what was wanted and is not counted: the gap is empty.', 'to'))
  return issues
}

const definition: Check<Sayings['definition']> = (life, { because, changed, elements }) => {
  const issues: Issue[] = []
  const names = elements.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    issues.push(
      issue('life/no-element', 'elements-of-definition', `"${twice}" stands there twice: give each element a name of its own.`, 'elements'),
    )
  if (because !== 'none-given') {
    const unknown = because.filter((n) => !life.frictions.some((one) => one.n === n))
    if (because.length === 0 || unknown.length > 0)
      issues.push(
        issue(
          'life/no-friction',
          'friction-or-none',
          'Name entries of the friction log of this indicator, or say that none is given.',
          'because',
        ),
      )
  }
  if (life.definition !== undefined && changed === undefined)
    issues.push(issue('life/no-friction', 'friction-or-none', 'Say in words what is new in the definition.', 'changed'))
  return issues
}

const unknownElements: Check<Sayings['match']> = (life, { elements }) => {
  const unknown = elements.filter(({ name }) => !life.sheet.some((line) => line.name === name)).map(({ name }) => name)
  return unknown.length === 0
    ? []
    : [issue('life/no-element', 'elements-of-definition', `The definition has no element called ${unknown.join(', ')}.`, 'elements')]
}

const samePurpose: Check<Sayings['purpose-proposed']> = (life, { purpose }) =>
  life.purpose === purpose
    ? [issue('life/no-proposal', 'purpose-by-two', 'It is for that already: there is nothing to agree.', 'purpose')]
    : []

const answered: Check<Sayings['purpose-answered']> = (life, { proposal, agreed }, by) => {
  if (life.proposal?.n !== proposal)
    return [
      issue('life/no-proposal', 'purpose-by-two', 'This proposal does not wait for an answer: look at what it is for now.', 'proposal'),
    ]
  return agreed && life.proposal.by === by
    ? [
        issue(
          'life/purpose-not-agreed',
          'purpose-by-two',
          'You proposed this purpose yourself: somebody else who may agree has to. The purpose stays as it is, and your try is written down.',
        ),
      ]
    : []
}

const pass = (): readonly Issue[] => []

/** What stands against a record, beside what is taken back. */
const checks: { readonly [K in RecordKind]: Check<Sayings[K]> } = {
  idea: pass,
  definition,
  match: unknownElements,
  step,
  friction: pass,
  gap: pass,
  'purpose-proposed': samePurpose,
  'purpose-answered': answered,
  'purpose-refused': pass,
  cost: pass,
  observed: (life) =>
    life.cost === undefined
      ? [
          issue(
            'life/no-estimate',
            'estimate-before-cases',
            'Estimate the cost of recording first: the cases are held against it.',
            'cases',
          ),
        ]
      : [],
  effect: pass,
  joined: (life, { indicator }) =>
    life.indicator !== undefined && life.indicator !== indicator
      ? [issue('life/joined-already', 'one-life', 'This life is joined to another indicator of the pack.', 'indicator')]
      : [],
  'taken-back': pass,
}

const against = (life: Life, said: Said, by: number): readonly Issue[] => (checks[said.kind] as Check<Said>)(life, said, by) // the kind was read off this very saying

/** Two people have answered for these, or they are there so that everybody sees them. */
const forGood: readonly RecordKind[] = ['idea', 'purpose-answered', 'purpose-refused', 'taken-back']

/** The life without one record: what was said after it must be possible without it too. */
function takenBack(records: readonly LifeRecord[], n: number, by: number): readonly Issue[] {
  const now = standing(records)
  const target = now.find((record) => record.n === n)
  if (target === undefined || forGood.includes(target.said.kind) || target.by !== by)
    return [
      issue(
        'life/not-to-take-back',
        'own-and-last',
        'Take back what you said yourself and what still stands; an idea and an agreement stay.',
        'record',
      ),
    ]
  let life: Life | undefined
  for (const record of now.filter((one) => one !== target)) {
    const [found] = life === undefined ? [] : against(life, record.said, record.by)
    if (found !== undefined)
      return [
        issue(
          'life/not-to-take-back',
          'own-and-last',
          `Something said later rests on this (rule "${found.rule}"). Say what is right now instead.`,
          'record',
        ),
      ]
    life = life === undefined ? lifeOn([record]) : after(life, record)
  }
  return []
}

/** What stands against saying this now: nothing where it may be said. */
export function refusalsOf(records: readonly LifeRecord[], said: Said, by: number): readonly Issue[] {
  const life = lifeOn(records)
  if (life === undefined) return []
  return said.kind === 'taken-back' ? takenBack(records, said.record, by) : against(life, said, by)
}
