/** From and to in a letter's text, in UTF-16 units, the end not included: where its evidence stands. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A letter from its pattern: words in {braces} filled in, and the sentence in [brackets] found again without them. */
export function writeLetter(pattern: string, words: Readonly<Record<string, string>>): { readonly body: string; readonly span: Span } {
  const filled = pattern.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)
  const [before = '', sentence = '', after = ''] = filled.split(/[[\]]/)
  return { body: `${before}${sentence}${after}`, span: { from: before.length, to: before.length + sentence.length } }
}
