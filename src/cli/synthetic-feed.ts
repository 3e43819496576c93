import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { addDays, type Day, dayText } from '../core/words/day.ts'
import type { Settings } from '../http/settings.ts'
import { framed } from '../intake/mllp.ts'
import type { Demonstration } from '../store/demonstration.ts'
import { openLedger } from '../store/ledger-database.ts'

/** MSH-3 and MSH-4 of what is made up here. */
export const syntheticSender = 'SYNTHETIC|KYST'

/** The demonstration listens for messages as well, into the house of its first machine; any port that is free, unless one is named. */
export function listeningForSynthetic(settings: Settings, { accounts }: Pick<Demonstration, 'accounts'>): Settings {
  const machine = accounts.find(({ role, pack }) => role === 'machine' && pack === 'no-house')
  if (!machine) throw new Error('The demonstration has a machine.')
  return {
    ...settings,
    feedPort: settings.feedPort ?? 0,
    feedOrganisation: machine.org,
    feedPerson: machine.person,
    feedMapping: settings.feedMapping ?? fileURLToPath(new URL('../../demonstration/feed.yaml', import.meta.url)),
    feedSenders: settings.feedSenders ?? [syntheticSender],
  }
}

export interface Appointment {
  readonly event: 'S12' | 'S13' | 'S15'
  readonly control: string
  readonly nationalId: string
  readonly number: string
  readonly on: Day
  readonly at: Date
}

/** A made-up message about an invented patient, marked as a test: a real installation takes none of these. */
export const syntheticMessage = ({ event, control, nationalId, number, on, at }: Appointment): string =>
  [
    `MSH|^~\\&|${syntheticSender}|VARDE|KYST|${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}+0000||SIU^${event}|${control}|T|2.5||||||UNICODE UTF-8`,
    `SCH||${number}|||||||||^^^${dayText(on).replaceAll('-', '')}0900`,
    `PID|1||${nationalId}^^^NO^FNR`,
    'AIS|1||POL^Time på poliklinikken (oppdiktet)',
    '',
  ].join('\r')

interface Sending {
  readonly port: number
  readonly demonstration: Pick<Demonstration, 'accounts'> & { readonly server: { readonly serviceUrl: string } }
  readonly everyMs: number
}

/** Numbers of patients with an open pathway in the house of the machine: a record system knows its own. */
async function knownNumbers({ accounts, server }: Sending['demonstration']): Promise<readonly string[]> {
  const { feedPerson: person = 0 } = listeningForSynthetic({} as Settings, { accounts }) // only who it is
  const ledger = openLedger({ url: server.serviceUrl, connections: 2 })
  try {
    const actor = { person, role: 'machine', ...(await ledger.standingOf(person)) } as const
    const rows = await ledger.as(actor, (session) =>
      session.rows(
        `SELECT i.national_id FROM identity i WHERE i.national_id IS NOT NULL AND 1 = (SELECT count(*) FROM pathway p WHERE p.ledger = i.ledger AND p.patient = i.patient)
           AND EXISTS (SELECT 1 FROM pathway p JOIN work w ON w.ledger = p.ledger AND w.pathway = p.pathway AND w.open WHERE p.ledger = i.ledger AND p.patient = i.patient)
         ORDER BY i.patient DESC LIMIT 100`,
      ),
    )
    return rows.map((row) => String(row['national_id']))
  } finally {
    await ledger.close()
  }
}

/** Sends made-up appointments about patients of the demonstration, until it is stopped. */
export async function sendSynthetic({ port, demonstration, everyMs }: Sending): Promise<{ stop(): void }> {
  const numbers = await knownNumbers(demonstration)
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.resume()
  socket.on('error', () => {})
  let n = 0
  const timer = setInterval(() => {
    // Three about one patient, one after the other: booked, moved, taken back.
    const nationalId = numbers[Math.floor(n / 3) % Math.max(1, numbers.length)]
    const at = new Date()
    const today = Math.floor(at.getTime() / 86_400_000) as Day // whole days since 1970
    const event = (['S12', 'S13', 'S15'] as const)[n % 3]!
    const [control, number] = [`${at.getTime()}-${n}`, `${process.pid}-${Math.floor(n / 3)}`]
    if (nationalId !== undefined)
      socket.write(framed(syntheticMessage({ event, control, nationalId, number, on: addDays(today, 5 + (n % 7)), at })))
    n++
  }, everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      socket.destroy()
    },
  }
}
