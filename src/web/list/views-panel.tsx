import { BodyShort, Button, Heading, InlineMessage, Select, TextField } from '@navikt/ds-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { useSettings } from '../settings.ts'
import { isNamed, type ListSearch, settingsOf } from './search.ts'
import { changeView, dropView, keepView, useViewAct, useViews, type ViewTold } from './use-views.ts'

interface Props {
  readonly search: ListSearch
  readonly show: (view: ViewTold) => void
  readonly onClose: () => void
}

/** Keeps what the list shows under a name, and changes what was kept: one's own, and what is shared. */
export function ViewsPanel({ search, show, onClose }: Props) {
  const { t } = useTranslation()
  const { views, error } = useViews()
  const [renaming, setRenaming] = useState<string>()
  const act = useViewAct()
  const { density } = useSettings()
  const shown = { ...settingsOf(search), density }
  return (
    <Panel id="pathway-title" title={t('view.title')} onClose={onClose}>
      <KeepForm search={search} views={views} onClose={onClose} />
      {error ? <Refusal error={error} /> : null}
      {act.error ? <Refusal error={act.error} /> : null}
      <section aria-labelledby="views-title">
        <Heading level="3" size="xsmall" id="views-title" tabIndex={-1}>
          {t('view.there')}
        </Heading>
        {views.length === 0 ? <p className="quiet">{t('view.none')}</p> : null}
        <ul className="views">
          {views.map((view) => (
            <li key={view.view}>
              {renaming === view.view ? (
                <RenameForm
                  view={view}
                  onClose={() => {
                    setRenaming(undefined)
                    focusOn(`rename-${view.view}`)
                  }}
                />
              ) : (
                <>
                  <ViewLine view={view} />
                  <div className="acts">
                    <Button size="xsmall" variant="secondary" onClick={() => show(view)}>
                      {t('view.show')}
                      <span className="for-readers"> {view.name}</span>
                    </Button>
                    <Button size="xsmall" variant="tertiary" id={`rename-${view.view}`} onClick={() => setRenaming(view.view)}>
                      {t('view.rename')}
                      <span className="for-readers"> {view.name}</span>
                    </Button>
                    <Button
                      size="xsmall"
                      variant="tertiary"
                      onClick={() =>
                        act.mutate({ done: t('view.replaced', { name: view.name }), act: () => changeView(view, { search: shown }) })
                      }
                    >
                      {t('view.replace')}
                      <span className="for-readers"> {view.name}</span>
                    </Button>
                    <Button
                      size="xsmall"
                      variant="tertiary"
                      onClick={() => {
                        act.mutate({ done: t('view.dropped', { name: view.name }), act: () => dropView(view) })
                        focusOn('views-title')
                      }}
                    >
                      {t('view.drop')}
                      <span className="for-readers"> {view.name}</span>
                    </Button>
                  </div>
                </>
              )}
            </li>
          ))}
        </ul>
      </section>
    </Panel>
  )
}

/** What had the focus is gone: it goes to what stands in its place. */
const focusOn = (id: string): void => void setTimeout(() => document.getElementById(id)?.focus())

function ViewLine({ view: { name, own, org, changed, changedBy } }: { readonly view: ViewTold }) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const by = { at: momentShort(changed), who: changedBy ?? t('view.somebody') }
  return (
    <p>
      <strong>{name}</strong>{' '}
      <span className="quiet">{own ? t('view.onlyMe') : `${t('view.sharedWith', { name: nameOf(org) })}. ${t('view.changed', by)}`}</span>
    </p>
  )
}

function KeepForm({
  search,
  views,
  onClose,
}: {
  readonly search: ListSearch
  readonly views: readonly ViewTold[]
  readonly onClose: () => void
}) {
  const { t } = useTranslation()
  const { me, organisations } = useSession()
  const { density } = useSettings()
  const act = useViewAct()
  const mine = new Set(me.may.work ?? [])
  const places = [...organisations.values()].filter(({ ledger }) => mine.has(ledger))
  // One's own is kept where one works; nobody else sees it there.
  const home = me.roles.map(({ org }) => organisations.get(org)).find((org) => org && mine.has(org.ledger))?.org ?? places[0]?.org ?? 0
  const { draft, change, drop } = useDraft('view', { name: '', to: '' })
  const name = draft.name.trim()
  const own = draft.to === ''
  const org = own ? home : Number(draft.to)
  const taken = views.some((view) => view.name === name && view.own === own && (own || view.org === org))
  const missing = name === '' ? t('view.missing') : taken ? t('view.taken') : undefined
  return (
    <Form
      title={t('view.keepTitle')}
      submit={t('view.keep')}
      sending={act.isPending}
      error={act.error}
      missing={missing}
      onSend={() =>
        act.mutate(
          { done: t('view.kept', { name }), act: () => keepView({ org, own, name, search: { ...settingsOf(search), density } }) },
          {
            onSuccess: () => {
              drop()
              change({ name: '', to: '' })
            },
          },
        )
      }
      onClose={onClose}
    >
      <BodyShort size="small" className="quiet">
        {t('view.what')}
      </BodyShort>
      {isNamed(search) ? (
        <InlineMessage status="info" size="small">
          {t('view.leftOut')}
        </InlineMessage>
      ) : null}
      <div className="form-row">
        <TextField
          size="small"
          label={t('view.name')}
          value={draft.name}
          maxLength={60}
          autoComplete="off"
          onChange={({ target }) => change({ name: target.value })}
        />
        <Select size="small" label={t('view.for')} value={draft.to} onChange={({ target }) => change({ to: target.value })}>
          <option value="">{t('view.onlyMe')}</option>
          {places.map(({ org, name }) => (
            <option key={org} value={String(org)}>
              {t('view.sharedWith', { name })}
            </option>
          ))}
        </Select>
      </div>
    </Form>
  )
}

function RenameForm({ view, onClose }: { readonly view: ViewTold; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const act = useViewAct()
  const [typed, setTyped] = useState(view.name)
  const name = typed.trim()
  return (
    <Form
      title={t('view.renameTitle', { name: view.name })}
      submit={t('view.rename')}
      sending={act.isPending}
      error={act.error}
      missing={name === '' ? t('view.missing') : undefined}
      onSend={() => act.mutate({ done: t('view.renamed', { name }), act: () => changeView(view, { name }) }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField
        size="small"
        label={t('view.name')}
        value={typed}
        maxLength={60}
        autoComplete="off"
        onChange={({ target }) => setTyped(target.value)}
      />
    </Form>
  )
}
