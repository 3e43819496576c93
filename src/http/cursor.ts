import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { z } from 'zod'
import { canonical } from '../store/ledger-database.ts'
import { refuse } from './problem.ts'
import type { ServiceParts } from './service.ts'

const ownKey = randomBytes(32)

/**
 * Where the next page begins, sealed: a cursor that was changed, or that belongs to another question, is refused. It gives no rights; every page is
 * asked for with those of the person.
 */
export function cursorsOf({ cursorKey = ownKey }: Pick<ServiceParts, 'cursorKey'>, question: Readonly<Record<string, unknown>>) {
  const { cursor: _, limit: _limit, ...asked } = question
  const seal = (text: string) =>
    createHmac('sha256', cursorKey)
      .update(`${canonical(asked)}\n${text}`)
      .digest()
      .subarray(0, 16)
  return {
    write: (position: unknown): string => {
      const text = JSON.stringify(position)
      return Buffer.concat([seal(text), Buffer.from(text)]).toString('base64url')
    },
    read: <T>(cursor: string | undefined, shape: z.ZodType<T>): T | undefined => {
      if (cursor === undefined) return undefined
      const bytes = Buffer.from(cursor, 'base64url')
      const text = bytes.subarray(16).toString()
      if (bytes.length <= 16 || !timingSafeEqual(bytes.subarray(0, 16), seal(text)))
        throw refuse('http/shape', 'This cursor is not one of this list. Begin at the first page.', ['query', 'cursor'])
      return shape.parse(JSON.parse(text))
    },
  }
}
