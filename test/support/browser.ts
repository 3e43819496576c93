import type { FastifyInstance } from 'fastify'
import type { Answer } from './service.ts'

export interface Answered {
  readonly status: number
  readonly body: Answer
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  /** As the server wrote them. */
  readonly setCookies: readonly string[]
}

/** A browser as far as a sign-in sees one: keeps cookies, sends the token of the session, and comes from one address. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #app: FastifyInstance
  readonly #address: string
  csrf: string | undefined
  constructor(app: FastifyInstance, address = '192.0.2.1') {
    this.#app = app
    this.#address = address
  }

  async ask(
    method: 'GET' | 'POST' | 'HEAD',
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Answered> {
    const all = {
      ...(this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      ...(this.csrf === undefined ? {} : { 'varde-csrf': this.csrf }),
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...headers,
    }
    const response = await this.#app.inject({
      method,
      url,
      remoteAddress: this.#address,
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>, // those without a value are taken out
      ...(method === 'POST' ? { payload: JSON.stringify(body ?? {}) } : {}),
    })
    const setCookies = [response.headers['set-cookie'] ?? []].flat()
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const json = String(response.headers['content-type'] ?? '').includes('json')
    const answer = json ? response.json() : response.body
    if (typeof answer === 'object' && typeof answer.csrf === 'string') this.csrf = answer.csrf
    return { status: response.statusCode, body: answer, headers: response.headers, setCookies }
  }

  post = (url: string, body?: unknown, headers?: Readonly<Record<string, string | undefined>>) => this.ask('POST', url, body, headers)
  get = (url: string, headers?: Readonly<Record<string, string | undefined>>) => this.ask('GET', url, undefined, headers)
}
