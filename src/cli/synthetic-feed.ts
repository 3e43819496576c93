import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { addDays, type Day, dayText } from '../core/words/day.ts'
import type { Settings } from '../http/settings.ts'
import { framed } from '../intake/mllp.ts'
import type { Demonstration } from '../store/demonstration.ts'

/** MSH-3 and MSH-4 of what is made up here. */
export const syntheticSender = 'SYNTHETIC|KYST'

/** The demonstration listens for messages as well, into the house of its first machine; any port that is free, unless one is named. */
export function listeningForSynthetic(settings: Settings, { accounts }: Demonstration): Settings {
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
  readonly address: string
  readonly port: number
  readonly demonstration: Demonstration
  readonly everyMs: number
}

/** Sends made-up appointments about patients of the demonstration, until it is stopped. */
export async function sendSynthetic({ address, port, demonstration, everyMs }: Sending): Promise<{ stop(): void }> {
  const { feedPerson: person } = listeningForSynthetic({} as Settings, demonstration) // only who it is
  const signedIn = await fetch(`${address}/api/demonstration/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person }),
  })
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const ask = async (path: string) => (await fetch(address + path, { headers: { cookie } })).json()
  const { pathways } = (await ask('/api/pathways?pack=no-house&limit=100')) as { pathways: readonly { readonly patient: string }[] } // as the route says
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.resume()
  socket.on('error', () => {})
  let n = 0
  const next = async (): Promise<void> => {
    // Three about one patient, one after the other: booked, moved, taken back.
    const one = pathways[Math.floor(n / 3) % Math.max(1, pathways.length)]
    if (!one) return
    const { nationalId } = (await ask(`/api/patients/${one.patient}`)) as { nationalId: string | null } // as the route says
    const at = new Date()
    const today = Math.floor(at.getTime() / 86_400_000) as Day // whole days since 1970
    const event = (['S12', 'S13', 'S15'] as const)[n % 3]!
    const number = `${at.getFullYear()}-${Math.floor(n / 3)}`
    if (nationalId !== null)
      socket.write(
        framed(syntheticMessage({ event, control: `${at.getTime()}-${n}`, nationalId, number, on: addDays(today, 5 + (n % 7)), at })),
      )
    n++
  }
  const timer = setInterval(() => void next().catch(() => {}), everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      socket.destroy()
    },
  }
}
