import { addresses } from 'varde:addresses'
import type { z } from 'zod'
import type { AllRoutes, RouteId } from '../api/routes.ts'
import type { IssueShape } from '../api/shapes.ts'
import { connection } from './connection.ts'
import { serviceClock } from './service-clock.ts'

/** An issue as the service tells it; a warning that stands in the way has an id, by which it is passed. */
export type Told = z.output<typeof IssueShape>

type Shape<R, K extends string> = R extends Readonly<Record<K, infer S>> ? (S extends z.ZodType ? z.input<S> : never) : never
type Part<R, K extends string> = [Shape<R, K>] extends [never] ? object : Readonly<Record<K, Shape<R, K>>>

/** What one route is asked with: its path parameters, query and body, and the version that was read. */
export type Asking<I extends RouteId> = Part<AllRoutes[I], 'params'> &
  Partial<Part<AllRoutes[I], 'query'>> &
  Part<AllRoutes[I], 'body'> & { readonly ifMatch?: number; readonly signal?: AbortSignal | undefined }
export type Answer<I extends RouteId> = AllRoutes[I] extends { readonly answer: infer A extends z.ZodType } ? z.output<A> : undefined

/** What the service said no to, in its own words. `current`: what stands there now, where somebody else was faster. */
export class Refused extends Error {
  readonly status: number
  readonly issues: readonly Told[]
  readonly current: unknown
  constructor(status: number, issues: readonly Told[], current?: unknown) {
    super(issues[0]?.message ?? `The service answered ${status}.`)
    this.status = status
    this.issues = issues
    this.current = current
  }
}

/** The service could not be reached. Nothing is known of what became of the request. */
export class Away extends Error {}

const ended = new Set<() => void>()
/** Hears that a session has ended while the page was in use. */
export function onEnded(listener: () => void): () => void {
  ended.add(listener)
  return () => ended.delete(listener)
}

let token: string | null = null
/** The token against other sites, from the sign-in or `readMe`. */
export const setToken = (csrf: string | null): void => {
  token = csrf
}

export function addressOf(
  id: RouteId,
  params: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const path = addresses[id][1].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') asked.set(name, String(value))
  return asked.size === 0 ? path : `${path}?${asked}`
}

/** Asks one route. Throws `Refused` where the service says no, `Away` where it is not there. */
export async function ask<I extends RouteId>(id: I, asking: Asking<I>): Promise<Answer<I>> {
  const { params, query, body, ifMatch, signal } = asking as Asking<I> &
    Partial<Record<'params' | 'query', Record<string, unknown>>> & { body?: unknown }
  const [method] = addresses[id]
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (method !== 'GET' && token !== null) headers['varde-csrf'] = token
  if (ifMatch !== undefined) headers['if-match'] = `"${ifMatch}"`
  let response: Response
  try {
    response = await fetch(addressOf(id, params, query), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    connection.lost()
    throw new Away()
  }
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    connection.lost()
    throw new Away()
  }
  connection.found()
  serviceClock.heard(response.headers.get('date'))
  const said: unknown = await response.json()
  if (response.ok) return said as Answer<I> // the service holds its answers against the same shape
  const { issues = [], current } = said as { issues?: readonly Told[]; current?: unknown } // every refusal is a Problem
  if (issues[0]?.code === 'http/not-signed-in' && id !== 'readMe') for (const listener of ended) listener()
  throw new Refused(response.status, issues, current)
}

/**
 * Asks for a change, and goes on asking while the service is away: the key makes it one act, however often it is sent. Ends when it is done, refused, or
 * the signal says so.
 */
export async function askUntilThere<I extends RouteId>(id: I, asking: Asking<I>): Promise<Answer<I>> {
  const { body, signal } = asking as { readonly body?: { readonly key?: string }; readonly signal?: AbortSignal }
  const once = body === undefined ? asking : { ...asking, body: { ...body, key: body.key ?? crypto.randomUUID() } }
  for (;;) {
    try {
      return await ask(id, once)
    } catch (error) {
      if (!(error instanceof Away) || signal?.aborted) throw error
      await connection.whenBack()
    }
  }
}
