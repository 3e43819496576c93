import type { z } from 'zod'
import type { Capability } from '../core/rights/rights.ts'

/** Which ledger a request is about: one named in the path by a reference, one of an organisation, any the person has the right in, or none. */
export type RouteScope = 'reference' | 'organisation' | 'any' | 'none'

/**
 * One route as data: what it asks, what it answers, and who may. The service, the OpenAPI document and the tests of every role against every route
 * are made from these.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path parameters as `:name`. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  /** `anybody` needs no sign-in, `signed-in` no right beyond it; of several capabilities one is enough. */
  readonly needs: 'anybody' | 'signed-in' | Capability | readonly Capability[]
  readonly scope: RouteScope
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** What comes back when it goes well. `undefined`: the route writes its answer itself (a stream, a text). */
  readonly answer?: z.ZodType
  readonly status?: number
  /** Editing needs the version that was read, as `If-Match`. */
  readonly ifMatch?: true
  /** The answer has no end: no HEAD for it. */
  readonly endless?: true
  /** The ETag stands for all of the answer: who has it already is told so, with 304. */
  readonly revalidates?: true
  /** Largest body in bytes; 64 KiB unless said. */
  readonly bodyLimit?: number
}

export type Routes = Readonly<Record<string, Route>>

export const defineRoutes = <const T extends Routes>(routes: T): T => routes

export const capabilitiesOf = (route: Route): readonly Capability[] =>
  route.needs === 'anybody' || route.needs === 'signed-in' ? [] : typeof route.needs === 'string' ? [route.needs] : route.needs
