import type { Issue, IssueCode } from '../words/issue.ts'
import { didYouMean } from '../words/yaml.ts'
import type { PackText } from './schema.ts'

export type Path = readonly (string | number)[]

/** Finds things by name and remembers, with their place, the names that lead nowhere. */
export class References {
  readonly issues: Issue[] = []
  private readonly ids: Record<string, readonly string[]>
  constructor(text: PackText) {
    const of = (list: readonly { id: string }[]) => list.map((item) => item.id)
    this.ids = {
      source: of(text.sources),
      calendar: of(text.calendars),
      variant: of(text.variants),
      slot: [...of(text.milestones), ...of(text.details)],
      milestone: of(text.milestones),
      attribute: of(text.attributes),
      interval: of(text.intervals),
      pause: of(text.pauses),
      rule: of(text.rules),
    }
  }
  say(code: IssueCode, path: Path, message: string): void {
    this.issues.push({ code, path, message })
  }
  /** Place of the id in its list, or -1 with an issue. */
  find(kind: string, id: string, path: Path): number {
    const known = this.ids[kind] ?? []
    const index = known.indexOf(id)
    if (index < 0) {
      const noun = kind === 'slot' ? 'milestone or detail' : kind
      this.say('pack/dangling', path, `no ${noun} "${id}"${known.length ? didYouMean(id, known) : `: the pack has no ${noun}s`}`)
    }
    return index
  }
}
