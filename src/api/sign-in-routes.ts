import { z } from 'zod'
import { roles } from '../core/rights/rights.ts'
import { defineRoutes } from './route.ts'

/** Typed secrets: as they are, only bounded. */
const Typed = (longest: number) => z.string().min(1).max(longest)

export const SignedIn = z
  .strictObject({
    person: z.int(),
    csrf: z.string().describe('to be sent as `varde-csrf` with every request that changes something'),
    factor: z.enum(['given', 'needed', 'none']).describe('needed: the rights of some roles wait for a second factor'),
  })
  .meta({ id: 'SignedIn' })

const person = z.strictObject({ person: z.coerce.number().pipe(z.int().min(0).max(2_147_483_647)) })

export const signInRoutes = defineRoutes({
  listWaysIn: {
    method: 'GET',
    path: '/api/sign-in',
    tag: 'Sign-in',
    summary: 'How one can sign in here',
    needs: 'anybody',
    scope: 'none',
    answer: z.strictObject({ password: z.boolean(), oidc: z.strictObject({ name: z.string() }).nullable(), demonstration: z.boolean() }),
  },
  signIn: {
    method: 'POST',
    path: '/api/sign-in',
    tag: 'Sign-in',
    summary: 'Sign in with a login and a password kept here, and the code of a second factor where there is one',
    needs: 'anybody',
    scope: 'none',
    body: z.strictObject({
      login: Typed(100),
      password: Typed(200),
      code: Typed(40).optional().describe('of the authenticator, or a recovery code'),
    }),
    answer: SignedIn,
  },
  signOut: {
    method: 'POST',
    path: '/api/sign-out',
    tag: 'Sign-in',
    summary: 'End this session; where to go on to, when the provider has to be told as well',
    needs: 'signed-in',
    scope: 'none',
    answer: z.strictObject({ signedOut: z.literal(true), next: z.string().nullable() }),
  },
  signOutEverywhere: {
    method: 'POST',
    path: '/api/sign-out/everywhere',
    tag: 'Sign-in',
    summary: 'End all sessions of the person who is signed in, this one too',
    needs: 'signed-in',
    scope: 'none',
    answer: z.strictObject({ sessions: z.int() }),
  },
  signOutPerson: {
    method: 'POST',
    path: '/api/people/:person/sign-out',
    tag: 'Sign-in',
    summary: 'End all sessions of somebody in an organisation one administers',
    needs: 'administer',
    scope: 'any',
    params: person,
    answer: z.strictObject({ sessions: z.int() }),
  },
  changePassword: {
    method: 'POST',
    path: '/api/password',
    tag: 'Sign-in',
    summary: 'Change the password; every session of the person ends, and this browser gets a new one',
    needs: 'signed-in',
    scope: 'none',
    body: z.strictObject({ password: Typed(200), next: Typed(200) }),
    answer: SignedIn,
  },
  beginFactor: {
    method: 'POST',
    path: '/api/factor',
    tag: 'Sign-in',
    summary: 'Begin a second factor: the secret for an authenticator, shown this once',
    needs: 'signed-in',
    scope: 'none',
    body: z.strictObject({ password: Typed(200) }),
    answer: z.strictObject({ otpauth: z.string() }),
  },
  confirmFactor: {
    method: 'POST',
    path: '/api/factor/confirmation',
    tag: 'Sign-in',
    summary:
      'Confirm the second factor with a first code; recovery codes, shown this once. Every session ends, and this browser gets a new one',
    needs: 'signed-in',
    scope: 'none',
    body: z.strictObject({ code: Typed(40) }),
    answer: SignedIn.extend({ recoveryCodes: z.array(z.string()) }).meta({ id: 'FactorConfirmed' }),
  },
  beginOidc: {
    method: 'GET',
    path: '/api/sign-in/oidc',
    tag: 'Sign-in',
    summary: 'Go to the OpenID provider of the house',
    needs: 'anybody',
    scope: 'none',
    query: z.strictObject({ return: z.string().max(500).default('/').describe('where to come back to: a path of this service') }),
  },
  endOidc: {
    method: 'GET',
    path: '/api/sign-in/oidc/callback',
    tag: 'Sign-in',
    summary: 'Where the OpenID provider sends people back to',
    needs: 'anybody',
    scope: 'none',
    query: z.object({}), // what a provider sends is read by the library, repeated parameters included
  },
  giveToken: {
    method: 'POST',
    path: '/api/token',
    tag: 'Sign-in',
    summary: 'A token for a machine, for an assertion signed with its key (RFC 7523)',
    needs: 'anybody',
    scope: 'none',
    body: z.strictObject({ assertion: Typed(8000) }),
    answer: z.strictObject({ token: z.string(), type: z.literal('Bearer'), seconds: z.int() }),
  },
  listDemonstrationPeople: {
    method: 'GET',
    path: '/api/demonstration/people',
    tag: 'Demonstration',
    summary: 'Invented people to sign in as; only in demonstration mode',
    needs: 'anybody',
    scope: 'none',
    answer: z.strictObject({
      people: z.array(
        z.strictObject({
          person: z.int(),
          name: z.string(),
          roles: z.array(z.strictObject({ org: z.int(), organisation: z.string(), role: z.enum(roles) })),
        }),
      ),
    }),
  },
  signInForDemonstration: {
    method: 'POST',
    path: '/api/demonstration/sign-in',
    tag: 'Demonstration',
    summary: 'Sign in as one of the invented people; only in demonstration mode',
    needs: 'anybody',
    scope: 'none',
    body: z.strictObject({ person: z.int().min(0).max(2_147_483_647) }),
    answer: SignedIn,
  },
})
