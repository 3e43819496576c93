/** Text of a page. `html` puts values in as text; what `html` made goes in as it is. */

export interface Html {
  readonly html: string
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => escapes[one] ?? one)

type Piece = Html | string | number | readonly Html[] | undefined

const textOf = (piece: Piece): string => {
  if (piece === undefined) return ''
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece))
  return 'html' in piece ? piece.html : piece.map((one) => one.html).join('')
}

export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html => ({
  html: strings.map((string, i) => string + textOf(pieces[i])).join(''),
})
