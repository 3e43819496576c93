import { isSpan } from './span.ts'

/** A stretch of a text, with everything that rests on the whole of it. */
export interface Piece<S> {
  readonly from: number
  readonly text: string
  readonly spans: readonly S[]
}

/**
 * Cuts a text where spans begin and end. The pieces put together are the text, to the letter; a span that is none of this text is left out.
 */
export function piecesOf<S extends { readonly from: number; readonly to: number }>(text: string, spans: readonly S[]): readonly Piece<S>[] {
  const own = spans.filter(({ from, to }) => isSpan(text, from, to))
  const cuts = [...new Set([0, ...own.flatMap(({ from, to }) => [from, to]), text.length])].sort((a, b) => a - b)
  return cuts.slice(1).map((to, i) => {
    const from = cuts[i]! // one cut fewer begins a piece than there are
    return { from, text: text.slice(from, to), spans: own.filter((span) => span.from <= from && to <= span.to) }
  })
}
