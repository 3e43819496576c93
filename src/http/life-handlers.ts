import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { lifeRoutes } from '../api/life-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { definitionOf } from '../core/life/definition.ts'
import { dueOf } from '../core/life/due.ts'
import { costOf, type LifeRecord, lifeOn, missingOf, type Said } from '../core/life/life.ts'
import { refusalsOf } from '../core/life/rules.ts'
import { scopeOf } from '../core/rights/rights.ts'
import { dayText } from '../core/words/day.ts'
import type { Issue } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { type ActDone, keyAfter, type Session } from '../store/ledger-database.ts'
import { findLife, type LifeRow, listLives, namesOf } from '../store/lives.ts'
import { indicatorNamed } from './figure-handlers.ts'
import { getOrganisation, ledgersWith, packNamed, packOf, todayAt } from './pathway-handlers.ts'
import { notThere, refuse } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'

type Routes = typeof lifeRoutes
type View = z.input<Routes['readLife']['answer']>

/** More than anybody can look through: a life without an end would be a store for anything. */
const most = { lives: 200, records: 1000 }

const todayOf = (service: ServiceParts, { zone }: LifeRow): string => dayText(todayAt(service, zone))

function summaryOf(row: LifeRow, today: string, on?: string) {
  const life = lifeOn(row.records, on)
  if (life === undefined) throw notThere()
  return {
    life,
    told: {
      life: refOf(row.ledger, row.life),
      org: row.org,
      name: life.name,
      indicator: life.indicator ?? null,
      stage: life.stage,
      since: life.since,
      purpose: life.purpose,
      proposed: life.proposal?.purpose ?? null,
      gap: life.gap?.gap ?? null,
      missing: [...missingOf(life)],
      due: [...dueOf(life, on ?? today)],
      version: row.version,
    },
  }
}

async function viewOf(service: ServiceParts, session: Session, row: LifeRow, on?: string): Promise<View> {
  const today = todayOf(service, row)
  const { life, told } = summaryOf(row, today, on)
  const names = await namesOf(
    session,
    row.records.map(({ by }) => by),
  )
  const about = ({ n, on, by, role }: Omit<LifeRecord, 'said'>) => ({ n, on, by, byName: names.get(by) ?? null, role })
  const then = row.records.filter((record) => on === undefined || record.on <= on)
  const back = new Set(then.flatMap(({ said }) => (said.kind === 'taken-back' ? [said.record] : [])))
  const { cost, observed, gap, proposal } = life
  const minutes = costOf(life)
  return {
    ...told,
    asOf: on ?? today,
    wanted: life.wanted,
    pack: packOf(service, row.pack).id,
    steps: life.steps.map((step) => ({
      ...about(step),
      from: step.from ?? null,
      to: step.to,
      why: step.why,
      dropped: step.dropped ?? null,
    })),
    definitions: life.definitions.map((one) => ({
      ...about(one),
      elements: [...one.elements],
      because: one.because === 'none-given' ? one.because : [...one.because],
      changed: one.changed ?? null,
    })),
    sheet: life.sheet.map(({ name, says, is, where }) => ({ name, says, is: is ?? null, where: where ?? null })),
    gapSaid: gap === undefined ? null : about(gap),
    proposal: proposal === undefined ? null : { ...about(proposal), purpose: proposal.purpose, why: proposal.why },
    frictions: life.frictions.map((one) => ({
      ...about(one),
      friction: one.friction,
      note: one.note,
      changed: one.changed ?? null,
      definitions: [...one.definitions],
    })),
    cost: cost === undefined ? null : { ...about(cost), items: [...cost.items], cases: cost.cases, minutes: cost.minutes },
    observed: observed === undefined ? null : { ...about(observed), cases: observed.cases },
    minutesAYear: { estimated: minutes.estimated ?? null, observed: minutes.observed ?? null },
    effects: life.effects.map((one) => ({ ...about(one), wanted: one.wanted, unwanted: one.unwanted })),
    log: then.map((record) => {
      const { kind, ...said } = record.said
      return { ...about(record), what: kind, takenBack: back.has(record.n), said }
    }),
  }
}

async function get(session: Session, ref: string, key?: string): Promise<LifeRow> {
  const { ledger, n } = readRef(ref)
  const row = await findLife(session, ledger, n, key)
  if (!row) throw notThere()
  return row
}

/** What was done, and the life as it is now. */
async function doneOf(asked: Pick<Asked<never>, 'service' | 'reply'>, session: Session, ref: string, done: ActDone | undefined) {
  if (!done) throw new Error('An act gives an answer.')
  const row = await get(session, ref)
  asked.reply.header('etag', `"${row.version}"`)
  return { life: await viewOf(asked.service, session, row), record: done.seq, replayed: done.replayed }
}

const refuseAll = (issues: readonly Issue[]): void => {
  if (issues.length > 0) throw new IssueError(issues.map((issue) => ({ ...issue, path: ['body', ...issue.path] })))
}

/** The life that is to be said something of, as whoever says it has read it. */
async function toSayOf(
  asked: Asked<Routes['sayOfLife']> | Asked<Routes['answerPurpose']>,
  session: Session,
  key: string,
): Promise<LifeRow> {
  const row = await get(session, asked.params.life, key)
  if (row.done) return row
  if (asked.ifMatch !== undefined && asked.ifMatch !== row.version)
    throw refuse(
      'ledger/changed',
      `Somebody has said something of this since you read it (version ${row.version} now). Read it again, then decide.`,
    )
  if (row.records.length >= most.records)
    throw refuse('ledger/too-many', `A life holds ${most.records} records: retire this one and begin another.`)
  return row
}

async function checkJoined(
  service: ServiceParts,
  session: Session,
  at: { readonly ledger: number; readonly pack: number },
  indicator: string,
) {
  indicatorNamed(packOf(service, at.pack), indicator)
  const [there] = await listLives(session, [at.ledger], at.pack, indicator)
  if (there !== undefined)
    throw refuse('life/joined-already', 'This indicator of the pack has a life in this house already: go on with that one.', [
      'body',
      'indicator',
    ])
}

const payloadOf = (row: LifeRow, { kind, ...said }: Said) => ({ life: row.life, what: kind, said })
const expected = (row: LifeRow) => (row.done ? {} : { expected: row.version })

export const lifeHandlers: Handlers<Routes> = {
  listLives: async (asked) => {
    const { service, query } = asked
    const live = packNamed(service, query.pack)
    const today = dayText(todayAt(service, live.content.zone))
    return asked.in(async (session) => {
      const ledgers = await ledgersWith(asked, session, 'count', live.pack, query.org)
      const rows = await listLives(session, ledgers, live.pack, query.indicator)
      return { today, lives: rows.map((row) => summaryOf(row, todayOf(service, row)).told) }
    })
  },

  openLife: (asked) => {
    const { service, body } = asked
    const { pack } = packNamed(service, body.pack)
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, body.org)
      asked.roleIn('define', ledger, pack)
      const key = body.key ?? randomUUID()
      const [before] = await session.rows('SELECT 1 FROM acts_before($1, $2)', [ledger, [key]])
      if (before === undefined) {
        if (body.indicator !== undefined) await checkJoined(service, session, { ledger, pack }, body.indicator)
        if ((await listLives(session, [ledger], pack)).length >= most.lives)
          throw refuse('ledger/too-many', `A house holds ${most.lives} lives under one pack.`)
      }
      const said = { name: body.name, wanted: body.wanted, ...(body.indicator === undefined ? {} : { indicator: body.indicator }) }
      const [done] = await session.act(ledger, [{ key, kind: 'life-opened', pack, payload: { org: body.org, said } }])
      return doneOf(asked, session, refOf(ledger, done?.seq ?? 0), done)
    })
  },

  readLife: (asked) =>
    asked.in(async (session) => {
      const row = await get(session, asked.params.life)
      asked.reply.header('etag', `"${row.version}"`)
      return viewOf(asked.service, session, row, asked.query.on)
    }),

  sayOfLife: (asked) => {
    const { said, key = randomUUID() } = asked.body
    return asked.in(async (session) => {
      const row = await toSayOf(asked, session, key)
      asked.roleIn('define', row.ledger, row.pack)
      if (!row.done) {
        refuseAll(refusalsOf(row.records, said, asked.actor.person).map((issue) => ({ ...issue, path: ['said', ...issue.path] })))
        if (said.kind === 'joined') await checkJoined(asked.service, session, row, said.indicator)
      }
      const [done] = await session.act(row.ledger, [
        { key, kind: 'life-recorded', pack: row.pack, ...expected(row), payload: payloadOf(row, said) },
      ])
      return doneOf(asked, session, asked.params.life, done)
    })
  },

  answerPurpose: async (asked) => {
    const { key = randomUUID(), ...body } = asked.body
    const said: Said = { kind: 'purpose-answered', ...body }
    const answered = await asked.in(async (session) => {
      const row = await toSayOf(asked, session, key)
      const { ledger, pack } = row
      const may = asked.actor.rights.some(({ capability, scopes }) => capability === 'agree' && scopes.has(scopeOf(ledger, pack)))
      const issues: readonly Issue[] = row.done ? [] : [...refusalsOf(row.records, said, asked.actor.person), ...(may ? [] : [noRight])]
      if (issues.some(({ code }) => code === 'life/purpose-not-agreed')) {
        // The refusal is written down and stays, so it is no part of what fails.
        asked.roleIn('define', ledger, pack)
        const refused: Said = { kind: 'purpose-refused', proposal: body.proposal, because: may ? 'own-proposal' : 'no-right' }
        await session.act(ledger, [{ key: keyAfter(key, 'refused'), kind: 'life-recorded', pack, payload: payloadOf(row, refused) }])
        return { issues }
      }
      refuseAll(issues)
      asked.roleIn('agree', ledger, pack)
      const [done] = await session.act(ledger, [{ key, kind: 'purpose-answered', pack, ...expected(row), payload: payloadOf(row, said) }])
      return doneOf(asked, session, asked.params.life, done)
    })
    if ('issues' in answered) throw new IssueError(answered.issues)
    return answered
  },

  readDefinition: async ({ service, query }) => {
    const live = packNamed(service, query.pack)
    return { ...definitionOf(live.content, indicatorNamed(live, query.indicator)) }
  },
}

const noRight: Issue = {
  code: 'life/purpose-not-agreed',
  rule: 'purpose-by-two',
  path: [],
  message: 'Your role does not agree to purposes here. The purpose stays as it is, and your try is written down: ask somebody who may.',
}
