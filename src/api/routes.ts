import { breakGlassRoutes } from './break-glass-routes.ts'
import { codingRoutes } from './coding-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { feedRoutes } from './feed-routes.ts'
import { figureRoutes } from './figure-routes.ts'
import { handoverRoutes } from './handover-routes.ts'
import { intakeRoutes } from './intake-routes.ts'
import { lifeRoutes } from './life-routes.ts'
import { liveRoutes } from './live-routes.ts'
import { logRoutes } from './log-routes.ts'
import { meetingRoutes } from './meeting-routes.ts'
import { occurrenceRoutes } from './occurrence-routes.ts'
import { organisationRoutes } from './organisation-routes.ts'
import { overrunRoutes } from './overrun-routes.ts'
import { pathwayRoutes } from './pathway-routes.ts'
import { practiceRoutes } from './practice-routes.ts'
import { releaseRoutes } from './release-routes.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { unitRoutes } from './unit-routes.ts'
import { viewRoutes } from './view-routes.ts'
import { workRoutes } from './work-routes.ts'

/** Every route of the service. */
export const allRoutes = {
  ...organisationRoutes,
  ...pathwayRoutes,
  ...figureRoutes,
  ...occurrenceRoutes,
  ...practiceRoutes,
  ...unitRoutes,
  ...workRoutes,
  ...overrunRoutes,
  ...handoverRoutes,
  ...codingRoutes,
  ...meetingRoutes,
  ...documentRoutes,
  ...logRoutes,
  ...signInRoutes,
  ...breakGlassRoutes,
  ...viewRoutes,
  ...liveRoutes,
  ...intakeRoutes,
  ...feedRoutes,
  ...lifeRoutes,
  ...releaseRoutes,
} as const
export type AllRoutes = typeof allRoutes
export type RouteId = keyof AllRoutes
