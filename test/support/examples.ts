import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { allRoutes, type RouteId } from '../../src/api/routes.ts'
import { codeAt, stepAt } from '../../src/http/totp.ts'
import { createAccount, registerMachineKey } from '../../src/store/accounts.ts'
import type { Browser } from './browser.ts'
import { good, type House, type Houses, markOf, messageWaits } from './houses.ts'

/** One request that goes well when whoever may send it does. */
export interface Call {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Where it needs a session of its own kind: with a password, or one that it ends. */
  readonly as?: Browser
}

export interface Example {
  /** Makes what it is about in a house, and the request. */
  make(house: House, houses: Houses): Promise<Call> | Call
  /** Each row of what is sent has an answer of its own, so that one that is refused does not refuse the request. */
  readonly byRow?: true
  /** This door is not open in the houses of the tests, so that there is nothing here for anybody. */
  readonly closed?: true
}

const versioned = (version: number) => ({ 'if-match': `"${version}"` })
const password = 'four kelpies under Norland'
let accounts = 0

/** Somebody with a password kept here. */
async function withPassword(house: House, houses: Houses) {
  const person = await house.person('coordinator')
  const login = `kelpie.${++accounts}`
  await createAccount(houses.owner, { person: person.person, login, password })
  return { browser: person, login }
}

const onPathway = (body: (house: House) => object): Example => ({
  make: async (house) => ({ params: { pathway: (await house.pathway()).pathway }, body: body(house) }),
})
const onEntry = (body: (house: House) => object): Example => ({
  make: async (house) => {
    const { pathway, entry, version } = await house.entry()
    return { params: { pathway, entry }, body: body(house), headers: versioned(version) }
  },
})
const onWork = (kind: Parameters<House['work']>[0], body: (house: House) => object): Example => ({
  make: async (house) => {
    const { work, version } = await house.work(kind)
    return { params: { work }, body: body(house), headers: versioned(version) }
  },
})
const glass = (pathway: string, house: House) => ({ pathway, reason: `${words(house)}: an emergency` })
const listed = async (house: House): Promise<Call> => {
  const { patient, pathway } = await house.pathway()
  const start = { code: 'M1A', occurred: '2026-06-01', decider: 'clinician', passing: ['door/late:start'] }
  await good(house.all.post(`/api/pathways/${pathway}/entries`, start, versioned(0)))
  return { query: { pack: 'demo', org: house.org, patient } }
}
const handedOver = (house: House) => ({ to: 1, asks: words(house), days: 3 })
const onHandover = (body: (house: House) => object): Example => ({
  make: async (house) => {
    const { pathway } = await house.pathway()
    const { item } = (await good(house.all.post(`/api/pathways/${pathway}/handovers`, handedOver(house)))).body
    return { params: { work: item.work }, body: body(house), headers: versioned(item.version) }
  },
})
/** A pathway whose clocks ran past their limits long ago. */
const pastLimit = async (house: House) => {
  const { pathway } = await house.pathway()
  const start = { code: 'M1A', occurred: '2026-06-01', decider: 'clinician', passing: ['door/late:start'], place: house.org }
  await good(house.all.post(`/api/pathways/${pathway}/entries`, start, versioned(0)))
  return pathway
}
const meeting = async (house: House) => {
  const { pathway } = await house.pathway()
  const agenda = [{ pathway, question: words(house) }]
  const body = { org: house.org, pack: 'demo', name: words(house), on: '2027-01-01', agenda, present: [{ name: words(house) }] }
  return (await good(house.all.post('/api/meetings', body))).body
}
const onMeeting = (body: (house: House, met: Awaited<ReturnType<typeof meeting>>) => object): Example => ({
  make: async (house) => {
    const met = await meeting(house)
    return { params: { meeting: met.meeting }, body: body(house, met), headers: versioned(met.version) }
  },
})
const explained = (house: House) => ({ reason: 'capacity', avoidable: 'unknown', patientInitiated: false, text: words(house) })
const view = async (house: House, own = false) =>
  (
    await good(
      house.all.post('/api/views', { org: house.org, own, name: `${words(house)} ${randomUUID().slice(0, 8)}`, search: { pack: 'demo' } }),
    )
  ).body
const onView = (body: (house: House) => object, dropped = false): Example => ({
  make: async (house) => {
    const { view: kept, version } = await view(house)
    if (dropped) await good(house.all.post(`/api/views/${kept}/drops`, {}, versioned(version)))
    return { params: { view: kept }, body: body(house), headers: versioned(dropped ? version + 1 : version) }
  },
})
const life = async (house: House): Promise<{ readonly life: string; readonly version: number }> =>
  (await good(house.all.post('/api/lives', { org: house.org, pack: 'demo', name: words(house), wanted: words(house) }))).body.life
const onLife = (body: (house: House) => object): Example => ({
  make: async (house) => {
    const { life: ref, version } = await life(house)
    return { params: { life: ref }, body: body(house), headers: versioned(version) }
  },
})
const counted = async (house: House): Promise<Call> => {
  await house.entry()
  return { query: { pack: 'demo', org: house.org } }
}
const just = (call: Call): Example => ({ make: () => call })
/** A message of another system that waits for somebody: nobody is known by its number. */
const waiting = async (house: House, { at }: Houses): Promise<string> => {
  const control = randomUUID()
  const text = `MSH|^~\\&|LAB|${markOf(house.org)}|||20260601||ORU^R01|${control}|P|2.5\rPID|||${markOf(house.org)}\r`
  const [done] = await at.act(house.org, {
    kind: 'message-received',
    pack: at.packs[0]!.pack,
    payload: { sender: `LAB|${markOf(house.org)}`, control, type: 'ORU^R01', ...messageWaits, whose: `${markOf(house.org)}`, text },
  })
  return `${house.org}-${done!.seq}`
}
const words = ({ org }: House): string => `${markOf(org)} words`

/**
 * A good request for every route, by which the promises about all of them are tested. A route that has none here does not compile; that each is good
 * is shown by the roles that may send it.
 */
export const examples: { readonly [K in RouteId]: Example } = {
  readMe: just({}),
  listOrganisations: just({}),
  addOrganisation: { make: (house) => ({ body: { org: house.org, kind: 'department', name: words(house) } }) },
  listPeople: just({}),
  listColleagues: { make: (house) => ({ query: { org: house.org, pack: 'demo' } }) },
  addPerson: { make: (house) => ({ body: { org: house.org, name: words(house), role: 'coder', pack: 'demo' } }) },
  giveRole: { make: (house) => ({ params: { person: house.number.coder }, body: { org: house.org, role: 'analyst' } }) },
  withdrawRole: { make: (house) => ({ params: { person: house.number.coder }, body: { org: house.org, role: 'analyst' } }) },
  setActive: { make: (house) => ({ params: { person: house.number.coder }, body: { org: house.org, active: true } }) },
  listPacks: just({}),
  registerPatient: { make: (house) => ({ body: { org: house.org, name: words(house), born: '1950-02-28' } }) },
  readPatient: { make: async (house) => ({ params: { patient: (await house.pathway()).patient } }) },
  correctIdentity: {
    make: async (house) => ({
      params: { patient: await house.patient() },
      body: { name: words(house), nationalId: `X-${randomUUID().slice(0, 8)}` },
    }),
  },
  eraseIdentity: { make: async (house) => ({ params: { patient: await house.patient() }, body: { reason: words(house) } }) },

  listPathways: { make: listed },
  exportPathways: { make: listed },
  noteExport: {
    make: async (house) => {
      const { pathway } = await house.pathway()
      const filter = { pack: 'demo', states: ['past'] }
      return { body: { pack: 'demo', asOf: '2026-06-01T08:00:00Z', filter, named: false, pathways: [pathway] } }
    },
  },
  openPathway: { make: async (house) => ({ body: { org: house.org, patient: await house.patient(), pack: 'demo' } }) },
  readPathway: { make: async (house) => ({ params: { pathway: (await house.entry()).pathway } }) },
  listChoices: { make: async (house) => ({ params: { pathway: (await house.entry()).pathway } }) },
  checkEntry: onPathway(() => ({ code: 'M1V', occurred: '2026-06-01' })),
  recordEntry: {
    make: async (house) => {
      const { pathway, document } = await house.document()
      const version = (await good(house.all.get(`/api/pathways/${pathway}`))).body.version
      const body = { code: 'M1V', occurred: '2026-06-01', reason: words(house), evidence: [{ document, from: 0, to: 4 }], place: house.org }
      return { params: { pathway }, body, headers: versioned(version) }
    },
  },
  correctEntry: onEntry((house) => ({ code: 'M1V', occurred: '2026-07-01', reason: words(house) })),
  withdrawEntry: onEntry((house) => ({ reason: words(house) })),
  disputeEntry: onEntry((house) => ({ question: words(house), toRole: 'clinician' })),

  listViews: {
    make: async (house) => {
      await view(house)
      await view(house, true)
      return {}
    },
  },
  keepView: {
    make: (house) => ({
      body: { org: house.org, own: false, name: `${words(house)} ${randomUUID().slice(0, 8)}`, search: { states: ['past'] } },
    }),
  },
  changeView: onView((house) => ({ name: `${words(house)} ${randomUUID().slice(0, 8)}`, search: { sort: 'name' } })),
  dropView: onView(() => ({})),
  restoreView: onView(() => ({}), true),

  listFigures: { make: counted },
  listReleases: just({}),
  listFiguresOf: { make: async (house) => ({ params: { pathway: (await house.entry()).pathway } }) },
  exportFigures: { make: counted },
  readBench: {
    make: async (house) => {
      const { query } = await counted(house)
      return { query: { ...query, indicator: 'decided' } }
    },
  },
  readOverlap: {
    make: async (house) => {
      const { query } = await counted(house)
      return { query: { ...query, indicator: 'decided', against: 'treated-in-time' } }
    },
  },
  readKnownDays: {
    make: async (house) => {
      const { query } = await counted(house)
      return { query: { ...query, indicator: 'decided' } }
    },
  },
  readUnit: { make: (house) => ({ query: { pack: 'demo', org: house.org } }) },
  readOccurrence: { make: (house) => ({ query: { pack: 'demo', org: house.org, milestone: 'start' } }) },
  exportOccurrence: { make: (house) => ({ query: { pack: 'demo', org: house.org, milestone: 'start' } }) },
  readPractice: { make: () => ({ query: { pack: 'demo', indicator: 'treated-in-time' } }) },
  readAccount: { make: (house) => ({ query: { pack: 'demo', org: house.org, indicator: 'decided' } }) },

  addNote: onPathway((house) => ({ text: words(house) })),
  planStep: onPathway((house) => ({ next: { what: words(house), due: '2027-01-01', person: house.number.coordinator } })),
  askQuery: {
    make: async (house) => {
      const { pathway, document } = await house.document()
      return { params: { pathway }, body: { question: words(house), person: house.number.clinician, document } }
    },
  },
  suggestEntry: {
    make: async (house) => {
      const { pathway, document } = await house.document()
      return { params: { pathway }, body: { code: 'M1V', occurred: '2026-06-01', because: words(house), evidence: [{ document }] } }
    },
  },
  raiseEscalation: onPathway((house) => ({ sentence: words(house) })),
  listWork: {
    make: async (house) => {
      const { pathway } = await house.work('step')
      return { query: { pathway, org: house.org } }
    },
  },
  readWork: { make: async (house) => ({ params: { work: (await house.work('query')).work } }) },
  readWorkHistory: { make: async (house) => ({ params: { work: (await house.work('query')).work } }) },
  finishStep: onWork('step', (house) => ({
    outcome: words(house),
    next: { what: words(house), due: '2027-01-02', person: house.number.coder },
  })),
  dropWork: onWork('step', (house) => ({ reason: words(house) })),
  editWork: onWork('step', (house) => ({ what: words(house), person: house.number.coder })),
  answerWork: onWork('query', () => ({ choice: 'Yes' })),
  acceptProposal: onWork('proposal', () => ({})),
  refuseProposal: onWork('proposal', () => ({ reason: 'other-patient' })),
  climbEscalation: onWork('escalation', (house) => ({ reason: words(house) })),
  reopenWork: {
    make: async (house) => {
      const { work, version } = await house.work('step')
      const done = await good(house.all.post(`/api/work/${work}/completions`, {}, versioned(version)))
      return { params: { work }, body: { reason: words(house) }, headers: versioned(done.body.item.version) }
    },
  },
  climbOverdue: just({ body: {} }),
  reportEscalations: {
    make: async (house) => {
      await house.work('escalation')
      return { query: { pack: 'demo', org: house.org } }
    },
  },
  reportQueries: {
    make: async (house) => {
      await house.work('query')
      return { query: { pack: 'demo', org: house.org } }
    },
  },

  listPassedLimits: { make: async (house) => ({ params: { pathway: await pastLimit(house) } }) },
  recordPassedLimit: {
    make: async (house) => ({
      params: { pathway: await pastLimit(house) },
      body: { interval: 'start-to-treatment', person: house.number.coordinator, due: '2027-01-01' },
    }),
  },
  explainPassedLimit: {
    make: async (house) => {
      const body = { interval: 'start-to-treatment', role: 'coordinator', due: '2027-01-01' }
      const { item } = (await good(house.all.post(`/api/pathways/${await pastLimit(house)}/overruns`, body))).body
      return { params: { work: item.work }, body: explained(house), headers: versioned(item.version) }
    },
  },
  reportPassedLimits: {
    make: async (house) => {
      const body = { interval: 'start-to-treatment', explanation: explained(house) }
      await good(house.all.post(`/api/pathways/${await pastLimit(house)}/overruns`, body))
      return { query: { pack: 'demo', org: house.org } }
    },
  },

  sendHandover: onPathway(handedOver),
  receiveHandover: onHandover(() => ({})),
  declineHandover: onHandover((house) => ({ reason: words(house) })),
  listHandovers: {
    make: async (house) => {
      const { pathway } = await house.pathway()
      await good(house.all.post(`/api/pathways/${pathway}/handovers`, handedOver(house)))
      return { query: { org: house.org } }
    },
  },

  exportBundle: { make: async (house) => ({ params: { pathway: (await house.entry()).pathway } }) },
  takeInBundle: {
    make: async (house, houses) => {
      const there = houses.house(house.org === 2 ? 3 : 2)
      const { pathway } = await there.entry()
      return { body: { org: house.org, bundle: (await good(there.all.get(`/api/pathways/${pathway}/bundle`))).body } }
    },
  },

  readCoding: {
    make: async (house) => {
      const pathway = await pastLimit(house)
      await good(house.all.post(`/api/pathways/${pathway}/proposals`, { code: 'M1V', occurred: '2026-06-02', because: words(house) }))
      return { query: { pack: 'demo', org: house.org } }
    },
  },

  listMeetings: {
    make: async (house) => {
      await meeting(house)
      return { query: { pack: 'demo', org: house.org } }
    },
  },
  planMeeting: {
    make: async (house) => ({
      body: {
        ...{ org: house.org, pack: 'demo', name: words(house), on: '2027-01-01' },
        agenda: [{ pathway: (await house.pathway()).pathway }],
        present: [{ person: house.number.clinician }],
      },
    }),
  },
  readMeeting: { make: async (house) => ({ params: { meeting: (await meeting(house)).meeting } }) },
  editMeeting: {
    make: async (house) => {
      const met = await meeting(house)
      const add = [{ pathway: (await house.pathway()).pathway }]
      const body = { present: [{ person: house.number.coder }], add, order: [met.items[0].item.work] }
      return { params: { meeting: met.meeting }, body, headers: versioned(met.version) }
    },
  },
  writeOutcome: {
    make: async (house) => {
      const { item } = (await meeting(house)).items[0]
      return { params: { work: item.work }, body: { outcome: words(house) }, headers: versioned(item.version) }
    },
  },
  signMeeting: onMeeting((_, met) => ({ read: [{ work: met.items[0].item.work, version: 1 }] })),
  cancelMeeting: onMeeting((house) => ({ reason: words(house) })),

  receiveDocument: {
    make: async (house) => ({
      body: { ...(await house.pathway()), kind: 'letter', title: words(house), body: words(house), received: '2026-06-01' },
    }),
  },
  listDocuments: { make: async (house) => ({ query: { patient: (await house.document()).patient } }) },
  readDocument: { make: async (house) => ({ params: { document: (await house.document()).document } }) },

  listLog: {
    make: async (house) => {
      const { pathway, patient } = await house.entry()
      return { query: { pathway, patient, ledger: house.org, org: house.org } }
    },
  },
  verifyLog: { make: (house) => ({ query: { ledger: house.org } }) },
  exportAccess: { make: async (house) => ({ params: { pathway: (await house.entry()).pathway }, query: { format: 'csv' } }) },

  breakGlass: { make: async (house) => ({ body: glass((await house.pathway()).pathway, house) }) },
  listBrokenGlass: just({}),
  endBrokenGlass: {
    make: async (house) => {
      const they = await house.person('clinician')
      const broken = await good(they.post('/api/break-glass', glass((await house.pathway()).pathway, house)))
      return { as: they, params: { glass: broken.body.opened[0].glass } }
    },
  },
  listGlassReviews: just({}),
  reviewGlass: {
    make: async (house) => {
      const { pathway } = await house.pathway()
      await good(house.as('clinician').post('/api/break-glass', glass(pathway, house)))
      const { reviews } = (await good(house.as('data-protection-officer').get('/api/break-glass/reviews'))).body
      const { work } = reviews.find((review: { readonly pathway: string }) => review.pathway === pathway)
      return { params: { work }, body: { finding: 'justified', note: words(house) } }
    },
  },
  followChanges: just({}),
  takeIn: {
    make: async (house) => ({
      body: {
        org: house.org,
        rows: [{ key: randomUUID(), pathway: (await house.pathway()).pathway, code: 'M1V', occurred: '2026-06-01' }],
      },
    }),
    byRow: true,
  },

  listFeeds: {
    make: async (house, houses) => {
      await waiting(house, houses)
      return {}
    },
  },
  listMessages: {
    make: async (house, houses) => {
      await waiting(house, houses)
      return {}
    },
  },
  readMessage: { make: async (house, houses) => ({ params: { message: await waiting(house, houses) } }) },
  tryMessage: { make: async (house, houses) => ({ params: { message: await waiting(house, houses) }, body: {} }) },
  setMessageAside: {
    make: async (house, houses) => ({ params: { message: await waiting(house, houses) }, body: { reason: words(house) } }),
  },

  listLives: {
    make: async (house) => {
      await life(house)
      return { query: { pack: 'demo', org: house.org } }
    },
  },
  openLife: { make: (house) => ({ body: { org: house.org, pack: 'demo', name: words(house), wanted: words(house) } }) },
  readLife: { make: async (house) => ({ params: { life: (await life(house)).life } }) },
  sayOfLife: onLife((house) => ({ said: { kind: 'friction', friction: 'ambiguous', note: words(house) } })),
  answerPurpose: {
    make: async (house) => {
      const { life: ref, version } = await life(house)
      const said = { kind: 'purpose-proposed', purpose: 'payment', why: words(house) }
      const { body } = await good(house.all.post(`/api/lives/${ref}/records`, { said }, versioned(version)))
      // Whoever may say something of a life may ask for it; only those who may agree are let to.
      return {
        as: house.as('manager'),
        params: { life: ref },
        body: { proposal: body.record, agreed: true },
        headers: versioned(version + 1),
      }
    },
  },
  readDefinition: just({ query: { pack: 'demo', indicator: 'decided' } }),

  listWaysIn: just({}),
  signIn: {
    make: async (house, houses) => ({ body: { login: (await withPassword(house, houses)).login, password } }),
  },
  signOut: { make: async (house) => ({ as: await house.person('coder') }) },
  signOutEverywhere: { make: async (house) => ({ as: await house.person('coder') }) },
  signOutPerson: { make: async (house) => ({ params: { person: (await house.person('coder')).person } }) },
  changePassword: {
    make: async (house, houses) => ({ as: (await withPassword(house, houses)).browser, body: { password, next: `${password} and on` } }),
  },
  beginFactor: { make: async (house, houses) => ({ as: (await withPassword(house, houses)).browser, body: { password } }) },
  confirmFactor: {
    make: async (house, houses) => {
      const { browser } = await withPassword(house, houses)
      const { otpauth } = (await good(browser.post('/api/factor', { password }))).body
      const secret = fromBase32(new URL(otpauth).searchParams.get('secret') ?? '')
      return { as: browser, body: { code: codeAt(secret, stepAt(houses.now)) } }
    },
  },
  beginOidc: { ...just({ query: { return: '/' } }), closed: true },
  endOidc: { ...just({}), closed: true },
  giveToken: {
    make: async (house, houses) => {
      const { person } = await house.person('machine')
      await houses.owner.query('UPDATE person SET machine = true WHERE person = $1', [person])
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const { client } = await registerMachineKey(houses.owner, {
        person,
        jwk: publicKey.export({ format: 'jwk' }) as Record<string, unknown>,
      }) // a public key
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const exp = Math.floor(houses.now.getTime() / 1000) + 60
      const said = `${part({ alg: 'ES256' })}.${part({ iss: client, sub: client, aud: houses.address, exp, jti: randomUUID() })}`
      const signature = sign('sha256', Buffer.from(said), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
      return { body: { assertion: `${said}.${signature}` } }
    },
  },
  listDemonstrationPeople: just({}),
  signInForDemonstration: { make: (house) => ({ body: { person: house.number.coder } }) },
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** The address of a call, its path and query filled in. */
export function urlOf(id: RouteId, call: Call): string {
  const path = allRoutes[id].path.replace(/:([a-z]+)/gi, (_, name: string) =>
    encodeURIComponent(String(call.params?.[name] ?? '').toWellFormed()),
  )
  const query = new URLSearchParams(Object.entries(call.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]))
  return query.size === 0 ? path : `${path}?${query}`
}
