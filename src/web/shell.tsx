import { ActionMenu, Button, GlobalAlert, InternalHeader } from '@navikt/ds-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { askUntilThere, Away as NotThere, Refused } from './ask.ts'
import { useAwaySince } from './connection.ts'
import { SilentFeeds } from './feeds/silent-feeds.tsx'
import { Help } from './keys/help.tsx'
import { shownKeyOf, useKeys } from './keys/use-keys.ts'
import { languages } from './languages.ts'
import { Palette } from './palette.tsx'
import { screensOf } from './screens.ts'
import { useSession } from './session.tsx'
import { settings, useSettings } from './settings.ts'
import { undo, useLastDone } from './undo.ts'

/** What stands around every screen: where one can go, who one is, and whether the service is there. */
export function Shell() {
  const { t } = useTranslation()
  const session = useSession()
  const navigate = useNavigate()
  const at = useRouterState({ select: ({ location }) => location.pathname })
  const [over, setOver] = useState<'help' | 'palette'>()
  const screens = screensOf(session)
  const takeBack = useTakeBack()
  useKeys({
    help: () => setOver(over === 'help' ? undefined : 'help'),
    palette: () => setOver('palette'),
    undo: takeBack,
    ...Object.fromEntries(screens.map(({ key, to }) => [key, () => void navigate({ to })])),
    ...(over === undefined ? {} : { back: () => setOver(undefined) }),
  })
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      {session.me.demonstration ? (
        <aside className="demonstration" aria-label={t('shell.demonstrationMark')}>
          {t('shell.demonstration')}
        </aside>
      ) : null}
      <InternalHeader>
        <InternalHeader.Title as={Link} to="/">
          Varde
        </InternalHeader.Title>
        <nav aria-label={t('shell.screens')} className="screens">
          {screens.map(({ to, key, words }) => (
            <Link key={to} to={to} className="screen" aria-current={at.startsWith(to) ? 'page' : undefined} title={shownKeyOf(key)}>
              {t(words)}
            </Link>
          ))}
        </nav>
        <Button size="small" variant="tertiary-neutral" className="find" onClick={() => setOver('palette')}>
          {t('palette.open', { key: shownKeyOf('palette') })}
        </Button>
        <Person />
      </InternalHeader>
      <Away />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <SilentFeeds />
      <LastDone />
      {over === 'help' ? <Help onClose={() => setOver(undefined)} /> : null}
      {over === 'palette' ? <Palette onClose={() => setOver(undefined)} onHelp={() => setOver('help')} /> : null}
    </div>
  )
}

/** While the service is away the page says so, keeps what was typed, and sends it when it is back. */
function Away() {
  const { t } = useTranslation()
  const since = useAwaySince()
  return (
    <div role="status">
      {since === undefined ? null : (
        <GlobalAlert status="warning" size="small">
          <GlobalAlert.Header>
            <GlobalAlert.Title>{t('away.title')}</GlobalAlert.Title>
          </GlobalAlert.Header>
          <GlobalAlert.Content>{t('away.kept', { at: new Date(since).toTimeString().slice(0, 5) })}</GlobalAlert.Content>
        </GlobalAlert>
      )}
    </div>
  )
}

/** Takes back what was done last, and says what became of that: somebody else may have been there since. */
function useTakeBack(): () => void {
  const { t } = useTranslation()
  return () => {
    const one = undo.take()
    one?.back?.().then(
      () => undo.say(t('undo.done', { what: one.words })),
      (error: unknown) =>
        undo.say(
          t('undo.not', {
            what: one.words,
            why: error instanceof Refused ? error.message : t(error instanceof NotThere ? 'away.now' : 'fault.unknown'),
          }),
        ),
    )
  }
}

/** What was done last, with the way back, for as long as somebody needs to see it. */
function LastDone() {
  const { t } = useTranslation()
  const last = useLastDone()
  const takeBack = useTakeBack()
  const [hidden, setHidden] = useState<typeof last>()
  useEffect(() => {
    if (last === undefined) return
    const timer = setTimeout(() => setHidden(last), 12_000)
    return () => clearTimeout(timer)
  }, [last])
  return (
    <div role="status" className="last-done">
      {last === undefined || last === hidden ? null : (
        <p>
          {last.words}{' '}
          {last.back === undefined ? null : (
            <Button size="xsmall" variant="secondary-neutral" onClick={takeBack}>
              {t('undo.button', { key: shownKeyOf('undo') })}
            </Button>
          )}
        </p>
      )}
    </div>
  )
}

function Person() {
  const { t } = useTranslation()
  const { me, nameOf } = useSession()
  const { language, theme, density } = useSettings()
  const client = useQueryClient()
  const signOut = async (): Promise<void> => {
    const { next } = await askUntilThere('signOut', {})
    sessionStorage.clear()
    client.clear()
    location.assign(next ?? '/')
  }
  return (
    <ActionMenu>
      <ActionMenu.Trigger>
        <InternalHeader.UserButton
          name={me.name}
          description={me.roles.map(({ role, org }) => `${t(`role.${role}`)}, ${nameOf(org)}`)[0] ?? ''}
        />
      </ActionMenu.Trigger>
      <ActionMenu.Content>
        <ActionMenu.RadioGroup
          label={t('person.language')}
          value={language}
          onValueChange={(value) => settings.set({ language: value as keyof typeof languages })}
        >
          {Object.entries(languages).map(([id, name]) => (
            <ActionMenu.RadioItem key={id} value={id} lang={id}>
              {name}
            </ActionMenu.RadioItem>
          ))}
        </ActionMenu.RadioGroup>
        <ActionMenu.RadioGroup
          label={t('person.theme')}
          value={theme}
          onValueChange={(value) => settings.set({ theme: value as typeof theme })}
        >
          {(['system', 'light', 'dark'] as const).map((id) => (
            <ActionMenu.RadioItem key={id} value={id}>
              {t(`theme.${id}`)}
            </ActionMenu.RadioItem>
          ))}
        </ActionMenu.RadioGroup>
        <ActionMenu.RadioGroup
          label={t('person.density')}
          value={density}
          onValueChange={(value) => settings.set({ density: value as typeof density })}
        >
          {(['compact', 'comfortable'] as const).map((id) => (
            <ActionMenu.RadioItem key={id} value={id}>
              {t(`density.${id}`)}
            </ActionMenu.RadioItem>
          ))}
        </ActionMenu.RadioGroup>
        <ActionMenu.Divider />
        <ActionMenu.Item onSelect={() => void signOut()}>{t('person.signOut')}</ActionMenu.Item>
      </ActionMenu.Content>
    </ActionMenu>
  )
}
