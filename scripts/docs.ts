// Prints what the docs take from the code: the grammars for editors, and the list of issues.
// With --check nothing is written, and exit code 1 says that a file is not what the code says.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ExtractText } from '../src/core/extract/description.ts'
import { Example } from '../src/core/measure/example.ts'
import { keyOf, listNames, PackText } from '../src/core/pack/schema.ts'
import { PublishedDescription } from '../src/core/published/description.ts'
import { issueCodes } from '../src/core/words/issue.ts'
import { settingRows } from '../src/http/settings.ts'
import { Mapping } from '../src/intake/mapping.ts'
import { MessageMapping } from '../src/intake/message-mapping.ts'

export interface Page {
  readonly file: string
  readonly text: string
}

/** What is used here of a JSON Schema. */
export interface JsonSchema {
  $schema?: string
  required?: string[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  anyOf?: JsonSchema[]
  $defs?: Record<string, JsonSchema>
  default?: unknown
}

// The library's own type knows far more than is used here.
const grammar = (schema: z.ZodType, reused: 'inline' | 'ref' = 'inline') => z.toJSONSchema(schema, { io: 'input', reused }) as JsonSchema

/**
 * A file holds part of a pack, and a file of a pack that extends another holds parts of items: of what the whole pack needs, a file
 * needs only the key by which an item is known. `./varde pack check` looks at the whole.
 */
export function grammarOfOneFile(): JsonSchema {
  const schema = grammar(PackText.partial())
  const properties = schema.properties ?? {}
  const pack = properties['pack']
  if (pack) pack.required = ['id', 'version', 'title']
  for (const name of listNames) {
    const list = properties[name]
    if (!list?.items) throw new Error(`${name} is not a list`)
    const key = keyOf[name]
    if (key !== undefined) list.items.required = [key]
    delete list.default
  }
  return schema
}

const printed = (title: string, description: string, { $schema, ...schema }: JsonSchema): string =>
  `${JSON.stringify({ $schema, title, description, ...schema }, null, 2)}\n`

const made = 'Made by `npm run docs`.'

function issueTable(): string {
  const rows = Object.entries(issueCodes).map(([code, says]) => `| \`${code}\` | ${says} |`)
  return `# Issues

${made} Everything that can be wrong with what Varde is given. Each issue is printed at its place,
\`file:line:column\`, with a sentence that says what to do, and its code. In detail, for files: [intake.md](intake.md), for packs:
[packs.md](packs.md#messages).

| code | says |
|---|---|
${rows.join('\n')}
`
}

function settingsTable(): string {
  const rows = settingRows().map(
    ({ name, variable, option, unless, means, values }) =>
      `| \`${name}\` | \`${variable}\` | ${option === undefined ? 'secret' : `\`${option}\``} | ${unless && `\`${unless}\``} | ${means} (${values}) |`,
  )
  return `| name | variable | option | unless said | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
}

/** The keys of a description, each with what the grammar says of it. */
function keysTable(schema: z.ZodType): string {
  const { properties = {}, required = [] } = grammar(schema) as JsonSchema & {
    properties?: Record<string, JsonSchema & { description?: string }>
  }
  const rows = Object.entries(properties).map(
    ([key, { description = '' }]) => `| \`${key}\` | ${required.includes(key) ? '' : 'may be left out'} | ${description} |`,
  )
  return `| key | | |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** A page of people's words with a part that is made: what stands between its two marks. */
function withPart(file: string, mark: string, part: string): Page {
  const text = textNow(file) ?? ''
  const between = new RegExp(`(<!-- ${mark}: [^>]*-->\\n)[\\s\\S]*(<!-- /${mark} -->)`)
  if (!between.test(text)) throw new Error(`${file} has no marks for ${mark}`)
  return { file, text: text.replace(between, (_, from: string, to: string) => `${from}${part}${to}`) }
}

export const pages = (): readonly Page[] => [
  {
    file: 'packs/pack.schema.json',
    text: printed(
      'One file of a pack',
      `${made} docs/packs.md explains every key; ./varde pack check looks at the whole pack.`,
      grammarOfOneFile(),
    ),
  },
  {
    file: 'packs/example.schema.json',
    text: printed('An example of a pack', `${made} A small ledger and the answers the rule book gives: docs/packs.md.`, grammar(Example)),
  },
  {
    file: 'packs/mapping.schema.json',
    text: printed('A mapping of files to entries', `${made} docs/intake.md explains every key.`, grammar(Mapping, 'ref')),
  },
  {
    file: 'packs/messages.schema.json',
    text: printed('A mapping of messages', `${made} docs/feeds.md explains every key.`, grammar(MessageMapping, 'ref')),
  },
  { file: 'docs/issues.md', text: issueTable() },
  withPart('docs/operations.md', 'settings', settingsTable()),
  withPart('docs/secondary-use.md', 'extract', keysTable(ExtractText)),
  withPart('docs/published.md', 'description', keysTable(PublishedDescription)),
]

const root = new URL('../', import.meta.url)

/** The text of a printed file as it is now; undefined when there is none. */
export function textNow(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, root), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // node's own errors carry a code
    throw error
  }
}

function main(check: boolean): void {
  const stale = pages().filter((page) => textNow(page.file) !== page.text)
  if (check) {
    for (const { file } of stale) console.error(`${file} is not what the code says: npm run docs`)
    if (stale.length > 0) process.exitCode = 1
    return
  }
  for (const { file, text } of stale) writeFileSync(new URL(file, root), text)
  console.log(stale.length === 0 ? 'Nothing has changed.' : `Written: ${stale.map((page) => page.file).join(', ')}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'))
