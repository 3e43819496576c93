import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { roles } from '../core/rights/rights.ts'
import { IssueError } from '../core/words/result.ts'
import { type Settings, settingRows, settingsOf } from '../http/settings.ts'
import { account } from './account.ts'
import { compare } from './compare.ts'
import { explain } from './explain.ts'
import { extractTo } from './extract.ts'
import { generate } from './generate.ts'
import type { Io } from './io.ts'
import { measure, periodKinds } from './measure.ts'
import { occurrence } from './occurrence.ts'
import { exportTo, importFrom, migrateDatabase, verify } from './operate.ts'
import { packCheck } from './pack-check.ts'
import {
  addOrganisation,
  addPerson,
  changeRole,
  linkPerson,
  listOrganisations,
  listPeople,
  registerKey,
  removePersonsFactor,
  setPassword,
  unlockPerson,
} from './people.ts'
import { drawPublished } from './published.ts'
import { rebuildBundle, releaseCheck, releaseFreeze, releaseKey, releasePublish, releaseSign } from './release.ts'
import { serveUntilAsked } from './serve.ts'
import { sayIssues, UsageError } from './session.ts'
import { start } from './start.ts'

/** Exit codes: what went wrong, for scripts. */
export const exitCodes = { fine: 0, issues: 1, usage: 2, fault: 3 } as const

/** Runs one command. Exceptions end here: what the input did wrong is listed, what we did wrong is said in one sentence. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await program(io).parseAsync([...args], { from: 'user' })
    return exitCodes.fine
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
    if (error instanceof UsageError) {
      io.err(`varde: ${error.message}\n`)
      return exitCodes.usage
    }
    if (error instanceof IssueError) {
      sayIssues(io, error.issues)
      return exitCodes.issues
    }
    const spare = error instanceof Error && /out of memory|memory limit/i.test(error.message)
    if (spare) {
      io.err('varde: the memory given is too small for this ledger: give more with --memory, or free space in the temporary folder.\n')
      return exitCodes.usage
    }
    io.err(
      `varde: a fault of ours, not of your files (${error instanceof Error ? error.name : 'unknown'}). Nothing was changed. VARDE_DEBUG=1 prints where it happened; please report that.\n`,
    )
    if (process.env['VARDE_DEBUG']) io.err(`${error instanceof Error ? error.stack : String(error)}\n`)
    return exitCodes.fault
  }
}

/** Options of a command that are settings; those of its own are left aside. */
const settingsFrom = (options: Readonly<Record<string, unknown>>): Settings =>
  settingsOf(
    Object.fromEntries(settingRows().flatMap(({ name }) => (typeof options[name] === 'string' ? [[name, options[name]]] : []))),
    typeof options['config'] === 'string' ? options['config'] : undefined,
  )

const secretsHelp = (): string =>
  `\nEvery setting is also a variable (--log-level: VARDE_LOG_LEVEL) and a key of the file (logLevel). Secrets are these alone:\n${settingRows()
    .filter((row) => row.option === undefined)
    .map((row) => `  ${row.variable}  ${row.means}\n`)
    .join('')}`

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
const wholeNumber = (text: string): number => {
  const n = Number(text)
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('A whole number from 1 is needed.')
  return n
}
const each = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

function program(io: Io): Command {
  const varde = new Command('varde')
    .description('Figures from coded health-care pathways, and the account of each')
    .version((JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version) // our own package file
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError('(varde --help lists the commands; varde COMMAND --help its options)')
  const ledger = (command: Command) =>
    command
      .requiredOption('--entries <files...>', 'files of entries: CSV, XES, NDJSON or Parquet')
      .option('--map <file>', 'mapping that says which columns are what (docs/intake.md)')
      .option('--engine <engine>', 'duckdb, postgres (starts one for the run), plain, or postgres://user:password@host/database', 'duckdb')
      .option('--skip-bad', 'go on without bad rows and count them', false)
      .option('--memory <size>', 'memory DuckDB may use before it spills to disk, such as 2GiB')
      .addOption(new Option('--threads <n>', 'threads DuckDB may use').argParser(wholeNumber))
  const formats = (command: Command, choices: string) => command.option('--format <format>', choices, 'table')

  const pack = varde.command('pack').description('packs: the rules of a country, programme or house')
  pack
    .command('check')
    .description('read a pack, check it and its examples, list what it does not know')
    .argument('<folder>')
    .action((folder: string) => packCheck(folder, io))
  formats(ledger(varde.command('measure').description('figures of a ledger under a pack')), 'table, json, csv or parquet')
    .requiredOption('--pack <folder>', 'the pack')
    .option('--indicator <ids...>', 'only these indicators')
    .option('--by <parts>', 'place, period, variant: any of them, with commas', list)
    .option('--period <kind>', `how long a period is: ${periodKinds.join(', ')}; month unless said`)
    .option('--as-of <day>', 'as known on this day; the last day of recording unless said')
    .action((options) => measure(options, io))
  formats(ledger(varde.command('account').description('every pathway in a figure, or left out of it, and why')), 'table or json')
    .requiredOption('--pack <folder>', 'the pack')
    .requiredOption('--indicator <id>', 'the indicator')
    .option('--place <place>', 'only this place, written as in the figures')
    .option('--period <period>', 'such as 2024-03, 2024-T1, 2024-Q2 or 2024')
    .option('--variant <variant>', 'only this variant')
    .option('--as-of <day>', 'as known on this day; the last day of recording unless said')
    .action((options) => account(options, io))
  formats(ledger(varde.command('explain').description('one pathway: its entries, its clocks, and the sum of each')), 'table or json')
    .requiredOption('--pack <folder>', 'the pack')
    .requiredOption('--pathway <id>', 'the pathway')
    .option('--as-of <day>', 'as known on this day; the last day of recording unless said')
    .action((options) => explain(options, io))
  formats(ledger(varde.command('compare').description('why a figure differs between two days, or under two packs')), 'table or json')
    .requiredOption('--pack <folder>', 'the pack; twice to compare two', each)
    .option('--as-of <day>', 'a day; twice to compare two', each)
    .option('--indicator <ids...>', 'only these indicators')
    .option('--place <place>')
    .option('--period <period>')
    .option('--variant <variant>', 'only this variant')
    .action((options) => compare({ ...options, asOf: options.asOf ?? [] }, io))
  formats(
    ledger(varde.command('occurrence').description('how many had something new, by period and place (docs/secondary-use.md)')),
    'table, json or csv',
  )
    .requiredOption('--pack <folder>', 'the pack')
    .option('--milestone <id>', 'entries of this milestone; one of --milestone, --codes, --variant')
    .option('--codes <codes>', 'or: entries of these codes, with commas', list)
    .option('--variant <id>', 'or: entries of this variant')
    .addOption(
      new Option('--washout <days>', 'new is what had nothing of the kind in so many days before; unless said, the first ever').argParser(
        wholeNumber,
      ),
    )
    .option('--period <kind>', 'month, quarter or year', 'month')
    .option('--from <period>', 'such as 2024-03, 2024-Q1 or 2024')
    .option('--to <period>')
    .option('--place <place>', 'only what was new there')
    .option('--populations <file>', 'who lives where, as YAML: adds rates')
    .option('--as-of <day>', 'as known on this day; the last day of recording unless said')
    .action((options) => occurrence(options, io))
  varde
    .command('generate')
    .description('an invented ledger from the scenario of a pack, the same for the same seed')
    .requiredOption('--pack <folder>', 'the pack; its scenario is scenario/generate.yaml')
    .requiredOption('--pathways <n>', 'how many pathways', Number)
    .requiredOption('--seed <n>', 'any whole number', Number)
    .requiredOption('--out <file>', 'the Parquet file to write')
    .action((options) => generate(options, io))
  const operated = (command: Command) => {
    command.option('--config <file>', 'settings, as YAML; docs/operations.md has the table')
    for (const row of settingRows())
      if (row.option !== undefined) command.option(`${row.option} <value>`, `${row.means}${row.unless && ` (${row.unless})`}`)
    return command
  }
  const release = varde.command('release').description('figures to be published: frozen, controlled, signed by two (docs/releases.md)')
  const besides = (command: Command) =>
    command.argument('<bundle>', 'the folder of the bundle').option('--beside <bundles...>', 'bundles of the releases it stands beside', [])
  operated(release.command('freeze').description('measure what a description asks for, hide what must be hidden, and put it into a bundle'))
    .argument('<description>', 'the description, as YAML')
    .requiredOption('--out <folder>', 'the bundle to make; what must stay in the house goes beside it')
    .option('--person <number>', 'who does this, where the log is to name them and not the operator', wholeNumber)
    .action((description: string, options) =>
      releaseFreeze(description, { out: options.out, person: options.person, settings: () => settingsFrom(options) }, io),
    )
  besides(release.command('check').description('attack a bundle: what could be worked out of what it hides?')).action(
    (bundle: string, options) => releaseCheck(bundle, options, io),
  )
  release
    .command('key')
    .description('a key to sign with, for one person')
    .requiredOption('--name <name>', 'whose it is')
    .requiredOption('--out <file>', 'the file to make')
    .action((options) => releaseKey(options.name, options.out, io))
  besides(release.command('sign').description('sign a bundle, after the attack found nothing'))
    .requiredOption('--key <file>', 'the key of the person who signs')
    .action((bundle: string, options) => releaseSign(bundle, options, io))
  operated(release.command('publish').description('make the site of a bundle that two have signed'))
    .argument('<bundle>', 'the folder of the bundle')
    .requiredOption('--to <folder>', 'the folder of the site')
    .option('--prepare', 'before the embargo ends, for those who put it in place', false)
    .option('--elsewhere', 'of live ledgers, on a machine that does not reach them: they do not learn of it', false)
    .option('--person <number>', 'who does this, where the log is to name them and not the operator', wholeNumber)
    .action((bundle: string, { to, prepare, elsewhere, person, ...options }) =>
      releasePublish(bundle, { to, prepare, elsewhere, person, settings: () => settingsFrom(options) }, io),
    )
  varde
    .command('rebuild')
    .description('make a release anew from its bundle, without patients, and compare it with what was published')
    .argument('<folder>', 'what was published of one revision, or its bundle')
    .option('--out <folder>', 'where to put what was made anew')
    .action((folder: string, options) => rebuildBundle(folder, options.out, io))
  varde
    .command('published')
    .description('a table that others have published: hold it to its own sums, and draw it (docs/published.md)')
    .argument('<description>', 'what its columns say, as YAML')
    .requiredOption('--out <folder>', 'the folder of pages to make')
    .option('--file <file>', 'the table, where it is not the file that the description names')
    .action((description: string, { out, file }) => drawPublished(description, { out, ...(file ? { file } : {}) }, io))
  operated(varde.command('extract').description('rows for research: pseudonymised, minimised, logged (docs/secondary-use.md)'))
    .argument('<description>', 'the description, as YAML')
    .requiredOption('--out <folder>', 'the folder to make; the key of its pseudonyms goes beside it')
    .option('--key <file>', 'the key of this extract, made before: the same pseudonyms again')
    .option('--by <name>', 'who runs it, for the log of each live ledger')
    .action((description: string, { out, key, by, ...options }) =>
      extractTo(description, { out, ...(key ? { key } : {}), ...(by ? { by } : {}), settings: () => settingsFrom(options) }, io),
    )
  operated(varde.command('serve').description('the service over HTTP, until it is asked to end'))
    .addHelpText('after', secretsHelp())
    .action((options) => serveUntilAsked(settingsFrom(options), io))
  operated(varde.command('migrate').description('bring the database to this version, with the packs of the settings'))
    .option('--distributed', 'spread it over the machines of its cluster (docs/scaling.md)', false)
    .action((options) => migrateDatabase(settingsFrom(options), options.distributed, io))
  operated(varde.command('verify').description('is the ledger what its chains, its checkpoints and its acts say?'))
    .option('--from-checkpoint', 'look at chains from the last checkpoint on', false)
    .action((options) => verify(settingsFrom(options), options.fromCheckpoint, io))
  operated(varde.command('backup').description('everything as files in a new folder, its heads signed; beside a running service'))
    .requiredOption('--out <folder>', 'the folder to make')
    .action((options) => exportTo(settingsFrom(options), options.out, true, io))
  operated(varde.command('restore').description('a backup into a new folder or an empty database, verified'))
    .argument('<folder>', 'the backup')
    .action((folder: string, options) => importFrom(settingsFrom(options), folder, true, io))
  operated(varde.command('export').description('everything as files in a new folder'))
    .requiredOption('--out <folder>', 'the folder to make')
    .action((options) => exportTo(settingsFrom(options), options.out, false, io))
  operated(varde.command('import').description('an export into a new folder or an empty database'))
    .argument('<folder>', 'the export')
    .action((folder: string, options) => importFrom(settingsFrom(options), folder, false, io))
  const organisation = varde.command('organisation').description('organisations: the first ones, by the operator of this machine')
  operated(organisation.command('add').description('a nation, or something under it'))
    .argument('<name>')
    .requiredOption('--kind <kind>', 'nation, region, trust, hospital, department or practice')
    .option('--under <number>', 'the organisation it belongs to', wholeNumber)
    .option('--zone <zone>', 'its time zone, such as Europe/Oslo; that of what it is under unless said')
    .action((name: string, options) => addOrganisation(settingsFrom(options), { name, ...options }, io))
  operated(organisation.command('list').description('organisations by number')).action((options) =>
    listOrganisations(settingsFrom(options), io),
  )
  const user = varde.command('user').description('people and roles, by the operator of this machine')
  const role = (command: Command) =>
    operated(command)
      .requiredOption('--org <number>', 'the organisation', wholeNumber)
      .requiredOption('--role <role>', roles.join(', '))
      .option('--pack <pack>', 'only under this pack; every pack unless said')
  role(user.command('add').description('a person with a first role'))
    .argument('<name>')
    .option('--machine', 'a machine client, not a human being', false)
    .action((name: string, options) => addPerson(settingsFrom(options), { name, ...options }, io))
  role(user.command('role').description('a role given, or withdrawn'))
    .argument('<person>', 'number of the person', wholeNumber)
    .option('--withdraw', 'take it away', false)
    .action((person: number, options) => changeRole(settingsFrom(options), { person, ...options }, io))
  const person = (name: string, says: string) =>
    operated(user.command(name).description(says)).argument('<person>', 'number of the person', wholeNumber)
  person('password', 'a local account with --login, or a new password for it; it is made and shown once')
    .option('--login <login>', 'make an account of this login')
    .action((n: number, options) => setPassword(settingsFrom(options), n, options.login, io))
  person('link', 'who this is at the OpenID Connect provider of the settings')
    .requiredOption('--subject <value>', 'what the claim says (oidcClaim)')
    .action((n: number, options) => linkPerson(settingsFrom(options), n, options.subject, io))
  person('key', 'the public key of a machine')
    .requiredOption('--jwk <file>', 'the key, as a JSON Web Key')
    .action((n: number, options) => registerKey(settingsFrom(options), n, options.jwk, io))
  person('unlock', 'end the wait after too many failures').action((n: number, options) => unlockPerson(settingsFrom(options), n, io))
  person('no-factor', 'take away a second factor that was lost').action((n: number, options) =>
    removePersonsFactor(settingsFrom(options), n, io),
  )
  operated(user.command('list').description('people and the roles they hold')).action((options) => listPeople(settingsFrom(options), io))
  operated(varde.command('start').description('the service on an invented hospital region, to look around in'))
    .option('--fresh', 'throw away what was recorded in it, and begin again as of today', false)
    .option('--feed', 'a made-up system sends appointments meanwhile (docs/feeds.md)', false)
    .action((options) => start(settingsFrom(options), { fresh: options.fresh === true, feed: options.feed === true }, io))
  return varde
}
