import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { OrgNumber, Ref, Text } from './shapes.ts'

const Why = {
  reason: Text(1000).refine((text) => text.length >= 10, 'at least 10 characters that say why'),
  minutes: z.int().min(1).max(60).default(30),
}

const Opened = z.strictObject({ glass: Ref, pathway: Ref, patient: Ref, until: z.string() }).meta({ id: 'BrokenGlass' })

export const breakGlassRoutes = defineRoutes({
  breakGlass: {
    method: 'POST',
    path: '/api/break-glass',
    tag: 'Emergency access',
    summary: 'Read one pathway of another house, for a reason, for a while; the data-protection officer there reviews it',
    needs: 'break',
    scope: 'any',
    status: 201,
    body: z.union([
      z.strictObject({ pathway: Ref, ...Why }),
      z.strictObject({ org: OrgNumber, nationalId: z.string().regex(/^[0-9A-Za-z -]{4,40}$/, '4 to 40 letters and digits'), ...Why }),
    ]),
    answer: z.strictObject({ opened: z.array(Opened) }),
  },
  listBrokenGlass: {
    method: 'GET',
    path: '/api/break-glass',
    tag: 'Emergency access',
    summary: 'Emergency access of one’s own that has not ended',
    needs: 'break',
    scope: 'any',
    answer: z.strictObject({ opened: z.array(Opened.extend({ reason: z.string() }).meta({ id: 'BrokenGlassOfMine' })) }),
  },
  endBrokenGlass: {
    method: 'POST',
    path: '/api/break-glass/:glass/end',
    tag: 'Emergency access',
    summary: 'End emergency access of one’s own early',
    needs: 'break',
    scope: 'reference',
    params: z.strictObject({ glass: Ref }),
    answer: z.strictObject({ ended: z.literal(true) }),
  },
  listGlassReviews: {
    method: 'GET',
    path: '/api/break-glass/reviews',
    tag: 'Emergency access',
    summary: 'Emergency access in one’s own house, with what was looked at under it',
    needs: 'log',
    scope: 'any',
    query: z.strictObject({ state: z.enum(['waiting', 'reviewed']).default('waiting') }),
    answer: z.strictObject({
      reviews: z.array(
        z.strictObject({
          work: Ref,
          pathway: Ref,
          person: z.int(),
          name: z.string(),
          reason: z.string(),
          opened: z.string(),
          until: z.string(),
          looks: z.int(),
          state: z.string(),
          finding: z.string().nullable(),
          note: z.string().nullable(),
        }),
      ),
    }),
  },
  reviewGlass: {
    method: 'POST',
    path: '/api/break-glass/reviews/:work',
    tag: 'Emergency access',
    summary: 'Say whether emergency access was justified; never one’s own',
    needs: 'log',
    scope: 'reference',
    status: 201,
    params: z.strictObject({ work: Ref }),
    body: z.strictObject({ finding: z.enum(['justified', 'not-justified']), note: Text(1000) }),
    answer: z.strictObject({ reviewed: z.literal(true) }),
  },
})
