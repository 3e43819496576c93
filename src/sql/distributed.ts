import { quoteName, quoteText } from './name.ts'

/** What the catalogue says of a database that is to be spread over machines. */
export interface Catalogue {
  /** Tables of ours, with their schema, and whether they have a column `ledger`. */
  readonly tables: readonly { readonly schema: string; readonly name: string; readonly byLedger: boolean }[]
  /** Row level policies and what each demands, as the server writes it. */
  readonly policies: readonly { readonly schema: string; readonly table: string; readonly name: string; readonly test: string }[]
}

/** Tables with a ledger number that are nevertheless the same on every machine. */
const sameEverywhere = ['organisation']
/** Tables only the machine that was migrated needs. */
const local = ['migration']

/**
 * The statements that spread a database over machines by ledger: whatever has a ledger number lies with the other rows of that ledger, and the rest is on
 * every machine. Policies must not ask with a subquery there, and each session must hand its settings on.
 */
export function compileDistribution({ tables, policies }: Catalogue): readonly string[] {
  const mine = tables.filter(({ name }) => !local.includes(name))
  const spread = mine.filter(({ name, byLedger }) => byLedger && !sameEverywhere.includes(name))
  const everywhere = mine.filter((table) => !spread.includes(table))
  const nameOf = ({ schema, name }: { schema: string; name: string }) => `${quoteName(schema)}.${quoteName(name)}`
  const [first, ...rest] = [...spread].sort((a, b) => Number(b.name === 'log_head') - Number(a.name === 'log_head'))
  return [
    ...policies
      .filter(({ test }) => /\bSELECT\b/i.test(test))
      .map(
        ({ schema, table, name, test }) =>
          `ALTER POLICY ${quoteName(name)} ON ${nameOf({ schema, name: table })} USING (${withoutSubqueries(test)})`,
      ),
    ...everywhere.map((table) => `SELECT create_reference_table(${quoteText(nameOf(table))})`),
    ...(first ? [`SELECT create_distributed_table(${quoteText(nameOf(first))}, 'ledger')`] : []),
    ...rest.map(
      (table) => `SELECT create_distributed_table(${quoteText(nameOf(table))}, 'ledger', colocate_with => ${quoteText(nameOf(first!))})`, // where there is a rest there is a first
    ),
    ...functions.map(
      (name) =>
        `SELECT create_distributed_function(${quoteText(`varde.${name}`)}, 'p_ledger', colocate_with => ${quoteText('"varde"."log_head"')})`,
    ),
  ]
}

const functions = [
  'act(int, text[], text[], int[], int[], int[], text[], bytea[])',
  'look(int, text, text, int, int8multirange, text, bytea)',
]

/**
 * `(SELECT scopes('see'))` says the same as the setting it reads, once a query; a spread table takes only the bare expression, which is read once a row.
 * Fails where something else is asked: a policy that was not understood must not be weakened.
 */
export function withoutSubqueries(test: string): string {
  const bare = test
    .replace(/\( ?SELECT (?:varde\.)?scopes\('(\w+)'::text\) AS \w+\)/g, (_, capability) => setting(`varde.${capability}`))
    .replace(/\( ?SELECT NULLIF\(current_setting\('([\w.]+)'::text, true\), ''::text\) AS "nullif"\)/g, (_, name) => setting(name))
  if (/\bSELECT\b/i.test(bare)) throw new Error(`A policy asks with a subquery that is not known: ${test}`)
  return bare
}

const setting = (name: string): string => `(NULLIF(current_setting(${quoteText(name)}, true), ''))`
