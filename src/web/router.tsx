import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { ListScreen } from './list/list-screen.tsx'
import { readListSearch } from './list/search.ts'
import { useSession } from './session.tsx'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: () => <Start /> })

/** Where each role begins: with what it can do something about. */
function Start() {
  const { may } = useSession()
  return <Navigate to={may('record') ? '/list' : may('see') ? '/work' : may('count') ? '/figures' : '/work'} replace />
}

const start = createRoute({ getParentRoute: () => root, path: '/', component: Start })
export const listRoute = createRoute({ getParentRoute: () => root, path: '/list', validateSearch: readListSearch, component: ListScreen })

export const router = createRouter({ routeTree: root.addChildren([start, listRoute]), defaultPreload: false })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
void lazyRouteComponent
