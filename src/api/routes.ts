import { breakGlassRoutes } from './break-glass-routes.ts'
import { figureRoutes } from './figure-routes.ts'
import { organisationRoutes } from './organisation-routes.ts'
import { pathwayRoutes } from './pathway-routes.ts'
import { signInRoutes } from './sign-in-routes.ts'

/** Every route of the service. */
export const allRoutes = { ...organisationRoutes, ...pathwayRoutes, ...figureRoutes, ...signInRoutes, ...breakGlassRoutes } as const
export type AllRoutes = typeof allRoutes
export type RouteId = keyof AllRoutes
