import { z } from 'zod'
import { roles } from '../core/rights/rights.ts'
import { listGroups, listSorts } from '../core/work/listing.ts'
import { riskStates } from '../core/work/risk-state.ts'
import { DayText, OrgNumber } from './shapes.ts'

const yes = z.literal(true).optional()
const Id = z.string().regex(/^[\w.-]{1,60}$/, 'an id of the pack')

/**
 * What a list is narrowed, ordered and grouped by, as far as it names nobody. Words that are searched for may be a name, and so may an owner who is no
 * role: neither is kept, nor told to the log.
 */
export const ListSettings = z
  .strictObject({
    pack: Id.optional(),
    org: OrgNumber.optional(),
    states: z.array(z.enum(riskStates)).max(20).optional(),
    variants: z.array(Id).max(200).optional(),
    orgs: z.array(OrgNumber).max(200).optional(),
    owner: z.enum(roles).optional(),
    withoutStep: yes,
    asked: yes,
    escalated: yes,
    dueBy: DayText.optional(),
    changed: yes,
    sort: z.enum(listSorts).optional(),
    descending: yes,
    group: z.enum(listGroups).optional(),
    density: z.enum(['compact', 'comfortable']).optional(),
  })
  .meta({ id: 'ListSettings' })
