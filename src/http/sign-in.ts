import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from '../store/ledger-database.ts'

/** How the service learns who is asking. */
export interface SignIn {
  /** Adds what it needs to the service: hooks, routes of its own. */
  register(app: FastifyInstance): Promise<void>
  /** Who asks, with what they may do at this very moment; undefined: nobody is signed in. */
  whoIs(request: FastifyRequest): Promise<Actor | undefined>
}
