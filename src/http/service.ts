import { isUtf8 } from 'node:buffer'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { capabilitiesOf, type Route } from '../api/route.ts'
import { type AllRoutes, allRoutes, type RouteId } from '../api/routes.ts'
import { Problem } from '../api/shapes.ts'
import { type Capability, ledgerOfScope, type Right, scopeOf } from '../core/rights/rights.ts'
import { nestsDeeper } from '../core/words/depth.ts'
import type { Issue, IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import type { MessageMapping } from '../intake/message-mapping.ts'
import type { Actor, LedgerDatabase, Session } from '../store/ledger-database.ts'
import type { LivePack, LivePacks } from '../store/live-packs.ts'
import { isPageAddress, sendPage, servePage } from './page.ts'
import { notThere, problemOf, refuse, StaleError } from './problem.ts'
import type { SignIn } from './sign-in.ts'
import type { Stream } from './stream.ts'

export interface ServiceParts {
  readonly ledger: LedgerDatabase
  readonly packs: LivePacks
  readonly signIn: SignIn
  readonly log: FastifyBaseLogger
  /** The time, so that tests can move it. */
  readonly now: () => Date
  readonly demonstration: boolean
  /** Folder of the page that is served beside the routes; none: the routes alone. */
  readonly page?: string
  /** Addresses of proxies in front, whose word about the sender's address is taken. Without them everybody behind one counts as one. */
  readonly trustedProxies?: readonly string[]
  /** Seals cursors. Absent: one of this process's own; several processes behind one address need the same. */
  readonly cursorKey?: Uint8Array
  /** How often a live stream says that it is there, and asks anew what its reader may see; 15 s unless said. */
  readonly liveBeatMs?: number
  /** Feeds this process listens for. */
  readonly feeds?: readonly FeedHere[]
  /** False: the service's own check of rights is left out, so that a test can see the database refuse. Never in use. */
  readonly checks?: boolean
  /** True: every answer is held against its shape; tests do. */
  readonly checksAnswers?: boolean
}

/** Messages of other systems for one ledger, as this process takes them. */
export interface FeedHere {
  readonly ledger: number
  readonly zone: string
  readonly senders: readonly string[]
  /** As the file says at this moment. Throws an IssueError where it cannot be read, or names a pack that is not loaded. */
  mapping(): Promise<{ readonly mapping: MessageMapping; readonly live: LivePack }>
  /** Since when a sender has been made to wait, and why; undefined: it is not. */
  stopped(sender: string): { readonly since: string; readonly code: IssueCode } | undefined
}

/** What a handler is given: who asks, what was sent, and the ledger with that person's rights. */
export interface Asked<R extends Route> {
  readonly actor: Actor
  readonly params: R['params'] extends z.ZodType ? z.output<R['params']> : Readonly<Record<string, never>>
  readonly query: R['query'] extends z.ZodType ? z.output<R['query']> : Readonly<Record<string, never>>
  readonly body: R['body'] extends z.ZodType ? z.output<R['body']> : undefined
  readonly ifMatch: number | undefined
  readonly service: ServiceParts
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** One transaction with the rights of the person, in the role that fits what is asked. */
  in<T>(task: (session: Session) => Promise<T>): Promise<T>
  /** The acting role in a scope: the one asked for in `Varde-Role`, or the first that has the right. What is written after this is written in it. */
  roleIn(capability: Capability, ledger: number, pack?: number): Actor
}

export type Handlers<R extends Readonly<Record<string, Route>>> = {
  readonly [K in keyof R]: (asked: Asked<R[K]>) => Promise<R[K]['answer'] extends z.ZodType ? z.input<R[K]['answer']> : unknown>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Live streams that are open. */
    readonly streams: Set<Stream>
  }
  interface FastifyRequest {
    /** A body of JSON as it was sent. */
    bytes: Buffer | undefined
  }
}

/** The service over HTTP: routes as data, one way in for all of them, one way out for everything that goes wrong. */
export async function createService(parts: ServiceParts, handlers: Handlers<AllRoutes>): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: parts.trustedProxies ? [...parts.trustedProxies] : false,
    bodyLimit: 65_536,
    requestIdHeader: false,
    genReqId: () => crypto.randomUUID(),
    routerOptions: { maxParamLength: 100 },
    // A slow client is cut off: 5 s for the head, 10 s for all of a request (ledger-and-safety, G1).
    // `requestTimeout` stands outside `http`: Fastify sets its own, which is none unless said.
    requestTimeout: 10_000,
    http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16_384 },
    clientErrorHandler: (error, socket) => sayAndHangUp(error, socket),
    // An address that is none, or too long: nothing is there, and nothing of it is sent back.
    frameworkErrors: (_error, _request, reply) => void send(reply.header('x-content-type-options', 'nosniff'), [noRoute]),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(parts.checksAnswers ? serializerCompiler : () => (data) => JSON.stringify(data))
  await app.register(cookie)
  // Lists are long and say the same words again and again.
  await app.register(compress, { threshold: 2048, encodings: ['gzip'], zlibOptions: { level: 4 } })
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Varde',
        version: '1',
        description: 'Codes in health care: who said what, when, on whose word, and the figures they make.',
      },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'varde' }, machine: { type: 'http', scheme: 'bearer' } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  errors(app, parts.page !== undefined)
  readJson(app)
  app.decorate('streams', new Set<Stream>())
  // A stream has no end of its own: a service that stops ends them, or it would wait for ever.
  app.addHook('preClose', async () => {
    for (const stream of app.streams) stream.end()
  })
  await parts.signIn.register(app)
  for (const [id, route] of Object.entries(allRoutes) as [RouteId, Route][])
    addRoute(app, parts, id, route, handlers[id] as unknown as Handler) // the table and the handlers have the same keys, which the type demands
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger())
  if (parts.page !== undefined) await servePage(app, parts.page)
  return app
}

type Handler = (asked: Asked<Route>) => Promise<unknown>

function addRoute(app: FastifyInstance, parts: ServiceParts, id: RouteId, route: Route, handler: Handler): void {
  const security = route.needs === 'anybody' ? [] : [{ session: [] }, { machine: [] }]
  const { params, query = nothing, body, answer } = route
  app.route({
    method: route.method,
    url: route.path,
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
    ...(route.endless ? { exposeHeadRoute: false } : {}),
    schema: {
      operationId: id,
      tags: [route.tag],
      summary: route.summary,
      security,
      'x-needs': route.needs,
      'x-scope': route.scope,
      ...(params ? { params } : {}),
      querystring: query, // unknown keys are refused everywhere, also where none is known
      ...(body ? { body } : {}),
      response: { ...(answer ? { [route.status ?? 200]: answer } : {}), default: Problem },
    } as object, // `x-` keys go into the document as they are
    handler: async (request, reply) => {
      const actor = route.needs === 'anybody' ? nobody : await parts.signIn.whoIs(request)
      if (!actor) throw refuse('http/not-signed-in', 'Sign in first.')
      const asked = askedOf(parts, route, request, reply, actor)
      if (route.ifMatch && asked.ifMatch === undefined && asked.actor.role !== 'machine')
        throw refuse('ledger/version-needed', 'Say which version you have read, as If-Match.')
      if (parts.checks !== false) check(route, actor, request)
      const value = await handler(asked as Asked<Route>).catch(async (error: unknown) => {
        // What stands there now is shown to whoever was too late. Their own transaction is undone; the look is not.
        if (error instanceof StaleError)
          await asked.in((session) => session.look(error.seen.ledger, { kind: 'stale', pathway: error.seen.pathway, about: {} }))
        throw error
      })
      if (route.answer === undefined) return reply
      reply.code(route.status ?? 200).header('cache-control', 'no-store')
      const known = request.headers['if-none-match']
      return route.revalidates && known !== undefined && known === reply.getHeader('etag') ? reply.code(304).send() : value
    },
  })
}

const nothing = z.strictObject({})
const nobody: Actor = { person: -1, role: 'machine', rights: [], glass: [] }

function askedOf(parts: ServiceParts, route: Route, request: FastifyRequest, reply: FastifyReply, actor: Actor): Asked<Route> {
  const wanted = request.headers['varde-role']
  const roleIn: Asked<Route>['roleIn'] = (capability, ledger, pack = 0) => {
    const fitting = actor.rights.filter(
      (right) => right.capability === capability && (capability === 'break' || right.scopes.has(scopeOf(ledger, pack))),
    )
    const role = fitting.find((right) => right.role === wanted)?.role ?? fitting[0]?.role
    if (role === undefined && parts.checks !== false) throw notThere()
    taken = role ?? taken
    return { ...actor, role: role ?? actor.role }
  }
  // Where the address names a ledger, the role is one held there: it is what the log says of the person.
  const ledger = route.scope === 'reference' ? ledgerOf(request) : undefined
  const here = ({ capability, scopes }: Right) =>
    ledger === undefined || capability === 'break' || [...scopes].some((scope) => ledgerOfScope(scope) === ledger)
  const fitting = actor.rights.filter((right) => capabilitiesOf(route).includes(right.capability) && here(right))
  const role = fitting.find((right) => right.role === wanted)?.role ?? fitting[0]?.role ?? actor.role
  const acting = { ...actor, role }
  let taken = role
  return {
    actor: acting,
    params: request.params as never, // read by the route's own schema
    query: request.query as never,
    body: request.body as never,
    ifMatch: readIfMatch(request.headers['if-match']),
    service: parts,
    request,
    reply,
    in: (task) =>
      parts.ledger.as(acting, (session) => {
        let written = role
        const inRole = async () => {
          if (taken === written) return
          await session.takeRole(taken)
          written = taken
        }
        return task({
          ...session,
          act: (number, acts) => inRole().then(() => session.act(number, acts)),
          actLast: (number, acts) => inRole().then(() => session.actLast(number, acts)),
          look: (number, look) => inRole().then(() => session.look(number, look)),
        })
      }),
    roleIn,
  }
}

/** The ledger that the first reference in the address names. */
const ledgerOf = (request: FastifyRequest): number => {
  const [ref] = Object.values(request.params as Readonly<Record<string, string>>) // read by the route's own schema
  return Number(String(ref).split('-')[0])
}

/** `"7"`; `*` and nothing say no version. */
function readIfMatch(header: string | undefined): number | undefined {
  const digits = /^(?:W\/)?"(\d{1,9})"$/.exec(header ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * The service's own check, the first of two: has this person the right, there? Somebody of another organisation gets the same answer as for what
 * never existed.
 */
function check(route: Route, actor: Actor, request: FastifyRequest): void {
  const capabilities = capabilitiesOf(route)
  if (capabilities.length === 0) return
  const held = actor.rights.filter((right) => capabilities.includes(right.capability))
  if (route.scope === 'reference') {
    const ledger = ledgerOf(request)
    const here = (rights: Actor['rights']) => rights.some((right) => [...right.scopes].some((scope) => ledgerOfScope(scope) === ledger))
    if (capabilities.includes('break') && held.length > 0) return
    if (here(held) || (capabilities.includes('see') && actor.glass.some((glass) => glass.ledger === ledger))) return
    throw here(actor.rights) ? refuse('ledger/not-allowed', 'Your role does not allow this here.') : notThere()
  }
  if (held.length === 0) throw refuse('ledger/not-allowed', 'Your role does not allow this here.')
}

/** Levels of JSON that anything here needs are few; deeper is somebody's try. */
const deepest = 64

/** JSON is looked at before it is built: not too deep, and UTF-8 throughout, so that nothing is quietly replaced. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.decorateRequest('bytes', undefined)
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (nestsDeeper(bytes, deepest)) return done(refuse('http/unreadable', `This is nested deeper than ${deepest} levels.`))
    if (!isUtf8(bytes)) return done(refuse('http/unreadable', 'This is not UTF-8.'))
    request.bytes = bytes
    return parse(request, bytes.toString('utf8'), done)
  })
}

const unreadable: Issue = { code: 'http/unreadable', path: [], message: 'What was sent cannot be read as a request.' }
const noRoute: Issue = { code: 'http/no-route', path: [], message: 'There is nothing at this address.' }
const tooLarge: Issue = { code: 'http/too-large', path: [], message: 'This is larger than is taken here.' }

const send = (reply: FastifyReply, issues: readonly Issue[], current?: unknown) => {
  const problem = problemOf(issues, reply.request.id, current)
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem)
}

const brokenOff: Readonly<Record<string, Issue>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'http/too-slow', path: [], message: 'The request did not arrive in time. Send it again.' },
  HPE_HEADER_OVERFLOW: tooLarge,
}

/** What never became a request. Nothing of it goes into the log: it may hold anything. */
function sayAndHangUp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET') {
    const problem = problemOf([brokenOff[error.code ?? ''] ?? unreadable], crypto.randomUUID())
    const body = JSON.stringify(problem)
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'x-content-type-options: nosniff',
      'connection: close',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroy()
}

/** Everything that goes wrong leaves here as problem+json: a listed issue, or one sentence that says nothing of our insides. */
function errors(app: FastifyInstance, hasPage: boolean): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    if (error instanceof StaleError) return send(reply, error.issues, error.current)
    if (error instanceof IssueError) return send(reply, error.issues)
    const {
      code = '',
      statusCode = 500,
      validation,
      validationContext,
    } = error as { code?: string; statusCode?: number; validation?: readonly ZodFault[]; validationContext?: string } // what Fastify throws
    if (validation)
      return send(
        reply,
        validation.map((fault) => issueOf(fault, validationContext ?? 'body')),
      )
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return send(reply, [tooLarge])
    if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
      return send(reply, [{ code: 'http/media-type', path: [], message: 'Send JSON, as application/json.' }])
    if (statusCode === 429)
      return send(reply, [{ code: 'http/too-many', path: [], message: 'Too many requests. Wait a little, then try again.' }])
    if (statusCode >= 400 && statusCode < 500)
      return send(reply, [{ code: 'http/unreadable', path: [], message: 'What was sent cannot be read as JSON.' }])
    if (process.env['VARDE_DEBUG']) console.error(error)
    // The name of the error and where in our code: never its message, which may hold what somebody typed.
    request.log.error({ fault: error instanceof Error ? error.name : typeof error, code, at: placesOf(error) }, 'a fault of ours')
    return send(reply, [
      { code: 'http/fault', path: [], message: 'A fault of ours. Nothing was saved. Try again; if it comes back, report the request id.' },
    ])
  })
  app.setNotFoundHandler((request, reply) => (hasPage && isPageAddress(request) ? sendPage(reply) : send(reply, [noRoute])))
}

interface ZodFault {
  readonly instancePath: string
  readonly message?: string
}

const issueOf = (fault: ZodFault, where: string): Issue => ({
  code: 'http/shape',
  path: [
    where,
    ...fault.instancePath
      .split('/')
      .filter(Boolean)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  ],
  message: fault.message ?? 'has another shape than is taken here',
})

export const placesOf = (error: unknown): readonly string[] =>
  error instanceof Error
    ? (error.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 8)
        .map((line) => line.trim().replace(/\(?(?:file:\/\/)?\/.*\/(src|node_modules)\//, '($1/'))
    : []

export type { IncomingMessage }
