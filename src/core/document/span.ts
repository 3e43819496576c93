/** True when `from` to `to` is a stretch of this text: UTF-16 units, the end not included, no character cut in two. */
export const isSpan = (text: string, from: number, to: number): boolean =>
  Number.isSafeInteger(from) && from >= 0 && from < to && to <= text.length && text.slice(from, to).isWellFormed()
