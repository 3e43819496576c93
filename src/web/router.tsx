import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { CodesScreen } from './codes/codes-screen.tsx'
import { FeedsScreen } from './feeds/feeds-screen.tsx'
import { FiguresScreen } from './figures/figures-screen.tsx'
import { ListScreen } from './list/list-screen.tsx'
import { readListSearch } from './list/search.ts'
import { readLogSearch } from './log/search.ts'
import { MeetingScreen } from './meeting/meeting-screen.tsx'
import { MeetingsScreen } from './meeting/meetings-screen.tsx'
import { ReportsScreen } from './reports/reports-screen.tsx'
import { readReportSearch } from './reports/search.ts'
import { useSession } from './session.tsx'
import { Shell } from './shell.tsx'
import { WorkScreen } from './work/work-screen.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: () => <Start /> })

/** Where each role begins: with what it can do something about. */
function Start() {
  const { may } = useSession()
  return (
    <Navigate
      to={
        may('record')
          ? '/list'
          : may('see')
            ? '/work'
            : may('count')
              ? '/figures'
              : may('log')
                ? '/log'
                : may('administer')
                  ? '/people'
                  : '/work'
      }
      replace
    />
  )
}

const start = createRoute({ getParentRoute: () => root, path: '/', component: Start })
export const listRoute = createRoute({ getParentRoute: () => root, path: '/list', validateSearch: readListSearch, component: ListScreen })

const workRoute = createRoute({
  getParentRoute: () => root,
  path: '/work',
  validateSearch: ({ open }: Readonly<Record<string, unknown>>): { readonly open?: string } => (typeof open === 'string' ? { open } : {}),
  component: WorkScreen,
})
const codesRoute = createRoute({
  getParentRoute: () => root,
  path: '/codes',
  validateSearch: ({ pack, open }: Readonly<Record<string, unknown>>): { readonly pack?: string; readonly open?: string } => ({
    ...(typeof pack === 'string' ? { pack } : {}),
    ...(typeof open === 'string' ? { open } : {}),
  }),
  component: CodesScreen,
})
const figuresRoute = createRoute({
  getParentRoute: () => root,
  path: '/figures',
  validateSearch: ({ pack, by }: Readonly<Record<string, unknown>>): { readonly pack?: string; readonly by?: 'place' } => ({
    ...(typeof pack === 'string' ? { pack } : {}),
    ...(by === 'place' ? { by } : {}),
  }),
  component: FiguresScreen,
})

const meetingsRoute = createRoute({
  getParentRoute: () => root,
  path: '/meetings',
  validateSearch: ({ pack }: Readonly<Record<string, unknown>>): { readonly pack?: string } => (typeof pack === 'string' ? { pack } : {}),
  component: MeetingsScreen,
})
const meetingRoute = createRoute({
  getParentRoute: () => root,
  path: '/meetings/$meeting',
  validateSearch: ({ at }: Readonly<Record<string, unknown>>): { readonly at?: string } => (typeof at === 'string' ? { at } : {}),
  component: MeetingScreen,
})
const reportsRoute = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: readReportSearch,
  component: ReportsScreen,
})

const feedsRoute = createRoute({
  getParentRoute: () => root,
  path: '/feeds',
  validateSearch: ({ open }: Readonly<Record<string, unknown>>): { readonly open?: string } => (typeof open === 'string' ? { open } : {}),
  component: FeedsScreen,
})

const logRoute = createRoute({
  getParentRoute: () => root,
  path: '/log',
  validateSearch: readLogSearch,
  component: lazyRouteComponent(() => import('./log/log-screen.tsx'), 'LogScreen'),
})
const peopleRoute = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: ({ open }: Readonly<Record<string, unknown>>): { readonly open?: string } => (typeof open === 'string' ? { open } : {}),
  component: lazyRouteComponent(() => import('./people/people-screen.tsx'), 'PeopleScreen'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    start,
    listRoute,
    workRoute,
    codesRoute,
    figuresRoute,
    meetingsRoute,
    meetingRoute,
    reportsRoute,
    feedsRoute,
    logRoute,
    peopleRoute,
  ]),
  defaultPreload: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
