import { useTranslation } from 'react-i18next'
import type { RowGroup } from '../../core/work/listing.ts'
import { CsvButton } from '../save-file.tsx'
import { useSession } from '../session.tsx'
import type { ListRow } from './use-list.ts'

interface Props {
  readonly groups: readonly RowGroup<ListRow>[]
  readonly asOf: string | undefined
  readonly filter: string
}

/** The rows that are shown, in that order, as CSV, with the time they were read and what they were narrowed by. */
export function ExportButton({ groups, asOf, filter }: Props) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const lines = () =>
    groups
      .flatMap((group) => group.rows)
      .map((row) => {
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
  return <CsvButton name={`varde-${(asOf ?? '').slice(0, 10)}`} head={head} lines={asOf === undefined ? undefined : lines} />
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
  'daysLeft',
  'nextStep',
  'due',
  'owner',
  'noStepReason',
  'questions',
  'escalations',
  'changed',
]
