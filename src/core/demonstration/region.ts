import { z } from 'zod'
import { LifeName, LifeWords, SaidLater } from '../life/said.ts'
import { roles } from '../rights/rights.ts'
import { isZone } from '../words/instant.ts'
import type { Issue } from '../words/issue.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { didYouMean, readYaml, shapeIssues } from '../words/yaml.ts'
import { Habit } from './habit.ts'

/**
 * A demonstration region as data: who works where, what patients are called, what letters say, what is still to be done. The course of its
 * pathways is the scenario's beside the pack. Everything in it is invented and says so.
 */

const Id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and hyphens')
const Words = z.string().min(1).max(2000)
const Share = z.number().min(0).max(1)
const Lines = z.array(Words).min(1)
/** What says that a name is nobody's. */
const Invented = z
  .string()
  .max(200)
  .refine((text) => /\((oppdiktet|invented)/.test(text), 'a name that says it is invented: "(invented)" or "(oppdiktet)"')

const Organisation = z.strictObject({
  id: Id,
  kind: z.enum(['nation', 'region', 'trust', 'hospital', 'department', 'practice']),
  name: Invented,
  under: Id.optional().describe('above it in the tree; only the nation has none'),
  ledger: z.boolean().optional().describe('true: keeps a ledger of its own; otherwise that of the one above'),
})

const Person = z.strictObject({ id: Id, name: Invented, role: z.enum(roles), at: Id, goodFor: Words })
export type DemonstrationPerson = z.infer<typeof Person>

const Patients = z.strictObject({
  identity: z.enum(['month-00', 'check-digit']).describe('what makes the identity numbers impossible'),
  women: Lines,
  men: Lines,
  family: z.array(z.string().regex(/^(Prøve|Sample)/, 'a family name that begins with Prøve or Sample, so that nobody bears it')).min(1),
  onlyWomen: z.array(Id),
  onlyMen: z.array(Id),
  age: z.strictObject({ youngest: z.int().min(18), oldest: z.int().max(105) }),
  again: Share.describe('share of pathways that are another one of somebody who had one before'),
})

const Recording = z.strictObject({
  units: z.array(z.string()).describe('units in the scenario for which people record'),
  recorders: z.partialRecord(z.enum(roles), z.number().min(0)).describe('role: weight'),
  decided: z.record(Id, z.enum(roles)).describe('milestone: the role that decides it'),
  source: Invented.describe('what brought the entries in'),
  corrected: Lines,
  withdrawn: Lines,
  letStand: Lines,
})

const Letter = z.strictObject({
  milestone: Id,
  share: Share,
  kind: Id,
  title: Invented,
  from: z.enum(['practice', 'hospital']),
  bodies: z.array(z.string().regex(/^[^[\]]*\[[^[\]]+\][^[\]]*$/, 'one sentence in [brackets]: the evidence')).min(1),
})
export type LetterPattern = z.infer<typeof Letter>

const Work = z.strictObject({
  stepped: Share,
  noneReason: Share,
  noted: Share,
  asked: z.strictObject({ running: Share, overrun: Share }),
  escalated: z.strictObject({ near: Share, overrun: Share }),
  nextSteps: Lines,
  booked: Share.describe('of next steps: those that book the milestone the nearest limit waits for'),
  bookings: z.record(Id, Lines).describe('milestone: what a step says that books it'),
  noSteps: Lines,
  notes: Lines,
  questions: Lines,
  answers: Lines,
  escalations: Lines,
  ladder: z
    .array(z.strictObject({ toRole: z.enum(roles), days: z.int().min(1) }))
    .min(1)
    .describe('whom an escalation waits for, and how long'),
})

/** The life of an indicator. Records are numbered from 1, which is the idea, and name others by these numbers. */
const Said = { daysAgo: z.int().min(0), by: Id.describe('somebody of `people`') }
const Life = z.strictObject({
  at: Id.describe('whose ledger it lies in'),
  name: LifeName.pipe(Invented),
  indicator: z.string().max(60).optional().describe('of the pack; an idea may have none'),
  wanted: LifeWords,
  ...Said,
  records: z.array(z.strictObject({ ...Said, says: SaidLater })),
})
export type DemonstrationLife = z.infer<typeof Life>

export const Region = z.strictObject({
  id: Id,
  about: Words,
  pack: Id.describe('folder under packs/'),
  zone: z.string().refine(isZone, 'a time zone such as Europe/Oslo'),
  share: Share.describe('of all pathways of the demonstration'),
  organisations: z.array(Organisation).min(1),
  people: z.array(Person).min(1),
  patients: Patients,
  recording: Recording,
  habits: z.array(Habit).default([]),
  letters: z.array(Letter),
  work: Work,
  lives: z.array(Life),
})
export type Region = z.infer<typeof Region>

/** Reads a region and holds its references together. Issues: `pack/not-yaml`, `pack/shape`, `pack/dangling`, `pack/duplicate-id`. */
export function readRegion(text: string, file: string): Result<Region> {
  const yaml = readYaml(text, file, { notYaml: 'pack/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const shaped = Region.safeParse(yaml.value)
  if (!shaped.success) return fail(...shapeIssues(shaped.error, yaml, 'pack/shape', Region))
  const issues: Issue[] = []
  const say = (code: Issue['code'], path: Issue['path'], message: string) => issues.push({ code, message, path, at: yaml.spotOf(path) })
  const above: string[] = []
  for (const [i, { id, under }] of shaped.data.organisations.entries()) {
    if (above.includes(id)) say('pack/duplicate-id', ['organisations', i, 'id'], `"${id}" is there already`)
    if (under === undefined ? i > 0 : !above.includes(under))
      say('pack/dangling', ['organisations', i, 'under'], `no organisation "${under ?? ''}" above${didYouMean(under ?? '', above)}`)
    above.push(id)
  }
  for (const [i, { at }] of shaped.data.habits.entries())
    if (!above.includes(at)) say('pack/dangling', ['habits', i, 'at'], `no organisation "${at}"${didYouMean(at, above)}`)
  const people: string[] = []
  for (const [i, { id, at }] of shaped.data.people.entries()) {
    if (people.includes(id)) say('pack/duplicate-id', ['people', i, 'id'], `"${id}" is there already`)
    if (!above.includes(at)) say('pack/dangling', ['people', i, 'at'], `no organisation "${at}"${didYouMean(at, above)}`)
    people.push(id)
  }
  for (const [i, { at, by, records }] of shaped.data.lives.entries()) {
    if (!shaped.data.organisations.some(({ id, ledger }) => id === at && ledger))
      say('pack/dangling', ['lives', i, 'at'], `no organisation "${at}" keeps a ledger${didYouMean(at, above)}`)
    for (const [j, who] of [by, ...records.map((record) => record.by)].entries())
      if (!people.includes(who))
        say('pack/dangling', ['lives', i, ...(j === 0 ? [] : ['records', j - 1]), 'by'], `nobody called "${who}"${didYouMean(who, people)}`)
  }
  return issues.length > 0 ? fail(...issues) : ok(shaped.data)
}

/** The organisation whose ledger holds what happens here. */
export function keeperOf(region: Region, id: string): string {
  for (let org = region.organisations.find((o) => o.id === id); org; org = region.organisations.find((o) => o.id === org?.under))
    if (org.ledger || org.under === undefined) return org.id
  throw new RangeError('No such organisation in this region.')
}
