import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import type { Issue, IssueCode, Spot } from './issue.ts'

type Path = readonly (string | number)[]

/** A YAML text as read: its value, what is wrong with its text, and where in it each thing stands. */
export interface YamlText {
  /** undefined when `issues` is not empty. */
  readonly value: unknown
  readonly issues: readonly Issue[]
  /** Where the thing at the path starts; when there is nothing, where the nearest thing around it starts. */
  spotOf(path: Path, what?: 'key' | 'value'): Spot
}

/**
 * Reads one YAML 1.2 document (so JSON too). Keys are always text: `010` as a key stays `010`.
 *
 * Refused, each at its place: duplicate keys, keys named `__proto__`, tags, aliases that are unknown, that contain
 * themselves or that multiply (more than 100 copies), more than one document.
 */
export function readYaml(text: string, file: string, codes: { readonly notYaml: IssueCode }): YamlText {
  const lines = new LineCounter()
  const doc: Document.Parsed = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    stringKeys: true,
    schema: 'core',
    resolveKnownTags: false,
  })
  const spotAt = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const spotOf = (path: Path, what: 'key' | 'value' = 'value') => spotAt(offsetOf(doc, path, what))
  const issue = (message: string, offset: number): Issue => ({ code: codes.notYaml, message, path: [], at: spotAt(offset) })

  // The parser's own messages may quote the text around the fault; ours never do, whatever file was given by mistake.
  const issues = [...doc.errors, ...doc.warnings].map((error) => issue(textErrors[error.code] ?? otherError, error.pos[0]))
  if (issues.length === 0) issues.push(...refusals(doc, issue))
  if (issues.length > 0) return { value: undefined, issues, spotOf }
  try {
    return { value: doc.toJS({ maxAliasCount: 100 }), issues, spotOf }
  } catch {
    return { value: undefined, issues: [issue('these aliases multiply into too many copies: write the values out', 0)], spotOf }
  }
}

const otherError = 'this is not well-formed YAML: check indentation, quotes and brackets around here'
const textErrors: { readonly [code: string]: string } = {
  BAD_DQ_ESCAPE: 'no such escape inside double quotes: use single quotes, or write \\\\ for a backslash',
  BAD_INDENT: 'the indentation does not fit what stands above, or a closing bracket is missing',
  BAD_SCALAR_START: 'text cannot start with this character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key:" on one line: put the text in quotes or start a new line',
  DUPLICATE_KEY: 'this key is already there',
  MISSING_CHAR: 'a closing quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must fit on one line: is a ":" missing?',
  MULTIPLE_DOCS: 'one document a file: remove the "---" between them',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'indent with blanks, not with tabs',
  TAG_RESOLVE_FAILED: 'tags (a word starting with "!") are not used here: put the text in quotes',
}

function refusals(doc: Document.Parsed, issue: (message: string, offset: number) => Issue): Issue[] {
  const issues: Issue[] = []
  visit(doc, {
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.value === '__proto__') issues.push(issue('this key is not allowed', startOf(pair.key) ?? 0))
    },
    Alias(_, alias) {
      const at = startOf(alias) ?? 0
      const target = alias.resolve(doc)
      if (!target) issues.push(issue('no anchor of this name stands above', at))
      else if (target.range && target.range[0] <= at && at < target.range[1])
        issues.push(issue('this alias stands inside what it names', at))
    },
  })
  return issues
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined)

function offsetOf(doc: Document.Parsed, path: Path, what: 'key' | 'value'): number {
  let node: unknown = doc.contents
  let offset = startOf(node) ?? 0
  for (const [i, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(doc)
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === String(part))
      : undefined
    if (!pair && !(isSeq(node) && node.items[Number(part)])) return offset
    node = pair ? pair.value : (node as { items: unknown[] }).items[Number(part)]
    const keyWanted = pair && what === 'key' && i === path.length - 1
    offset = (keyWanted ? startOf(pair.key) : (startOf(node) ?? startOf(pair?.key))) ?? offset
  }
  return offset
}

/**
 * What a schema found wrong with a YAML text, as issues at their places, in the order of the text.
 *
 * An unknown key stands at itself; a missing one where its parent starts. A message the schema's author wrote is kept.
 * With the schema given, unknown keys get a "did you mean".
 */
export function shapeIssues(error: z.ZodError, yaml: YamlText, code: IssueCode, schema?: z.ZodType): Issue[] {
  const json = schema && z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })
  const issues = error.issues
    .flatMap((issue) => findings(issue as ZodIssue, [], yaml.value))
    .map(({ path, message, unknownKey }) => {
      const hint = json && unknownKey !== undefined ? didYouMean(unknownKey, keysAt(json, path.slice(0, -1))) : ''
      return { code, message: message + hint, path, at: yaml.spotOf(path, unknownKey === undefined ? 'value' : 'key') }
    })
  return issues.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

type ZodIssue = z.core.$ZodIssue
interface Finding {
  readonly path: Path
  readonly message: string
  readonly unknownKey?: string
}

function findings(issue: ZodIssue, base: Path, root: unknown): Finding[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: `unknown key "${shortened(key)}"`, unknownKey: key }))
  if (issue.code === 'invalid_union') return unionFindings(issue, path, root)
  const found = valueAt(root, path)
  if (issue.code === 'invalid_key')
    return [{ path, message: `a key is not as expected: ${ownWords(issue.issues[0]) ?? 'see the grammar'}` }]
  if (found === undefined && path.length > 0) return [{ path, message: `"${path.at(-1)}" is missing: ${expectation(issue, found)}` }]
  return [{ path, message: expectation(issue, found) }]
}

/** Of several forms, the one with the fewest faults was meant; when the value is of no form's kind, all are named. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path, root: unknown): Finding[] {
  const found = valueAt(root, path)
  const missing = found === undefined && path.length > 0 ? `"${path.at(-1)}" is missing: ` : ''
  const own = ownWords(issue)
  if (own) return [{ path, message: missing + own }]
  if (issue.errors.length === 0) return [{ path, message: `${missing}expected ${oneOf(optionsOf(issue))}` }]
  const isOtherKind = (form: readonly ZodIssue[]) =>
    form.every((part) => part.path.length === 0 && (part.code === 'invalid_type' || part.code === 'invalid_value'))
  const near = issue.errors.filter((form) => !isOtherKind(form))
  if (near.length === 0) {
    const kinds = [...new Set(issue.errors.flat().map((part) => expectedText(part)))]
    return [{ path, message: `${missing}expected ${kinds.join(' or ')}${quoteHint(issue.errors.flat(), found)}` }]
  }
  const faults = (form: readonly ZodIssue[]) =>
    form.reduce((sum, part) => sum + (part.code === 'unrecognized_keys' ? part.keys.length : 1), 0)
  const fewest = Math.min(...near.map(faults))
  const [meant, ...others] = near.filter((form) => faults(form) === fewest)
  if (others.length > 0 && isMapping(found) && Object.keys(found).length === 0)
    return [{ path, message: `expected ${oneOf(near.flat().flatMap((part) => part.path.slice(0, 1).map(String)))}` }]
  return meant!.flatMap((part) => findings(part, path, root))
}

const optionsOf = (issue: z.core.$ZodIssueInvalidUnion): unknown[] => (issue as { options?: unknown[] }).options ?? []

function expectation(issue: ZodIssue, found: unknown): string {
  const own = ownWords(issue)
  if (own) return own
  if (issue.code === 'too_small' || issue.code === 'too_big') return `expected ${expectedSize(issue)}`
  if (issue.code === 'invalid_value' && typeof found === 'string')
    return `expected ${expectedText(issue)}${didYouMean(found, issue.values.map(String))}`
  return `expected ${expectedText(issue)}${quoteHint([issue], found)}`
}

/** The message when the schema's author wrote it, not the library. */
const ownWords = (issue: ZodIssue | undefined): string | undefined =>
  issue && !/^(Invalid|Too |Unrecognized)/.test(issue.message) ? issue.message : undefined

const kindText: { readonly [kind: string]: string } = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping (keys and values)',
  record: 'a mapping (keys and values)',
  null: 'nothing',
}

function expectedText(issue: ZodIssue): string {
  if (issue.code === 'invalid_type') return kindText[issue.expected] ?? String(issue.expected)
  if (issue.code === 'invalid_value') return oneOf(issue.values)
  if (issue.code === 'not_multiple_of') return `a multiple of ${issue.divisor}`
  return issue.code === 'invalid_format' ? `another way of writing it (${issue.format})` : 'another value'
}

function expectedSize(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [word, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum]
  const bound = issue.inclusive === false ? (issue.code === 'too_small' ? 'more than' : 'less than') : word
  const units: { readonly [origin: string]: string } = {
    string: ' characters',
    array: ' items',
    object: ' keys',
    record: ' keys',
    map: ' keys',
  }
  if (issue.code === 'too_small' && Number(limit) === 1 && issue.origin in units) return 'something here: it is empty'
  return `${bound} ${limit}${units[issue.origin] ?? ''}`
}

const quoteHint = (issues: readonly ZodIssue[], found: unknown): string =>
  (typeof found === 'number' || typeof found === 'boolean') && issues.some(wantsText) ? ': quote it' : ''

const wantsText = (issue: ZodIssue): boolean =>
  issue.code === 'invalid_type'
    ? issue.expected === 'string'
    : issue.code === 'invalid_value' && issue.values.some((value) => typeof value === 'string')

function oneOf(values: readonly unknown[]): string {
  const shown = [...new Set(values)].slice(0, 12).map((value) => JSON.stringify(value))
  const last = values.length > 12 ? 'others' : shown.pop()
  return shown.length > 0 ? `${shown.join(', ')} or ${last}` : String(last)
}

const isMapping = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const part of path)
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? (value as never)[part] : undefined
  return value
}

interface JsonSchema {
  readonly [word: string]: unknown
}

/** Keys the schema knows at a path, over all forms a union allows there. */
function keysAt(root: JsonSchema, path: Path): string[] {
  const forms = (schema: JsonSchema): JsonSchema[] => {
    if (typeof schema['$ref'] === 'string') return forms(valueAt(root, schema['$ref'].split('/').slice(1)) as JsonSchema)
    const several = ['anyOf', 'oneOf', 'allOf'].flatMap((word) => (schema[word] ?? []) as JsonSchema[])
    return several.length > 0 ? several.flatMap(forms) : [schema]
  }
  const inside = (schema: JsonSchema, part: string | number): JsonSchema[] => {
    const found = [valueAt(schema, typeof part === 'number' ? ['items'] : ['properties', part]) ?? schema['additionalProperties']]
    return found.filter(isMapping).flatMap(forms)
  }
  let at = forms(root)
  for (const part of path) at = at.flatMap((schema) => inside(schema, part))
  return at.flatMap((schema) => Object.keys((schema['properties'] ?? {}) as object))
}

/** Text from a file made fit for a message: control characters out, 40 characters at most. */
export function shortened(text: string): string {
  const printable = text.slice(0, 200).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
  const characters = [...printable]
  return characters.length > 40 || text.length > 200 ? `${characters.slice(0, 39).join('')}…` : printable
}

/** `; did you mean "surgery"?` when one of the words is near enough, otherwise nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const near = words
    .map((known) => ({ known, steps: stepsBetween(word.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, steps }) => steps <= Math.max(1, Math.floor(Math.min(word.length, known.length) / 3)))
    .sort((a, b) => a.steps - b.steps || (a.known < b.known ? -1 : 1))[0]
  return near ? `; did you mean "${near.known}"?` : ''
}

/** Letters to add, drop or change to get from one word to the other (Levenshtein). Long words are cut: it is only a hint. */
function stepsBetween(a: string, b: string): number {
  const [from, to] = [a.slice(0, 60), b.slice(0, 60)]
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1))
    row = next
  }
  return row[to.length]!
}
