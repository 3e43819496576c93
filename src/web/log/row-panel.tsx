import { Button, Heading } from '@navikt/ds-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { addressOf } from '../ask.ts'
import { Panel } from '../form/panel.tsx'
import { momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { type Row, useKindWords, useRoleWords } from './use-log.ts'

interface Props {
  readonly row: Row
  readonly onOnly: (which: { readonly person?: number; readonly pathway?: string }) => void
  readonly onClose: () => void
}

/** One act or look: everything the log tells of it, and the way to what else the same person did, or was done on the same pathway. */
export function RowPanel({ row, onOnly, onClose }: Props) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const kindWords = useKindWords()
  const roleWords = useRoleWords()
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  const { pathway } = row
  return (
    <Panel id="row-title" title={kindWords(row.kind)} onClose={onClose}>
      <dl className="facts">
        <dt>{t('log.when')}</dt>
        <dd>{momentShort(row.at)}</dd>
        <dt>{t('log.who')}</dt>
        <dd>
          {row.name ?? t('log.nobody', { number: row.person })}, {roleWords(row.role)}{' '}
          <span className="quiet">{t('log.nobody', { number: row.person })}</span>
        </dd>
        {pathway === null ? null : (
          <>
            <dt>{t('log.pathway')}</dt>
            <dd>{pathway}</dd>
          </>
        )}
        {row.pack === null ? null : (
          <>
            <dt>{t('log.under')}</dt>
            <dd>{packs.find(({ id }) => id === row.pack)?.title ?? row.pack}</dd>
          </>
        )}
        {row.showed === null ? null : (
          <>
            <dt>{t('log.what')}</dt>
            <dd>{t('log.showed', { count: row.showed })}</dd>
          </>
        )}
        <dt>{t('log.place')}</dt>
        <dd>{t('log.placeIs', { number: row.number.split('-')[1], org: nameOf(row.ledger) })}</dd>
      </dl>
      <p className="acts log-only">
        <Button ref={first} size="small" variant="secondary" onClick={() => onOnly({ person: row.person })}>
          {t('log.onlyPerson')}
        </Button>
        {pathway === null ? null : (
          <Button size="small" variant="secondary" onClick={() => onOnly({ pathway })}>
            {t('log.onlyPathway')}
          </Button>
        )}
      </p>
      <section>
        <Heading level="3" size="xsmall">
          {t('log.told')}
        </Heading>
        {row.told === null ? <p className="quiet">{t('log.erased')}</p> : <Told told={row.told} />}
      </section>
      {row.before === null ? null : (
        <section>
          <Heading level="3" size="xsmall">
            {t('log.before')}
          </Heading>
          <Told told={row.before} />
        </section>
      )}
      {pathway === null ? null : (
        <section>
          <a href={addressOf('exportAccess', { pathway }, { format: 'csv' })} download>
            {t('log.file')}
          </a>
          <p className="quiet">{t('log.fileHow')}</p>
        </section>
      )}
    </Panel>
  )
}

function Told({ told }: { readonly told: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation()
  const valueWords = useValueWords()
  const said = Object.entries(told).filter(([, value]) => value !== null && value !== undefined && value !== '')
  if (said.length === 0) return <p className="quiet">{t('log.toldNothing')}</p>
  return (
    <dl className="facts">
      {said.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{t(`log.tells.${name as 'code'}`, { defaultValue: name })}</dt>
          <dd>{valueWords(name, value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What is told, in words where the page has them for it: roles, organisations, kinds and states of work. */
function useValueWords(): (name: string, value: unknown) => string {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const roleWords = useRoleWords()
  return (name, value) => {
    if (typeof value === 'boolean') return t(value ? 'log.yes' : 'log.no')
    if (['org', 'place', 'parent', 'ledger'].includes(name) && typeof value === 'number') return nameOf(value)
    if (['role', 'ownerRole', 'decider', 'recorder'].includes(name) && typeof value === 'string') return roleWords(value)
    if (name === 'kind' && typeof value === 'string') return t(`work.kind.${value as 'note'}`, { defaultValue: value })
    if (['state', 'from'].includes(name) && typeof value === 'string') return t(`work.state.${value as 'asked'}`, { defaultValue: value })
    if (name === 'standing' && typeof value === 'string') return t(`entry.standing.${value as 'sure'}`, { defaultValue: value })
    return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)
  }
}
