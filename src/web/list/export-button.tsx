import { Button } from '@navikt/ds-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { csvText } from '../../core/words/csv.ts'
import type { RowGroup } from '../../core/work/listing.ts'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { saveFile } from '../save-file.tsx'
import { useSession } from '../session.tsx'
import { useBasisWords } from './risk-words.ts'
import { isNamed, type ListSearch, settingsOf } from './search.ts'
import type { ListRow } from './use-list.ts'

interface Props {
  readonly groups: readonly RowGroup<ListRow>[]
  readonly asOf: string | undefined
  readonly pack: string
  readonly search: ListSearch
}

/**
 * The rows that are shown, in that order, as CSV, with the time they were read and what they were narrowed by. Made here, of what is on the screen, once
 * the service has written down that it is.
 */
export function ExportButton({ groups, asOf, pack, search }: Props) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const basisOf = useBasisWords()
  /** What is on the screen when it is asked for: what becomes of the list meanwhile is not in the file. */
  const shown = () => ({ rows: groups.flatMap((group) => group.rows), asOf: asOf ?? '', filter: decodeURIComponent(location.search) })
  const save = ({ rows, asOf, filter }: ReturnType<typeof shown>): void => {
    const lines = rows.map((row) => {
      const clock = row.clocks.find(({ interval }) => interval === row.risk.interval)
      const variant = packs.find(({ id }) => id === row.pack)?.variants.find(({ id }) => id === row.variant)?.name ?? row.variant
      const { risk, nextStep } = row
      return [
        asOf,
        filter,
        row.pathway,
        row.name,
        row.pack,
        variant,
        nameOf(row.org),
        t(`risk.${risk.state}`),
        clock?.name,
        clock?.day,
        clock?.limit,
        risk.slack,
        basisOf(row),
        risk.daysLeft,
        nextStep?.what,
        nextStep?.due,
        nextStep?.owner,
        row.noStepReason,
        row.questions,
        row.escalations,
        row.changed,
      ]
    })
    saveFile(`varde-${asOf.slice(0, 10)}.csv`, 'text/csv', csvText(head, lines))
  }
  const note = useMutation({
    networkMode: 'always',
    mutationFn: ({ rows, asOf }: ReturnType<typeof shown>) => {
      const pathways = rows.map(({ pathway }) => pathway)
      return ask('noteExport', { body: { pack, asOf, filter: settingsOf(search), named: isNamed(search), pathways } })
    },
    onSuccess: (_, what) => save(what),
  })
  return (
    <>
      <Button
        size="xsmall"
        variant="tertiary"
        onClick={() => note.mutate(shown())}
        disabled={asOf === undefined || groups.length === 0 || note.isPending}
      >
        {t('list.export')}
      </Button>
      {note.error ? <Refusal error={note.error} /> : null}
    </>
  )
}

const head = [
  'asOf',
  'filter',
  'pathway',
  'name',
  'pack',
  'variant',
  'place',
  'state',
  'interval',
  'day',
  'limit',
  'slack',
  'slackRestsOn',
  'daysLeft',
  'nextStep',
  'due',
  'owner',
  'noStepReason',
  'questions',
  'escalations',
  'changed',
]
