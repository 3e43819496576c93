import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { Cursor, DayText, Key, Ref, Text, Untouched } from './shapes.ts'

/** Bytes of text in one document; escapes in JSON make the request longer. */
export const mostDocumentBytes = 1_048_576

const about = {
  document: Ref,
  patient: Ref,
  pathway: Ref.nullable(),
  kind: z.string(),
  title: z.string(),
  written: z.string().nullable(),
  received: z.string().nullable(),
  author: z.string().nullable(),
}

export const documentRoutes = defineRoutes({
  receiveDocument: {
    method: 'POST',
    path: '/api/documents',
    tag: 'Documents',
    summary: 'Take in a document; its text is kept as it is, to the letter',
    needs: 'record',
    scope: 'any',
    status: 201,
    bodyLimit: 4 * mostDocumentBytes,
    body: z.strictObject({
      key: Key,
      patient: Ref,
      pathway: Ref.optional(),
      kind: Text(60),
      title: Text(200),
      written: DayText.optional(),
      received: DayText.optional(),
      author: Text(60).optional().describe('role of the one who wrote it'),
      body: Untouched(mostDocumentBytes),
    }),
    answer: z.strictObject({ document: Ref, replayed: z.boolean() }),
  },
  listDocuments: {
    method: 'GET',
    path: '/api/documents',
    tag: 'Documents',
    summary: 'Documents of a patient or of a pathway, without their text',
    needs: 'see',
    scope: 'any',
    query: z
      .strictObject({
        patient: Ref.optional(),
        pathway: Ref.optional(),
        cursor: Cursor,
        limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100),
      })
      .refine((query) => (query.patient === undefined) !== (query.pathway === undefined), 'a patient or a pathway'),
    answer: z.strictObject({ documents: z.array(z.strictObject({ ...about, length: z.int() })), next: z.string().nullable() }),
  },
  readDocument: {
    method: 'GET',
    path: '/api/documents/:document',
    tag: 'Documents',
    summary: 'One document, with the entries that rest on it',
    needs: 'see',
    scope: 'reference',
    params: z.strictObject({ document: Ref }),
    answer: z.strictObject({
      ...about,
      body: z.string(),
      entries: z.array(
        z.strictObject({
          pathway: Ref,
          entry: Ref,
          code: z.string(),
          occurred: z.string(),
          superseded: z.string().nullable(),
          /** Positions in the text, in UTF-16 units, the end not included; absent: the whole document. */
          from: z.int().optional(),
          to: z.int().optional(),
          reliedOn: z.boolean(),
        }),
      ),
    }),
  },
})
