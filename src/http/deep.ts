const deepest = 64

/** Whether a text of JSON is nested deeper than anything that is taken here. Brackets inside strings do not count. */
export function isDeep(json: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const c = json[i]
    if (inString) {
      if (c === '\\') i++
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === '[' || c === '{') {
      if (++depth > deepest) return true
    } else if (c === ']' || c === '}') depth--
  }
  return false
}
