import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { CodesScreen } from './codes/codes-screen.tsx'
import { readFigureSearch } from './figures/search.ts'
import { readIndicatorSearch } from './indicators/search.ts'
import { ListScreen } from './list/list-screen.tsx'
import { readListSearch } from './list/search.ts'
import { readLogSearch } from './log/search.ts'
import { readOccurrenceSearch } from './occurrence/search.ts'
import { readPracticeSearch } from './practice/search.ts'
import { readReleaseSearch } from './releases/search.ts'
import { readReportSearch } from './reports/search.ts'
import { useSession } from './session.tsx'
import { Shell } from './shell.tsx'
import { readUnitSearch } from './unit/search.ts'
import { WorkScreen } from './work/work-screen.tsx'

/** Screens that are fetched after the first one is shown: nobody begins with them, or few do. */
const later = {
  figures: lazyRouteComponent(() => import('./figures/figures-screen.tsx'), 'FiguresScreen'),
  unit: lazyRouteComponent(() => import('./unit/unit-screen.tsx'), 'UnitScreen'),
  indicators: lazyRouteComponent(() => import('./indicators/indicators-screen.tsx'), 'IndicatorsScreen'),
  occurrence: lazyRouteComponent(() => import('./occurrence/occurrence-screen.tsx'), 'OccurrenceScreen'),
  practice: lazyRouteComponent(() => import('./practice/practice-screen.tsx'), 'PracticeScreen'),
  meetings: lazyRouteComponent(() => import('./meeting/meetings-screen.tsx'), 'MeetingsScreen'),
  meeting: lazyRouteComponent(() => import('./meeting/meeting-screen.tsx'), 'MeetingScreen'),
  reports: lazyRouteComponent(() => import('./reports/reports-screen.tsx'), 'ReportsScreen'),
  releases: lazyRouteComponent(() => import('./releases/releases-screen.tsx'), 'ReleasesScreen'),
  feeds: lazyRouteComponent(() => import('./feeds/feeds-screen.tsx'), 'FeedsScreen'),
  log: lazyRouteComponent(() => import('./log/log-screen.tsx'), 'LogScreen'),
  people: lazyRouteComponent(() => import('./people/people-screen.tsx'), 'PeopleScreen'),
}

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
  validateSearch: readFigureSearch,
  component: later.figures,
})
const occurrenceRoute = createRoute({
  getParentRoute: () => root,
  path: '/occurrence',
  validateSearch: readOccurrenceSearch,
  component: later.occurrence,
})

const unitRoute = createRoute({
  getParentRoute: () => root,
  path: '/unit',
  validateSearch: readUnitSearch,
  component: later.unit,
})

const indicatorsRoute = createRoute({
  getParentRoute: () => root,
  path: '/indicators',
  validateSearch: readIndicatorSearch,
  component: later.indicators,
})

const practiceRoute = createRoute({
  getParentRoute: () => root,
  path: '/figures/practice',
  validateSearch: readPracticeSearch,
  component: later.practice,
})

const meetingsRoute = createRoute({
  getParentRoute: () => root,
  path: '/meetings',
  validateSearch: ({ pack }: Readonly<Record<string, unknown>>): { readonly pack?: string } => (typeof pack === 'string' ? { pack } : {}),
  component: later.meetings,
})
const meetingRoute = createRoute({
  getParentRoute: () => root,
  path: '/meetings/$meeting',
  validateSearch: ({ at }: Readonly<Record<string, unknown>>): { readonly at?: string } => (typeof at === 'string' ? { at } : {}),
  component: later.meeting,
})
const reportsRoute = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: readReportSearch,
  component: later.reports,
})

const releasesRoute = createRoute({
  getParentRoute: () => root,
  path: '/releases',
  validateSearch: readReleaseSearch,
  component: later.releases,
})

const feedsRoute = createRoute({
  getParentRoute: () => root,
  path: '/feeds',
  validateSearch: ({ open }: Readonly<Record<string, unknown>>): { readonly open?: string } => (typeof open === 'string' ? { open } : {}),
  component: later.feeds,
})

const logRoute = createRoute({
  getParentRoute: () => root,
  path: '/log',
  validateSearch: readLogSearch,
  component: later.log,
})
const peopleRoute = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: ({ open }: Readonly<Record<string, unknown>>): { readonly open?: string } => (typeof open === 'string' ? { open } : {}),
  component: later.people,
})

export const router = createRouter({
  routeTree: root.addChildren([
    start,
    listRoute,
    workRoute,
    codesRoute,
    figuresRoute,
    unitRoute,
    indicatorsRoute,
    occurrenceRoute,
    practiceRoute,
    meetingsRoute,
    meetingRoute,
    reportsRoute,
    releasesRoute,
    feedsRoute,
    logRoute,
    peopleRoute,
  ]),
  defaultPreload: false,
})

// Fetched while the service is there: a screen that is opened when it is away must not be missing.
const unsubscribe = router.subscribe('onRendered', () => {
  unsubscribe()
  for (const screen of Object.values(later)) void screen.preload?.()?.catch(() => undefined)
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
