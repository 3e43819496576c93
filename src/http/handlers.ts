import type { AllRoutes } from '../api/routes.ts'
import { breakGlassHandlers } from './break-glass-handlers.ts'
import { codingHandlers } from './coding-handlers.ts'
import { documentHandlers } from './document-handlers.ts'
import { feedHandlers } from './feed-handlers.ts'
import { figureHandlers } from './figure-handlers.ts'
import { handoverHandlers } from './handover-handlers.ts'
import { intakeHandlers } from './intake-handlers.ts'
import { lifeHandlers } from './life-handlers.ts'
import { liveHandlers } from './live-handlers.ts'
import { logHandlers } from './log-handlers.ts'
import { meetingHandlers } from './meeting-handlers.ts'
import { occurrenceHandlers } from './occurrence-handlers.ts'
import { organisationHandlers } from './organisation-handlers.ts'
import { overrunHandlers } from './overrun-handlers.ts'
import { pathwayHandlers } from './pathway-handlers.ts'
import { practiceHandlers } from './practice-handlers.ts'
import { releaseHandlers } from './release-handlers.ts'
import type { Handlers } from './service.ts'
import { signInHandlers } from './sign-in-handlers.ts'
import { unitHandlers } from './unit-handlers.ts'
import { viewHandlers } from './view-handlers.ts'
import { workHandlers } from './work-handlers.ts'

/** What answers each route. */
export const handlers: Handlers<AllRoutes> = {
  ...organisationHandlers,
  ...pathwayHandlers,
  ...figureHandlers,
  ...occurrenceHandlers,
  ...practiceHandlers,
  ...unitHandlers,
  ...workHandlers,
  ...overrunHandlers,
  ...handoverHandlers,
  ...codingHandlers,
  ...meetingHandlers,
  ...documentHandlers,
  ...logHandlers,
  ...signInHandlers,
  ...breakGlassHandlers,
  ...viewHandlers,
  ...liveHandlers,
  ...intakeHandlers,
  ...feedHandlers,
  ...lifeHandlers,
  ...releaseHandlers,
}
