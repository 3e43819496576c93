import { z } from 'zod'
import { standings } from '../core/ledger/entry.ts'
import { readDay } from '../core/words/day.ts'
import { fail, ok, type Result } from '../core/words/result.ts'
import { canonical } from '../store/ledger-database.ts'

/**
 * One pathway as a FHIR R4 Bundle, for a house with a ledger of its own, and back. Nothing is lost either way: what a reader would not keep of a bundle,
 * the bundle may not say (`readBundle` writes it again and compares).
 */

/** Somebody at the other house: their number there, and their name. */
const Who = z.strictObject({ person: z.int(), name: z.string().optional(), role: z.string() })
const Place = z.strictObject({ org: z.int(), name: z.string() })

const DayText = z.string().refine((text) => readDay(text) !== undefined, 'a day that exists')
const Seconds = z.int().min(-2_208_988_800).max(7_258_118_399) // 1900 to 2199

const CarriedEntry = z.strictObject({
  /** Order of recording in the pathway, from 1. */
  nth: z.int().min(1),
  code: z.string().min(1).max(80),
  label: z.string().optional(),
  occurred: DayText,
  occurredAt: Seconds.optional(),
  recorded: DayText,
  recordedAt: Seconds,
  /** The entry it takes the place of. */
  corrects: z.int().min(1).optional(),
  variant: z.string().optional(),
  place: z.int().min(0).max(2_000_000).optional(),
  standing: z.enum(standings),
  value: z.int().min(0).max(1_048_576).optional(),
  by: Who,
  decider: z.string().optional(),
  behalf: z.string().optional(),
  reason: z.string().optional(),
  evidence: z.array(z.unknown()),
  passed: z.array(z.string()),
  source: z.string().optional(),
})
export type CarriedEntry = z.infer<typeof CarriedEntry>

const Withdrawal = z.strictObject({ entry: z.int().min(1), on: DayText, at: Seconds, by: Who, reason: z.string().optional() })
export type Withdrawal = z.infer<typeof Withdrawal>

const CarriedHandover = z.strictObject({
  from: Place,
  to: Place,
  asks: z.string(),
  sentOn: DayText,
  days: z.int().min(0),
  codes: z.array(z.string()),
})

/** All that a pathway is, as it goes from house to house. */
const Carried = z.strictObject({
  pathway: z.string(),
  pack: z.strictObject({ id: z.string(), version: z.string() }),
  org: Place,
  patient: z.strictObject({ name: z.string(), nationalId: z.string().optional(), born: DayText.optional() }),
  entries: z.array(CarriedEntry).max(5000),
  withdrawals: z.array(Withdrawal),
  handover: CarriedHandover.optional(),
})
export type Carried = z.infer<typeof Carried>

/** Fields of an entry that no element of an Observation holds whole, and the type of value each has in an extension. */
const fields = {
  occurred: 'valueDate',
  recorded: 'valueDate',
  corrects: 'valueInteger',
  variant: 'valueString',
  place: 'valueInteger',
  standing: 'valueCode',
  value: 'valueDecimal',
  decider: 'valueString',
  behalf: 'valueString',
  reason: 'valueString',
  source: 'valueString',
} as const satisfies { readonly [K in keyof CarriedEntry]?: string }

const urn = (what: string): string => `urn:varde:${what}`
const hl7 = (system: string, code: string) => ({ system: `http://terminology.hl7.org/CodeSystem/${system}`, code })
const instant = (seconds: number): string => new Date(seconds * 1000).toISOString()
const secondsOf = (text: string): number => Date.parse(text) / 1000
const placeOf = ({ org, name }: z.infer<typeof Place>) => ({
  identifier: { system: urn('organisation'), value: String(org) },
  display: name,
})
const personOf = ({ person, name }: z.infer<typeof Who>) => ({
  identifier: { system: urn('person'), value: String(person) },
  ...(name === undefined ? {} : { display: name }),
})
const author = (by: z.infer<typeof Who>) => ({
  type: { coding: [hl7('provenance-participant-type', 'author')] },
  role: [{ text: by.role }],
  who: personOf(by),
})

const patientRef = { reference: 'Patient/patient' }
const observation = (nth: number): string => `Observation/entry-${nth}`

function observationOf({ pack }: Carried, entry: CarriedEntry, gone: ReadonlySet<number>) {
  const told = Object.entries(fields).flatMap(([name, type]) => {
    const value = entry[name as keyof typeof fields] // keys of our own table
    return value === undefined ? [] : [{ url: name, [type]: value }]
  })
  const lists = [
    ...entry.evidence.map((one) => ({ url: 'evidence', valueString: canonical(one) })),
    ...entry.passed.map((one) => ({ url: 'passed', valueString: one })),
  ]
  return {
    resourceType: 'Observation',
    id: `entry-${entry.nth}`,
    extension: [{ url: urn('entry'), extension: [...told, ...lists] }],
    status: gone.has(entry.nth) ? 'entered-in-error' : entry.corrects === undefined ? 'final' : 'corrected',
    code: {
      coding: [
        {
          system: urn(`pack:${pack.id}`),
          version: pack.version,
          code: entry.code,
          ...(entry.label === undefined ? {} : { display: entry.label }),
        },
      ],
    },
    subject: patientRef,
    effectiveDateTime: entry.occurredAt === undefined ? entry.occurred : instant(entry.occurredAt),
    issued: instant(entry.recordedAt),
  }
}

const recordingOf = (entry: CarriedEntry) => ({
  resourceType: 'Provenance',
  id: `recorded-${entry.nth}`,
  target: [{ reference: observation(entry.nth) }],
  recorded: instant(entry.recordedAt),
  activity: { coding: [hl7('v3-DataOperation', entry.corrects === undefined ? 'CREATE' : 'UPDATE')] },
  agent: [author(entry.by)],
  ...(entry.corrects === undefined ? {} : { entity: [{ role: 'revision', what: { reference: observation(entry.corrects) } }] }),
})

const withdrawalOf = ({ entry, on, at, by, reason }: Withdrawal) => ({
  resourceType: 'Provenance',
  id: `withdrawn-${entry}`,
  extension: [{ url: urn('withdrawn-on'), valueDate: on }],
  target: [{ reference: observation(entry) }],
  recorded: instant(at),
  ...(reason === undefined ? {} : { reason: [{ text: reason }] }),
  activity: { coding: [hl7('v3-DataOperation', 'NULLIFY')] },
  agent: [author(by)],
})

const taskOf = ({ from, to, asks, sentOn, days, codes }: z.infer<typeof CarriedHandover>) => ({
  resourceType: 'Task',
  id: 'handover',
  extension: [{ url: urn('agreed-days'), valueInteger: days }, ...codes.map((code) => ({ url: urn('awaited-code'), valueCode: code }))],
  status: 'requested',
  intent: 'order',
  description: asks,
  focus: { reference: 'EpisodeOfCare/pathway' },
  for: patientRef,
  authoredOn: sentOn,
  requester: placeOf(from),
  owner: placeOf(to),
})

/** The bundle of a pathway: the same pathway gives the same bundle, to the letter. */
export function bundleOf(carried: Carried) {
  const { patient, pathway, pack, org, entries, withdrawals, handover } = carried
  const gone = new Set(withdrawals.map(({ entry }) => entry))
  const resources = [
    {
      resourceType: 'Patient',
      id: 'patient',
      ...(patient.nationalId === undefined ? {} : { identifier: [{ system: urn('national-id'), value: patient.nationalId }] }),
      name: [{ text: patient.name }],
      ...(patient.born === undefined ? {} : { birthDate: patient.born }),
    },
    {
      resourceType: 'EpisodeOfCare',
      id: 'pathway',
      identifier: [{ system: urn('pathway'), value: pathway }],
      status: 'active',
      type: [{ coding: [{ system: urn('pack'), version: pack.version, code: pack.id }] }],
      patient: patientRef,
      managingOrganization: placeOf(org),
    },
    ...entries.flatMap((entry) => [observationOf(carried, entry, gone), recordingOf(entry)]),
    ...withdrawals.map(withdrawalOf),
    ...(handover ? [taskOf(handover)] : []),
  ]
  return {
    resourceType: 'Bundle' as const,
    type: 'collection' as const,
    entry: resources.map((resource) => ({ fullUrl: urn(`bundle:${resource.resourceType}/${resource.id}`), resource })),
  }
}

// What is read of a bundle. Anything beside it is found when it is written again.

const Coding = z.looseObject({
  system: z.string().optional(),
  version: z.string().optional(),
  code: z.string(),
  display: z.string().optional(),
})
const Named = z.looseObject({ identifier: z.looseObject({ value: z.string() }), display: z.string().optional() })
const Agent = z.looseObject({ role: z.tuple([z.looseObject({ text: z.string() })]), who: Named })
const Reference = z.looseObject({ reference: z.string() })
const Extension = z.looseObject({ url: z.string() })

const shapes = {
  Patient: z.looseObject({
    identifier: z.tuple([z.looseObject({ value: z.string() })]).optional(),
    name: z.tuple([z.looseObject({ text: z.string() })]),
    birthDate: z.string().optional(),
  }),
  EpisodeOfCare: z.looseObject({
    identifier: z.tuple([z.looseObject({ value: z.string() })]),
    type: z.tuple([z.looseObject({ coding: z.tuple([Coding]) })]),
    managingOrganization: Named,
  }),
  Observation: z.looseObject({
    id: z.string(),
    extension: z.tuple([z.looseObject({ extension: z.array(Extension) })]),
    code: z.looseObject({ coding: z.tuple([Coding]) }),
    effectiveDateTime: z.string(),
    issued: z.string(),
  }),
  Provenance: z.looseObject({
    id: z.string(),
    extension: z.array(Extension).optional(),
    target: z.tuple([Reference]),
    recorded: z.string(),
    reason: z.tuple([z.looseObject({ text: z.string() })]).optional(),
    agent: z.tuple([Agent]),
  }),
  Task: z.looseObject({
    extension: z.array(Extension),
    description: z.string(),
    authoredOn: z.string(),
    requester: Named,
    owner: Named,
  }),
} as const
type Kind = keyof typeof shapes

const Bundle = z.looseObject({
  resourceType: z.literal('Bundle'),
  entry: z
    .array(z.looseObject({ resource: z.looseObject({ resourceType: z.enum(Object.keys(shapes) as [Kind, ...Kind[]]) }) }))
    .max(20_000), // keys of our own table
})

const wholeNumber = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN)
const placeFrom = ({ identifier, display }: z.infer<typeof Named>) => ({ org: wholeNumber(identifier.value), name: display ?? '' })
const nthFrom = (reference: string): number => wholeNumber(/^(?:Observation\/)?entry-(\d+)$/.exec(reference)?.[1] ?? '')
const whoFrom = ([{ role, who }]: readonly [z.infer<typeof Agent>]) => ({
  person: wholeNumber(who.identifier.value),
  ...(who.display === undefined ? {} : { name: who.display }),
  role: role[0].text,
})
const said = (extensions: readonly z.infer<typeof Extension>[] | undefined, url: string): unknown => {
  const found = extensions?.find((one) => one.url === url)
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}
const valuesOf = (extensions: readonly z.infer<typeof Extension>[], url: string, key: string): unknown[] =>
  extensions.filter((one) => one.url === url).map((one) => one[key])
const defined = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

function entryFrom(observation: z.infer<typeof shapes.Observation>, recording: z.infer<typeof shapes.Provenance> | undefined): unknown {
  const [{ extension }] = observation.extension
  const [{ code, display }] = observation.code.coding
  return defined({
    ...Object.fromEntries(Object.keys(fields).map((name) => [name, said(extension, name)])),
    nth: nthFrom(observation.id),
    code,
    label: display,
    occurredAt: observation.effectiveDateTime.includes('T') ? secondsOf(observation.effectiveDateTime) : undefined,
    recordedAt: secondsOf(observation.issued),
    by: recording && whoFrom(recording.agent),
    evidence: valuesOf(extension, 'evidence', 'valueString').map((text) => JSON.parse(String(text))),
    passed: valuesOf(extension, 'passed', 'valueString'),
  })
}

const withdrawalFrom = ({ extension, target, recorded, reason, agent }: z.infer<typeof shapes.Provenance>): unknown =>
  defined({
    entry: nthFrom(target[0].reference),
    on: said(extension, urn('withdrawn-on')),
    at: secondsOf(recorded),
    by: whoFrom(agent),
    reason: reason?.[0].text,
  })

const handoverFrom = ({ extension, description, authoredOn, requester, owner }: z.infer<typeof shapes.Task>): unknown => ({
  from: placeFrom(requester),
  to: placeFrom(owner),
  asks: description,
  sentOn: authoredOn,
  days: said(extension, urn('agreed-days')),
  codes: valuesOf(extension, urn('awaited-code'), 'valueCode'),
})

/** NUL cannot stand in a database's text, nor half a character in UTF-8. */
function isSound(value: unknown): boolean {
  let sound = true
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'string') sound &&= !inner.includes('\0') && inner.isWellFormed()
    return inner
  })
  return sound
}

const notOurs = (message: string) => fail({ code: 'bundle/shape', path: ['body', 'bundle'], message })

/** Reads a bundle. Issue: `bundle/shape`, also where it says more than would be kept. */
export function readBundle(sent: unknown): Result<Carried> {
  if (!isSound(sent)) return notOurs('Text in this bundle holds NUL or broken characters.')
  try {
    const { entry } = Bundle.parse(sent)
    const all = <K extends Kind>(kind: K): z.infer<(typeof shapes)[K]>[] =>
      entry.flatMap(({ resource }) => (resource.resourceType === kind ? [shapes[kind].parse(resource) as z.infer<(typeof shapes)[K]>] : [])) // parsed by the shape of this kind
    const [patient] = all('Patient')
    const [episode] = all('EpisodeOfCare')
    if (!patient || !episode) return notOurs('A bundle of a pathway holds a Patient and an EpisodeOfCare.')
    const [{ code: id, version }] = episode.type[0].coding
    const provenance = new Map(all('Provenance').map((one) => [one.id, one]))
    const [task] = all('Task')
    const carried = Carried.parse(
      defined({
        pathway: episode.identifier[0].value,
        pack: { id, version },
        org: placeFrom(episode.managingOrganization),
        patient: defined({ name: patient.name[0].text, nationalId: patient.identifier?.[0].value, born: patient.birthDate }),
        entries: all('Observation').map((one) => entryFrom(one, provenance.get(`recorded-${nthFrom(one.id)}`))),
        withdrawals: [...provenance.values()].filter(({ id: name }) => name.startsWith('withdrawn-')).map(withdrawalFrom),
        handover: task && handoverFrom(task),
      }),
    )
    if (carried.entries.some(({ nth }, i) => nth !== i + 1))
      return notOurs('Entries of a bundle are numbered from 1, in the order they were recorded.')
    if (canonical(bundleOf(carried)) !== canonical(sent))
      return notOurs('This bundle says something that would be lost here. Send the pathway as it was exported, to the letter.')
    return ok(carried)
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError)
      return notOurs('This is no bundle of a pathway: send one as it was exported.')
    throw error
  }
}
