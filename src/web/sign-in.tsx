import { Button, Heading, InlineMessage, Link, TextField, VStack } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Away, ask, Refused, setToken } from './ask.ts'

/** The ways in that this service has; in a demonstration, the invented people one can be. */
export function SignIn({ ended, onSignedIn }: { readonly ended: boolean; readonly onSignedIn: () => void }) {
  const { t } = useTranslation()
  const [fault, setFault] = useState<string>()
  const ways = useQuery({ queryKey: ['ways'], queryFn: () => ask('listWaysIn', {}) })
  const enter = async (how: () => Promise<{ readonly csrf: string }>): Promise<void> => {
    try {
      const { csrf } = await how()
      setToken(csrf)
      onSignedIn()
    } catch (error) {
      setFault(error instanceof Refused ? error.message : error instanceof Away ? t('away.signIn') : String(error))
    }
  }
  if (!ways.data) return null
  return (
    <main className="sign-in">
      <VStack gap="space-16">
        <Heading level="1" size="large">
          {t('signIn.title')}
        </Heading>
        {ended ? (
          <InlineMessage status="info" role="status">
            {t('signIn.ended')}
          </InlineMessage>
        ) : null}
        {fault === undefined ? null : (
          <InlineMessage status="error" role="alert">
            {fault}
          </InlineMessage>
        )}
        {ways.data.oidc ? (
          <Link href={`/api/sign-in/oidc?return=${encodeURIComponent(whereNow())}`}>{t('signIn.with', { name: ways.data.oidc.name })}</Link>
        ) : null}
        {ways.data.demonstration ? <People enter={enter} /> : null}
        {ways.data.password && !ways.data.demonstration ? <PasswordForm enter={enter} /> : null}
      </VStack>
    </main>
  )
}

/** Where somebody was, to come back to; the service takes no more than 500 characters of it. */
const whereNow = (): string => {
  const here = location.pathname + location.search
  return here.length > 500 ? location.pathname : here
}

type Enter = (how: () => Promise<{ readonly csrf: string }>) => Promise<void>

function PasswordForm({ enter }: { readonly enter: Enter }) {
  const { t } = useTranslation()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const said = new FormData(event.currentTarget)
    const text = (name: string): string => String(said.get(name) ?? '').trim()
    void enter(() =>
      ask('signIn', {
        body: {
          login: text('login'),
          password: String(said.get('password') ?? ''),
          ...(text('code') === '' ? {} : { code: text('code') }),
        },
      }),
    )
  }
  return (
    <form onSubmit={submit}>
      <VStack gap="space-12">
        <TextField size="small" name="login" label={t('signIn.login')} autoComplete="username" required />
        <TextField size="small" name="password" type="password" label={t('signIn.password')} autoComplete="current-password" required />
        <TextField size="small" name="code" label={t('signIn.code')} autoComplete="one-time-code" inputMode="numeric" />
        <div>
          <Button size="small">{t('signIn.submit')}</Button>
        </div>
      </VStack>
    </form>
  )
}

/** Who has most to look at comes first. */
const order = ['coordinator', 'clinician', 'coder', 'coding-lead', 'summariser', 'manager', 'analyst']
const placeOf = ({ roles }: { readonly roles: readonly { readonly role: string }[] }): number => {
  const at = order.indexOf(roles[0]?.role ?? '')
  return at < 0 ? order.length : at
}

function People({ enter }: { readonly enter: Enter }) {
  const { t } = useTranslation()
  const people = useQuery({ queryKey: ['invented people'], queryFn: () => ask('listDemonstrationPeople', {}) })
  return (
    <section aria-labelledby="invented">
      <Heading level="2" size="small" id="invented" spacing>
        {t('signIn.demonstration')}
      </Heading>
      <ul className="people">
        {(people.data?.people ?? [])
          .toSorted((a, b) => placeOf(a) - placeOf(b))
          .map(({ person, name, roles }) => (
            <li key={person}>
              <Button
                variant="tertiary-neutral"
                size="small"
                onClick={() => void enter(() => ask('signInForDemonstration', { body: { person } }))}
              >
                <span className="person-name">{name}</span>{' '}
                <span className="person-role">
                  {roles.map(({ role, organisation }) => `${t(`role.${role}`)}, ${organisation}`).join('; ')}
                </span>
              </Button>
            </li>
          ))}
      </ul>
    </section>
  )
}
