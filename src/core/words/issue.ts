/** What can be wrong with what people give us: one closed list, each with the sentence the docs print for it. */
export const issueCodes = {
  'pack/unreadable': 'A pack folder or one of its files cannot be read.',
  'pack/not-yaml': 'A pack file is not well-formed YAML.',
  'pack/shape': 'A value has another shape than the grammar allows, or a key is missing or unknown.',
  'pack/duplicate-id': 'Two things of one kind carry the same id, or two rows match one code.',
  'pack/dangling': 'A reference names something the pack does not have.',
  'pack/overlap': 'Two rows for the same thing are valid on the same day.',
  'pack/validity': 'A last valid day lies before the first.',
  'pack/cycle': 'Things refer to each other in a ring.',
  'pack/override': 'A pack that extends another may fill in what is unknown there, not change what is known.',
  'pack/sum': 'Numbers that must add up do not.',
  'pack/meaning': 'The words are allowed, but together they say nothing that can be computed.',
  'map/unreadable': 'A mapping file cannot be read.',
  'map/not-yaml': 'A mapping file is not well-formed YAML.',
  'map/shape': 'A mapping has another shape than the grammar allows, or a key is missing or unknown.',
  'entries/unreadable': 'A file of entries cannot be opened: it is missing, a directory, or not allowed.',
  'entries/empty': 'A file of entries holds nothing.',
  'entries/format': 'A file is not what its format promises: truncated, malformed or compressed wrongly.',
  'entries/encoding': 'Bytes are not text in the encoding the mapping names.',
  'entries/too-long': 'A line or value is longer than the reader takes.',
  'entries/no-column': 'The mapping names a column the file does not have.',
  'entries/missing': 'A row lacks a value every entry must have.',
  'entries/bad-date': 'A date or time does not exist or is written in another way than the mapping says.',
  'entries/out-of-range': 'A date lies before 1900 or after 2199, or a number is too large.',
  'entries/bad-value': 'A value is not one of those allowed.',
  'entries/unknown-code': 'A code is not in the pack.',
  'entries/duplicate-id': 'Two entries carry the same id.',
  'entries/dangling': 'An entry corrects or withdraws one that is not there.',
  'measure/unknown-indicator': 'The pack has no indicator of this id.',
  'measure/not-computable': 'The pack marks something the indicator needs as unknown.',
  'measure/no-pathway': 'No pathway of this id is in the entries.',
  'measure/grouping': 'A grouping or period that does not exist was asked for.',
  'door/set-aside': 'The pathway was set aside: nothing more is recorded in it.',
  'door/unknown-code': 'The pack has no such code.',
  'door/other-variant': 'The code or the variant is not that of the pathway.',
  'door/not-in-force': 'The code or its variant was not in force on that day.',
  'door/closed-variant': 'The variant takes no codes after its last day.',
  'door/refused-by-rule': 'A rule of the pack refuses the entry.',
  'door/in-the-future': 'The day has not come yet.',
  'door/too-early': 'The day lies before 1900.',
  'door/before-birth': 'The day lies before the day of birth.',
  'door/other-day': 'The time does not lie on the day.',
  'door/long-ago': 'The day lies more than a year back.',
  'door/dated-by': 'The milestone is dated by a day of its evidence, and the evidence says another day.',
  'door/bad-value': 'The number is not a whole one below 10^15, or is missing where the code is about a number.',
  'door/role-may-not-record': 'The duty of the milestone names other roles to record it.',
  'door/needs-decider': 'The milestone is recorded on the word of certain roles, and none of them is named.',
  'door/duty-unclear': 'The pack does not say which of the roles of people a duty means, so it cannot be checked.',
  'door/let-stand-needs-reason': 'A doubt that is let stand needs a reason.',
  'door/correction-needs-reason': 'A correction or withdrawal needs a reason.',
  'door/overruling-needs-reason': 'Changing what another deciding role decided needs a reason.',
  'door/nothing-to-correct': 'The entry to correct or withdraw is not in the pathway.',
  'door/already-corrected': 'The entry to correct or withdraw was corrected or withdrawn before.',
  'door/second-end': 'The pathway has an end already.',
  'door/after-end': 'An entry is dated after the end of the pathway.',
  'door/out-of-order': 'A later milestone would be dated before an earlier one.',
  'door/recorded-already': 'The milestone has an entry already.',
  'door/same-again': 'The same code is there already on the same day.',
  'door/late': 'The entry is recorded later than the duty says.',
  'ledger/not-passed': 'A warning has not been passed.',
  'ledger/too-many': 'A pathway holds as many entries as it can, or an installation as many organisations.',
  'store/unreachable': 'A database cannot be reached or refuses.',
  'store/full': 'The disk of the database is full.',
  'store/too-slow': 'A question took longer than it may.',
  'ledger/version-needed': 'An edit does not say which version was read.',
  'ledger/pack-missing': 'The pack of a pathway is not loaded.',
  'ledger/no-pack': 'No pack of this id is loaded.',
  'document/other-patient': 'Evidence names a document about another patient.',
  'document/no-span': 'Evidence names a span that the text does not have.',
  'intake/no-patient': 'A row names a patient who is not known, and gives no name to register them under.',
  'intake/which-pathway': 'A row names a patient who has several pathways under the pack.',
  'feed/structure': 'A message is not HL7 version 2 as it should be: its header, its separators or its segments.',
  'feed/encoding': 'The characters of a message are in no encoding that its header names and that is read here.',
  'feed/sender': 'A message comes from a system that may not send here.',
  'feed/processing': 'A message is marked as test or training, and such are not taken here, or the other way round.',
  'feed/too-large': 'A message is larger than is taken.',
  'feed/no-rule': 'The mapping of messages does not name messages of this type.',
  'feed/missing': 'A message lacks a value that the mapping needs.',
  'feed/bad-value': 'A message holds a value that the mapping or the pack does not know, or a day that is none.',
  'feed/control-reused': 'The number of a message was used before by the same sender, for something else.',
  'feed/unknown-patient': 'A message is about somebody who is not known here by this identity number.',
  'feed/no-pathway': 'A message is about somebody who has no open pathway it fits.',
  'feed/which-pathway': 'A message is about somebody who has several open pathways it fits.',
  'feed/no-booking': 'A message takes back an appointment that is not known here.',
  'feed/settled': 'A message does not wait for anybody any more.',
  'feed/not-configured': 'No feed is set up in this service.',
  'work/no-such-move': 'This cannot be done to a piece of work of this kind, or as it stands now.',
  'work/no-choice': 'An answer chooses what was not offered.',
  'work/no-owner': 'Nobody of this number has a role there.',
  'work/not-passed': 'A limit that is to be explained is not passed, by what is recorded.',
  'work/recorded-already': 'A passed limit has a record already.',
  'meeting/nobody-present': 'Minutes name who was present, and nobody is.',
  'bundle/shape': 'A bundle is no pathway as it is exported here, or says more than would be kept.',
  'bundle/not-sent': 'A bundle was not sent from this installation, to the letter, and the one who brings it may not import.',
  'work/no-milestone': 'A next step books what is no milestone of the pack.',
  'http/shape': 'A request has another shape than the route takes.',
  'http/unreadable': 'A request cannot be read.',
  'http/not-signed-in': 'Nobody is signed in.',
  'http/no-route': 'There is nothing at this address.',
  'http/too-large': 'A request is larger than is taken.',
  'http/too-slow': 'A request did not arrive in time.',
  'http/media-type': 'A request is not JSON.',
  'http/too-many': 'Too many requests in a short time.',
  'http/cross-site': 'A request comes from another site, or without the token against that.',
  'http/fault': 'A fault of ours.',
  'sign-in/refused': 'Login, password, code, assertion or what a provider says does not let anybody in.',
  'sign-in/second-factor': 'The password is right, and the code of the second factor is missing.',
  'sign-in/weak-password': 'A new password is too short, too common, or holds the login.',
  'sign-in/account': 'What is asked of an account does not fit the account.',
  'sign-in/return': 'The place to come back to after signing in is no path of this service.',
  'sign-in/provider': 'The OpenID provider does not answer, or not as one.',
  'sign-in/address': 'The address of the service is neither https nor on this machine.',
  'sign-in/no-argon2': 'Passwords need a newer Node.js.',
  'ledger/changed': 'Something was changed by somebody else since it was read.',
  'ledger/key-reused': 'The key of an act was used before, for something else.',
  'ledger/not-allowed': 'The role does not allow the act, here.',
  'ledger/exists': 'What is to be added is there already.',
  'ledger/not-there': 'What is named does not exist, or not for this person.',
  'store/newer': 'A database or folder was last used by a newer Varde.',
  'store/in-use': 'Another process holds the folder of a database.',
  'store/unusable': 'The folder of a database cannot be made, is not whole, or the server in it does not start.',
  'store/other-version': 'The folder of a database was written by another major version of PostgreSQL.',
  'store/not-empty': 'A database or folder that must be empty is not.',
  'store/no-extension': 'A database spread over machines needs an extension it does not have.',
  'store/not-migrated': 'The database is not as this version needs it, and the owner who may change it is not named.',
  'settings/unknown': 'There is no setting of this name.',
  'settings/value': 'A setting has a value of another kind.',
  'settings/missing': 'A setting that is needed here is not given.',
  'settings/unreadable': 'A settings file cannot be read.',
  'verify/broken': 'The ledger is not what its chains, its checkpoints or its acts say.',
  'export/unreadable': 'A folder is no whole export: a file is missing, cut, changed or of another kind.',
  'output/unwritable': 'A file cannot be written.',
} as const

export type IssueCode = keyof typeof issueCodes

/** Where in a text: 1-based line and column. */
export interface Spot {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Issue {
  readonly code: IssueCode
  /** What to do, in the reader's words. Never a person's data. */
  readonly message: string
  /** Keys and indexes that lead to the value in its document. */
  readonly path: readonly (string | number)[]
  readonly at?: Spot
  /** The rule of the pack behind it, and the source of the item that says so. */
  readonly rule?: string
  readonly source?: string
}

/** `limits[1].modality` from a path. */
export function pathText(path: Issue['path']): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

/** One line for a terminal: `file:line:column  path   message`. */
export function issueText(issue: Issue): string {
  const spot = issue.at ? `${issue.at.file}:${issue.at.line}:${issue.at.column}  ` : ''
  const path = pathText(issue.path)
  return `${spot}${path}${path ? '   ' : ''}${issue.message}`
}
