import { z } from 'zod'
import { feedStates, outcomes } from '../core/work/feed.ts'
import { defineRoutes } from './route.ts'
import { Cursor, Key, Ref, Text } from './shapes.ts'

export const FeedView = z
  .strictObject({
    ledger: z.int().describe('the organisation whose ledger it goes into'),
    sender: z.string().describe('MSH-3 and MSH-4 of its messages, with a bar between'),
    here: z.boolean().describe('this service listens for it'),
    last: z.string().nullable().describe('when its last message came'),
    sent: z.string().nullable().describe('when the sender says that it sent that message'),
    lagSeconds: z.int().nullable().describe('from one to the other'),
    state: z.enum(feedStates).describe('silent: longer than usual'),
    weeks: z
      .array(z.int())
      .describe(
        'messages in each of the last four weeks in the same stretch of the week as the silence that is on now, the last week first',
      ),
    counts: z
      .strictObject({ taken: z.int(), passedOver: z.int(), refused: z.int(), notPlaced: z.int() })
      .describe('of the last seven days'),
    waiting: z.int().describe('refused or not placed, of any age, and nobody has looked to it'),
    stopped: z
      .strictObject({ since: z.string(), code: z.string() })
      .nullable()
      .describe('it cannot be worked on at this moment, and why: senders wait'),
  })
  .meta({ id: 'Feed' })

const about = {
  message: Ref,
  sender: z.string(),
  control: z.string(),
  type: z.string(),
  at: z.string(),
  sent: z.string().nullable(),
  outcome: z.enum(outcomes),
  code: z.string().nullable().describe('an issue of the closed list'),
  field: z.string().nullable().describe('where in the message'),
  says: z.string().nullable().describe('what to do about it'),
  settled: z.string().nullable(),
  settledBy: z.int().nullable(),
}
const MessageView = z
  .strictObject({ ...about, pathway: Ref.nullable(), text: z.string().nullable().describe('of what was refused or not placed') })
  .meta({ id: 'Message' })
const one = { tag: 'Feeds', scope: 'reference', params: z.strictObject({ message: Ref }), answer: MessageView } as const

export const feedRoutes = defineRoutes({
  listFeeds: {
    method: 'GET',
    path: '/api/feeds',
    tag: 'Feeds',
    summary: 'The feeds of one’s houses: when the last message came, whether that is longer ago than usual, and what became of messages',
    needs: ['see', 'administer'],
    scope: 'any',
    answer: z.strictObject({ asOf: z.string(), feeds: z.array(FeedView) }),
  },
  listMessages: {
    method: 'GET',
    path: '/api/messages',
    tag: 'Feeds',
    summary:
      'Messages of other systems without their text, newest first: those that wait for somebody, unless another outcome is asked for',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({
      sender: z.string().max(200).optional(),
      outcome: z.enum(outcomes).optional(),
      cursor: Cursor,
      limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100),
    }),
    answer: z.strictObject({ messages: z.array(z.strictObject(about)), next: z.string().nullable() }),
  },
  readMessage: {
    ...one,
    method: 'GET',
    path: '/api/messages/:message',
    summary: 'One message, with its text where that is kept',
    needs: 'see',
  },
  tryMessage: {
    ...one,
    method: 'POST',
    path: '/api/messages/:message/tries',
    summary: 'Try a message again that was refused or not placed, by the mapping as it is now; what follows is recorded as one’s own',
    needs: 'record',
    body: z.strictObject({ key: Key }),
  },
  setMessageAside: {
    ...one,
    method: 'POST',
    path: '/api/messages/:message/set-asides',
    summary: 'Say that a message need not be looked at any more, and why',
    needs: 'record',
    body: z.strictObject({ key: Key, reason: Text(1000) }),
  },
})
