import { type ServeParts, serve } from '../http/serve.ts'
import type { Settings } from '../http/settings.ts'
import type { Io } from './io.ts'

/** `varde serve`: the service, until somebody asks it to end; then what is in hand is finished. */
export async function serveUntilAsked(settings: Settings, io: Io, openSignIn?: ServeParts['openSignIn']): Promise<void> {
  const served = await serve({ settings, ...(openSignIn ? { openSignIn } : {}), say: (sentence) => io.out(`${sentence}\n`) })
  await io.untilAsked()
  io.out('Stopping: no new requests are taken, those in hand are finished.\n')
  await served.stop()
  io.out('Stopped.\n')
}
