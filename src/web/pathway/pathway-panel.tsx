import { Button, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKey } from '../keys/use-keys.ts'
import type { LookedAt } from '../list/last-looked.ts'
import { RiskMark } from '../list/risk-mark.tsx'
import { useRiskWords } from '../list/risk-words.ts'
import type { ListRow } from '../list/use-list.ts'
import { useSession } from '../session.tsx'

export type PathwayRead = Answer<'readPathway'>

interface Props {
  readonly pathway: string
  /** Its row in the list, where it stands there. */
  readonly row: ListRow | undefined
  readonly looked: LookedAt
  readonly onClose: () => void
}

/** One pathway beside the list. */
export function PathwayPanel({ pathway, row, looked, onClose }: Props) {
  const { t } = useTranslation()
  const read = useQuery({ queryKey: ['pathway', pathway], queryFn: ({ signal }) => ask('readPathway', { params: { pathway }, signal }) })
  const version = read.data?.version
  useEffect(() => {
    if (version !== undefined) looked.open(pathway, version)
  }, [pathway, version, looked])
  return (
    <aside className="panel" aria-label={row?.name ?? pathway}>
      <header className="panel-head">
        <Heading level="2" size="small">
          {row?.name ?? pathway}
        </Heading>
        {row ? <RiskMark state={row.risk.state} /> : null}
        <Button size="xsmall" variant="tertiary" onClick={onClose}>
          {t('panel.close', { key: shownKey('Escape') })}
        </Button>
      </header>
      <div className="panel-body">
        {read.error ? <Refusal error={read.error} /> : null}
        {row ? <Why row={row} /> : null}
      </div>
    </aside>
  )
}

function Why({ row }: { readonly row: ListRow }) {
  return <p>{useRiskWords(row)}</p>
}
void useRef
void useSession
