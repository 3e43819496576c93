import type { Pack } from '../../core/pack/pack.ts'
import { profiles } from '../../core/stats/disclosure.ts'
import type { Solver } from '../../core/stats/whole-numbers.ts'
import { fail, ok, type Result } from '../../core/words/result.ts'
import { type Bundle, bundleFormat, type Data, filesOf, type Head, nameOf, plainJson, sha256, sourceOf } from './bundle.ts'
import { type Controlled, control } from './control.ts'
import { type Count, counted } from './counts.ts'
import type { Description } from './description.ts'

/** An earlier release, with the counts it was made from. */
export interface Earlier {
  readonly bundle: Bundle
  readonly counts: readonly Count[]
}

export interface Freezing {
  readonly description: Description
  readonly pack: Pack
  readonly counts: readonly Count[]
  readonly data: readonly Data[]
  readonly places: Readonly<Record<string, string>>
  /** The version of Varde. */
  readonly varde: string
  readonly beside: readonly Earlier[]
  readonly revised?: Earlier
  readonly solver: Solver
}

export interface Frozen {
  readonly files: ReadonlyMap<string, string>
  readonly manifest: string
  readonly head: Head
  readonly controlled: Controlled
}

/** A release as the files of a bundle. Issues: `release/earlier-missing`, `release/revision`, and those of `control`. */
export function freeze({ description, pack, counts, data, places, varde, beside, revised, solver }: Freezing): Result<Frozen> {
  const before = revised?.bundle
  if (before && before.head.id !== description.id)
    return fail({ code: 'release/revision', path: ['revises'], message: `A revision has the id of what it revises: ${before.head.id}.` })
  // A release names its earlier revisions among those beside it, so the id alone does not tell.
  const known = new Set([before?.manifest, ...(before?.head.revisions.map((one) => one.manifest) ?? [])])
  if (beside.some(({ bundle }) => bundle.head.id === description.id && !known.has(bundle.manifest)))
    return fail({
      code: 'release/revision',
      path: ['id'],
      message: `An earlier release has the id ${description.id} already: say that this one revises it, or give it another id.`,
    })
  const earlier = [...beside, ...(revised ? [revised] : [])]
  const named = new Set(earlier.map(({ bundle }) => bundle.manifest))
  const missing = earlier.flatMap(({ bundle }) => bundle.head.beside.filter((one) => !named.has(one.manifest)))
  if (missing.length > 0)
    return fail(
      ...[...new Map(missing.map((one) => [one.manifest, one])).values()].map((one) => ({
        code: 'release/earlier-missing' as const,
        path: ['beside'],
        message: `${one.id}, revision ${one.revision}, stands beside a release that is named here: name its bundle as well.`,
      })),
    )
  const profile = profiles[description.profile]
  const span = { from: description.from, to: description.to }
  const controlled = control(
    earlier.map(({ bundle, counts: own }) => sourceOf(bundle, own)),
    { counted: counted(counts, span), tables: description.tables, profile, wholeCountry: description.wholeCountry },
    solver,
  )
  if (!controlled.ok) return controlled
  const used = new Set(description.tables.map((table) => table.indicator))
  const head: Head = {
    format: bundleFormat,
    id: description.id,
    title: description.title,
    ...(description.about === undefined ? {} : { about: description.about }),
    publisher: description.publisher,
    ...(description.service === undefined ? {} : { service: description.service }),
    revision: (before?.head.revision ?? 0) + 1,
    revisions: before
      ? [...before.head.revisions, { ...nameOf(before), embargo: before.head.embargo, reasons: [...(description.revises?.reasons ?? [])] }]
      : [],
    asOf: description.asOf,
    ...span,
    wholeCountry: description.wholeCountry,
    profile: { ...profile, hides: { ...profile.hides } },
    embargo: description.embargo,
    signers: [...description.signers],
    varde,
    pack: {
      id: pack.id,
      version: pack.version,
      title: pack.title,
      sha256: sha256(plainJson(pack.text)),
      invented: pack.text.pack.invented === true,
    },
    indicators: pack.indicators
      .filter((indicator) => used.has(indicator.id))
      .map(({ id, name, question, denominator, within }) => ({
        id,
        name,
        question,
        denominator,
        ...(within ? { interval: { name: within.name, unit: within.unit } } : {}),
      })),
    data: [...data],
    beside: earlier.map(({ bundle }) => nameOf(bundle)),
    places: { ...places },
  }
  const { files, manifest } = filesOf(
    head,
    pack.text,
    controlled.value.tables.map((table) => ({ ...table, by: [...table.by], rows: table.rows.map((row) => ({ ...row })) })),
  )
  return ok({ files, manifest, head, controlled: controlled.value })
}
