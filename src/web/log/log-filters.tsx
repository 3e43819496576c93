import { Button, Select, TextField } from '@navikt/ds-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { actTells, lookTells } from '../../core/work/told.ts'
import { signInKinds } from '../../core/work/work.ts'
import { DayField } from '../form/day-field.tsx'
import { useSession } from '../session.tsx'
import { isNumber, isPathway, type LogSearch } from './search.ts'
import { type Row, useKindWords } from './use-log.ts'

/** Looks that tell nothing of their own stand here by name. */
const otherLooks = ['pathway', 'handovers', 'work-list', 'work', 'meeting', 'stale', 'glass-in-vain', 'glass-reviews', 'log'] as const
const kinds = {
  act: [...Object.keys(actTells), ...signInKinds],
  look: [...Object.keys(lookTells), ...otherLooks],
} as const

interface Props {
  readonly search: LogSearch
  readonly rows: readonly Row[]
  readonly change: (to: { readonly [K in keyof LogSearch]?: LogSearch[K] | undefined }) => void
}

/** What narrows the log. What is typed counts once it is whole; until then the field says how it is written. */
export function LogFilters({ search, rows, change }: Props) {
  const { t } = useTranslation()
  const { me, organisations } = useSession()
  const kindWords = useKindWords()
  const mine = new Set(me.may.log ?? [])
  const places = [...organisations.values()].filter(({ org, ledger }) => mine.has(ledger) && org === ledger)
  const chains = search.chain === undefined ? (['act', 'look'] as const) : [search.chain]
  const name = rows.find(({ person }) => person === search.person)?.name ?? undefined
  const isNarrowed = Object.keys(search).some((key) => key !== 'open')
  return (
    // Cleared from outside, or by a row: what was typed goes with it.
    <div className="filters log-filters" role="search" aria-label={t('filter.title')} key={`${search.person} ${search.pathway}`}>
      <Select
        size="small"
        label={t('log.which')}
        value={search.chain ?? ''}
        onChange={({ target }) => change({ chain: target.value === '' ? undefined : (target.value as 'act'), kind: undefined })} // one of the options
      >
        <option value="">{t('log.all')}</option>
        <option value="act">{t('log.act')}</option>
        <option value="look">{t('log.look')}</option>
      </Select>
      <Select
        size="small"
        label={t('log.kindLabel')}
        value={search.kind ?? ''}
        onChange={({ target }) => change({ kind: target.value === '' ? undefined : target.value })}
      >
        <option value="">{t('log.anyKind')}</option>
        {chains.map((chain) => (
          <optgroup key={chain} label={t(`log.${chain}`)}>
            {kinds[chain].map((kind) => (
              <option key={kind} value={kind}>
                {kindWords(kind)}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      {places.length < 2 ? null : (
        <Select
          size="small"
          label={t('log.org')}
          value={search.org === undefined ? '' : String(search.org)}
          onChange={({ target }) => change({ org: target.value === '' ? undefined : Number(target.value) })}
        >
          <option value="">{t('filter.anyOrg')}</option>
          {places.map(({ org, name: called }) => (
            <option key={org} value={org}>
              {called}
            </option>
          ))}
        </Select>
      )}
      <Typed
        label={t('log.person')}
        how={name ?? t('log.personHow')}
        wrong={t('log.personUnknown')}
        value={search.person === undefined ? '' : String(search.person)}
        fits={(text) => isNumber(Number(text))}
        onTake={(text) => change({ person: text === undefined ? undefined : Number(text) })}
      />
      <Typed
        label={t('log.pathway')}
        how={t('log.pathwayHow')}
        wrong={t('log.pathwayWrong')}
        value={search.pathway ?? ''}
        fits={isPathway}
        onTake={(pathway) => change({ pathway })}
      />
      <DayField label={t('log.from')} value={search.from ?? ''} onChange={(from) => change({ from: from === '' ? undefined : from })} />
      <DayField label={t('log.to')} value={search.to ?? ''} onChange={(to) => change({ to: to === '' ? undefined : to })} />
      {isNarrowed ? (
        <Button
          size="xsmall"
          variant="tertiary"
          onClick={() =>
            change({
              chain: undefined,
              kind: undefined,
              org: undefined,
              person: undefined,
              pathway: undefined,
              from: undefined,
              to: undefined,
            })
          }
        >
          {t('log.clear')}
        </Button>
      ) : null}
    </div>
  )
}

interface TypedProps {
  readonly label: string
  readonly how: string
  readonly wrong: string
  readonly value: string
  readonly fits: (text: string) => boolean
  readonly onTake: (text: string | undefined) => void
}

/** A field that is taken at Enter or when it is left: each reading of the log is written into it, so none is made at each letter. */
function Typed({ label, how, wrong, value, fits, onTake }: TypedProps) {
  const [typed, setTyped] = useState(value)
  const text = typed.trim()
  const isWrong = text !== '' && !fits(text)
  const take = (): void => {
    if (!isWrong && text !== value) onTake(text === '' ? undefined : text)
  }
  return (
    <TextField
      size="small"
      className="log-typed"
      label={label}
      description={how}
      error={isWrong ? wrong : undefined}
      value={typed}
      autoComplete="off"
      onChange={({ target }) => setTyped(target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take()
      }}
    />
  )
}
