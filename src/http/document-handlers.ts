import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { documentRoutes } from '../api/document-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { type DocumentRow, findDocuments, listDocumentRows, listResting } from '../store/documents.ts'
import type { Session } from '../store/ledger-database.ts'
import { cursorsOf } from './cursor.ts'
import { lookingRole } from './pathway-handlers.ts'
import { notThere } from './problem.ts'
import type { Handlers } from './service.ts'

const aboutOf = (row: Omit<DocumentRow, 'body'>) => ({
  document: refOf(row.ledger, row.document),
  patient: refOf(row.ledger, row.patient),
  pathway: row.pathway === null ? null : refOf(row.ledger, row.pathway),
  kind: row.kind,
  title: row.title,
  written: row.written,
  received: row.received,
  author: row.author,
})

/** A look at documents is a look at the pathway they belong to; where they belong to none, at all of the patient's. */
async function pathwaysOf(session: Session, ledger: number, patient: number): Promise<readonly number[]> {
  const rows = await session.rows('SELECT pathway FROM pathway WHERE ledger = $1 AND patient = $2', [ledger, patient])
  return rows.map((row) => Number(row['pathway']))
}

export const documentHandlers: Handlers<typeof documentRoutes> = {
  receiveDocument: async (asked) => {
    const { key, patient: ofWhom, pathway: ref, ...said } = asked.body
    const { ledger, n: patient } = readRef(ofWhom)
    const pathway = ref === undefined ? undefined : readRef(ref)
    if (pathway && pathway.ledger !== ledger) throw notThere()
    return asked.in(async (session) => {
      const [at] = pathway
        ? await session.rows('SELECT pack FROM pathway WHERE ledger = $1 AND pathway::bigint = $2 AND patient = $3', [
            ledger,
            pathway.n,
            patient,
          ])
        : await session.rows('SELECT 0 AS pack FROM patient WHERE ledger = $1 AND patient = $2', [ledger, patient])
      if (!at) throw notThere()
      asked.roleIn('record', ledger, Number(at['pack']))
      const [done] = await session.act(ledger, [
        {
          key: key ?? randomUUID(),
          kind: 'document-received',
          ...(pathway ? { pathway: pathway.n } : {}),
          payload: { patient, ...said },
        },
      ])
      if (!done) throw new Error('An act gives an answer.')
      return { document: refOf(ledger, done.seq), replayed: done.replayed }
    })
  },

  listDocuments: async (asked) => {
    const { query } = asked
    const { ledger, n } = readRef(query.patient ?? query.pathway ?? '')
    const cursor = cursorsOf(asked.service, { list: 'documents', ...query })
    return asked.in(async (session) => {
      const [whose] = await session.rows(
        query.patient === undefined
          ? 'SELECT patient, pathway FROM pathway WHERE ledger = $1 AND pathway::bigint = $2'
          : 'SELECT patient, NULL AS pathway FROM patient WHERE ledger = $1 AND patient = $2',
        [ledger, n],
      )
      if (!whose) throw notThere()
      lookingRole(asked, ledger)
      const patient = Number(whose['patient'])
      const rows = await listDocumentRows(session, {
        ledger,
        patient,
        pathway: query.pathway === undefined ? null : n,
        after: cursor.read(query.cursor, z.int()) ?? 0,
        limit: query.limit + 1,
      })
      const page = rows.slice(0, query.limit)
      await session.look(ledger, {
        kind: 'documents',
        ...(query.pathway === undefined ? { seen: await pathwaysOf(session, ledger, patient) } : { pathway: n }),
        about: { patient, documents: page.map((row) => row.document) },
      })
      const last = rows.length > query.limit ? page.at(-1) : undefined
      return {
        documents: page.map((row) => ({ ...aboutOf(row), length: row.length })),
        next: last ? cursor.write(last.document) : null,
      }
    })
  },

  readDocument: async (asked) => {
    const ref = asked.params.document
    const { ledger, n } = readRef(ref)
    return asked.in(async (session) => {
      const [row] = await findDocuments(session, ledger, [n])
      if (!row) throw notThere()
      const resting = await listResting(session, ledger, row.patient, ref)
      await session.look(ledger, {
        kind: 'document',
        ...(row.pathway === null ? { seen: await pathwaysOf(session, ledger, row.patient) } : { pathway: row.pathway }),
        about: { patient: row.patient, document: n },
      })
      return {
        ...aboutOf(row),
        body: row.body,
        entries: resting.flatMap((entry) =>
          entry.evidence
            .filter((evidence) => evidence.document === ref)
            .map(({ from, to, reliedOn }) => ({
              pathway: refOf(ledger, entry.pathway),
              entry: refOf(ledger, entry.seq),
              code: entry.code,
              occurred: entry.occurred,
              superseded: entry.superseded,
              ...(from === undefined ? {} : { from }),
              ...(to === undefined ? {} : { to }),
              reliedOn: reliedOn === true,
            })),
        ),
      }
    })
  },
}
