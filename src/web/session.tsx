import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { type Answer, ask, onEnded, Refused, setToken } from './ask.ts'
import { draftsOf } from './form/draft.ts'
import { useSettings } from './settings.ts'
import { SignIn } from './sign-in.tsx'
import { undo } from './undo.ts'

export type Me = Answer<'readMe'>
export type Organisation = Answer<'listOrganisations'>['organisations'][number]

/** Something a pack names; `names`: the same in other languages. */
interface Named {
  readonly id: string
  readonly name: string
  readonly names?: Readonly<Record<string, string>>
}

/** A pack as the service tells it to everybody, its names in the language of the page where the pack has them. */
export interface PackTold {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly time: 'day' | 'minute'
  readonly zone: string
  readonly variants: readonly Named[]
  readonly milestones: readonly Named[]
  readonly intervals: readonly (Named & { readonly unit: string })[]
  readonly indicators: readonly { readonly id: string; readonly name: string; readonly question?: string }[]
  readonly rules: readonly { readonly id: string; readonly text: string; readonly source?: string }[]
  readonly sources: readonly { readonly id: string; readonly title: string; readonly url?: string }[]
}

const inLanguage =
  (language: string) =>
  <T extends Named>(one: T): T => ({ ...one, name: one.names?.[language] ?? one.name })

interface Session {
  readonly me: Me
  readonly organisations: ReadonlyMap<number, Organisation>
  readonly packs: readonly PackTold[]
  readonly may: (capability: keyof Me['may']) => boolean
  readonly nameOf: (org: number) => string
}

const SessionContext = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('Nobody is signed in here.')
  return session
}

/** Shows the sign-in until somebody is let in, then what is in it. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [ended, setEnded] = useState(false)
  // Whoever signs in next may be somebody else: nothing that was read stays, and drafts are kept for their own writer alone.
  useEffect(
    () =>
      onEnded(() => {
        setEnded(true)
        undo.forget()
        client.clear()
        client.setQueryData(['me'], null)
      }),
    [client],
  )
  const me = useQuery({
    queryKey: ['me'],
    queryFn: async () => {
      try {
        const found = await ask('readMe', {})
        setToken(found.csrf)
        draftsOf(found.person)
        setEnded(false)
        return found
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return null
        throw error
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  const signedIn = me.data ?? undefined
  const around = useQuery({
    queryKey: ['around', signedIn?.person],
    enabled: signedIn !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const [{ organisations }, { packs }] = await Promise.all([ask('listOrganisations', {}), ask('listPacks', {})])
      return { organisations, packs: packs as readonly PackTold[] } // told by the service as they are loaded
    },
  })
  const { language } = useSettings()
  const session = useMemo((): Session | undefined => {
    if (!signedIn || !around.data) return undefined
    const named = inLanguage(language)
    const organisations = new Map(around.data.organisations.map((organisation) => [organisation.org, organisation]))
    return {
      me: signedIn,
      organisations,
      packs: around.data.packs.map((pack) => ({
        ...pack,
        variants: pack.variants.map(named),
        milestones: pack.milestones.map(named),
        intervals: pack.intervals.map(named),
      })),
      may: (capability) => (signedIn.may[capability]?.length ?? 0) > 0,
      nameOf: (org) => organisations.get(org)?.name ?? String(org),
    }
  }, [signedIn, around.data, language])
  if (me.data === null) return <SignIn ended={ended} onSignedIn={() => client.invalidateQueries({ queryKey: ['me'] })} />
  if (!session) return null
  return <SessionContext value={session}>{children}</SessionContext>
}
