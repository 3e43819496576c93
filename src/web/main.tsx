import '@fontsource-variable/source-sans-3/wght.css'
import '@navikt/ds-css/dist/global/tokens.css'
import '@navikt/ds-css/dist/global/reset.css'
import '@navikt/ds-css/dist/global/baseline.css'
import '@navikt/ds-css/dist/components.css'
import './styles.css'
import { Theme } from '@navikt/ds-react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Away } from './ask.ts'
import { connection } from './connection.ts'
import { openLanguages } from './languages.ts'
import { router } from './router.tsx'
import { SessionGate } from './session.tsx'
import { useSettings } from './settings.ts'

const client = new QueryClient({
  defaultOptions: {
    // What is read is asked again only where the service was away: a refusal stays one.
    queries: { retry: (_, error) => error instanceof Away, retryDelay: 2_000, refetchOnWindowFocus: false, networkMode: 'always' },
  },
})

let wasAway = false
connection.subscribe(() => {
  const away = connection.isAway()
  if (wasAway && !away) void client.invalidateQueries()
  wasAway = away
})

const dark = matchMedia('(prefers-color-scheme: dark)')
const onDark = (listener: () => void): (() => void) => {
  dark.addEventListener('change', listener)
  return () => dark.removeEventListener('change', listener)
}

function Page() {
  const { theme } = useSettings()
  const system = useSyncExternalStore(onDark, () => dark.matches)
  return (
    <Theme theme={theme === 'system' ? (system ? 'dark' : 'light') : theme} hasBackground>
      <QueryClientProvider client={client}>
        <SessionGate>
          <RouterProvider router={router} />
        </SessionGate>
      </QueryClientProvider>
    </Theme>
  )
}

const place = document.getElementById('page')
if (!place) throw new Error('The page has no place to be shown in.')
await openLanguages()
createRoot(place).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
