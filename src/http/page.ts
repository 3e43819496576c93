import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const year = 31_536_000

/**
 * Serves the built page of a folder. What has its content's hash in its name is kept by browsers for good; the first file is asked for anew each time, so
 * that a new version is there at once.
 */
export async function servePage(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false, // one route a file that is there; no path reaches the disk
    cacheControl: false,
    decorateReply: true,
    preCompressed: true,
    globIgnore: ['**/*.br', '**/*.gz'],
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes('/assets/') ? `public, max-age=${year}, immutable` : 'no-cache')
    },
  })
}

/** An address that the page reads itself: a browser asks for it as a document. */
export const isPageAddress = (request: FastifyRequest): boolean =>
  request.method === 'GET' && !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html')

export const sendPage = (reply: FastifyReply): FastifyReply => reply.sendFile('index.html')
