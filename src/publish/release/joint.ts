import type { TableAsked } from './description.ts'

/** What tells the counts of a table apart; why they are so is one more thing to tell them apart by. */
const partsOf = ({ by, causes }: TableAsked): ReadonlySet<string> => new Set([...by, ...(causes ? ['cause'] : [])])

/**
 * Whether tables of one indicator go round in a circle, as place with variant, variant with period, and period with place do.
 *
 * Where they do not, whatever fits each table fits all of them at once, and what stands in none of them is told by no more than two sums. Where they do, what
 * stands in none, a place's kind of pathway in one month, may be known though every number beside it is large. Graham's reduction: a part of one table
 * alone, and a table within another, bind nothing; they do not go round if nothing is left.
 */
export function goRound(tables: readonly TableAsked[]): boolean {
  let left = tables.map(partsOf)
  for (;;) {
    const shared = left.map((parts, i) => new Set([...parts].filter((part) => left.some((other, j) => j !== i && other.has(part)))))
    const rest = shared.filter(
      (parts, i) => parts.size > 0 && !shared.some((other, j) => j !== i && parts.isSubsetOf(other) && (parts.size < other.size || j < i)),
    )
    if (rest.length === 0) return false
    const sizes = (all: readonly ReadonlySet<string>[]) => all.reduce((total, parts) => total + parts.size, 0)
    if (rest.length === left.length && sizes(rest) === sizes(left)) return true
    left = rest
  }
}
