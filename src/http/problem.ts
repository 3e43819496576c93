import type { Issue, IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'

/** Which status an issue has; whatever is not listed is wrong in what was sent: 400, at the door of a pathway 422. */
const statuses: Readonly<Partial<Record<IssueCode, number>>> = {
  'ledger/not-there': 404,
  'ledger/not-allowed': 403,
  'ledger/changed': 412,
  'ledger/key-reused': 409,
  'ledger/exists': 409,
  'document/other-patient': 422,
  'document/no-span': 422,
  'work/no-such-move': 422,
  'work/no-choice': 422,
  'work/no-owner': 422,
  'work/not-passed': 422,
  'meeting/nobody-present': 422,
  'bundle/shape': 422,
  'bundle/not-sent': 403,
  'work/recorded-already': 409,
  'work/no-milestone': 422,
  'life/joined-already': 409,
  'feed/settled': 409,
  'feed/not-configured': 409,
  'ledger/version-needed': 428,
  'ledger/not-passed': 422,
  'ledger/too-many': 422,
  'store/full': 507,
  'store/too-slow': 503,
  'store/unreachable': 503,
  'http/not-signed-in': 401,
  'http/no-route': 404,
  'http/too-large': 413,
  'http/too-slow': 408,
  'http/media-type': 415,
  'http/too-many': 429,
  'http/cross-site': 403,
  'http/fault': 500,
  'sign-in/refused': 401,
  'sign-in/second-factor': 401,
  'sign-in/weak-password': 422,
  'sign-in/account': 409,
  'sign-in/provider': 503,
}

export const statusOf = (issues: readonly Issue[]): number => {
  const code = issues[0]?.code
  if (code === undefined) return 500
  return statuses[code] ?? (/^(?:door|life)\//.test(code) ? 422 : 400)
}

const titles: Readonly<Record<number, string>> = {
  400: 'What was sent cannot be read',
  401: 'Nobody is signed in',
  403: 'Not allowed',
  404: 'Not there',
  408: 'Too slow',
  409: 'Does not fit what was sent before',
  412: 'Changed by somebody else',
  413: 'Too large',
  415: 'Of another kind than is taken here',
  422: 'Refused by the rules',
  428: 'The version is missing',
  429: 'Too many at once',
  500: 'A fault of ours',
  503: 'Not at this moment',
  507: 'No room left',
}

export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly issues: readonly Issue[]
  readonly current?: unknown
  readonly requestId: string
}

export function problemOf(issues: readonly Issue[], requestId: string, current?: unknown): ProblemBody {
  const status = statusOf(issues)
  return {
    type: `urn:varde:issue:${issues[0]?.code ?? 'http/fault'}`,
    title: titles[status] ?? 'It did not go well',
    status,
    issues,
    ...(current === undefined ? {} : { current }),
    requestId,
  }
}

/** Something in the answer beside the issues: what stands there now, and the pathway it shows, since that is a look too. */
export class StaleError extends IssueError {
  readonly current: unknown
  readonly seen: { readonly ledger: number; readonly pathway: number }
  constructor(issues: readonly Issue[], current: unknown, seen: StaleError['seen']) {
    super(issues)
    this.current = current
    this.seen = seen
  }
}

export const refuse = (code: IssueCode, message: string, path: Issue['path'] = []): IssueError => new IssueError([{ code, message, path }])
export const notThere = (): IssueError => refuse('ledger/not-there', 'There is nothing here, or nothing you may see.')
