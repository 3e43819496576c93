import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ListGroup, ListSort, RowGroup } from '../../core/work/listing.ts'
import type { RiskState } from '../../core/work/risk-state.ts'
import { useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { RiskMark } from './risk-mark.tsx'
import { useBasisWords, useRiskWords } from './risk-words.ts'
import type { ListRow } from './use-list.ts'

interface Props {
  readonly groups: readonly RowGroup<ListRow>[]
  readonly group: ListGroup
  readonly sort: ListSort
  readonly descending: boolean
  readonly density: 'compact' | 'comfortable'
  readonly openPathway: string | undefined
  readonly waiting: ReadonlySet<string>
  readonly isNew: (row: ListRow) => boolean
  readonly onOpen: (pathway: string) => void
  readonly onSort: (sort: ListSort) => void
  readonly empty: ReactNode
}

type Line =
  | { readonly kind: 'group'; readonly key: string; readonly count: number }
  | { readonly kind: 'row'; readonly row: ListRow; readonly nth: number }

const heights = { compact: 24, comfortable: 32 } as const
const columns: readonly { readonly id: string; readonly sort?: ListSort }[] = [
  { id: 'state', sort: 'urgency' },
  { id: 'day' },
  { id: 'slack' },
  { id: 'person', sort: 'name' },
  { id: 'variant', sort: 'variant' },
  { id: 'step' },
  { id: 'due', sort: 'due' },
  { id: 'owner' },
  { id: 'place' },
  { id: 'changed', sort: 'changed' },
]

/** Thousands of rows, of which those are drawn that are seen. One cursor, moved by keys; the row under it stays where it is. */
export function PathwayGrid({ groups, group, sort, descending, density, openPathway, waiting, isNew, onOpen, onSort, empty }: Props) {
  const { t } = useTranslation()
  const groupWords = useGroupWords(group)
  const lines = useMemo((): readonly Line[] => {
    let nth = 0
    return groups.flatMap(({ key, rows }): Line[] => [
      ...(group === 'none' ? [] : [{ kind: 'group' as const, key, count: rows.length }]),
      ...rows.map((row) => ({ kind: 'row' as const, row, nth: nth++ })),
    ])
  }, [groups, group])
  const rowAt = useMemo(() => lines.flatMap((line, at) => (line.kind === 'row' ? [at] : [])), [lines])

  const scroller = useRef<HTMLDivElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const height = heights[density]
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 20,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is what it is for
  useEffect(() => virtual.measure(), [height, virtual])

  // The cursor is on a pathway, not on a place: where the list changes, it goes with it.
  const [cursor, setCursor] = useState<string | undefined>(openPathway)
  const nthOf = (pathway: string | undefined): number =>
    Math.max(
      0,
      rowAt.findIndex((at) => (lines[at] as Extract<Line, { kind: 'row' }>).row.pathway === pathway),
    ) // rowAt names rows alone
  const move = (to: number): void => {
    const nth = Math.min(rowAt.length - 1, Math.max(0, to))
    const at = rowAt[nth]
    const line = at === undefined ? undefined : lines[at]
    if (line?.kind !== 'row') return
    setCursor(line.row.pathway)
    virtual.scrollToIndex(at!, { align: 'auto' })
    grid.current?.focus({ preventScroll: true })
    if (openPathway !== undefined) onOpen(line.row.pathway)
  }
  const page = (): number => Math.max(1, Math.floor((scroller.current?.clientHeight ?? height) / height) - 1)
  const at = cursor === undefined ? -1 : nthOf(cursor)
  useKeys({
    down: () => move(at + 1),
    up: () => move(at - 1),
    pageDown: () => move(at + page()),
    pageUp: () => move(at - page()),
    first: () => move(0),
    last: () => move(rowAt.length - 1),
    open: () => cursor !== undefined && onOpen(cursor),
  })
  useEffect(() => {
    grid.current?.focus({ preventScroll: true })
  }, [])

  if (lines.length === 0) return empty
  return (
    <div
      className="grid"
      role="grid"
      aria-label={t('list.title')}
      aria-rowcount={rowAt.length + 1}
      aria-colcount={columns.length}
      data-density={density}
      tabIndex={0}
      ref={grid}
      aria-activedescendant={cursor === undefined ? undefined : `row-${cursor}`}
    >
      <div role="row" className="grid-row grid-head" aria-rowindex={1}>
        {columns.map(({ id, sort: by }) => (
          <div
            role="columnheader"
            key={id}
            className={`cell-${id}`}
            aria-sort={by === sort ? (descending ? 'descending' : 'ascending') : undefined}
          >
            {by === undefined ? (
              t(`column.${id}` as 'column.day')
            ) : (
              <button type="button" tabIndex={-1} onClick={() => onSort(by)}>
                {t(`column.${id}` as 'column.day')}
                <span aria-hidden="true">{by === sort ? (descending ? ' ↓' : ' ↑') : ''}</span>
              </button>
            )}
          </div>
        ))}
      </div>
      <div className="grid-body" ref={scroller} role="presentation">
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
          {virtual.getVirtualItems().map(({ index, start }) => {
            const line = lines[index]!
            if (line.kind === 'group')
              return (
                <div
                  key={`group-${line.key}`}
                  role="row"
                  className="grid-group"
                  style={{ transform: `translateY(${start}px)`, height }}
                  tabIndex={-1}
                >
                  <div role="gridcell" tabIndex={-1}>
                    {groupWords(line.key)} <span className="quiet">{line.count}</span>
                  </div>
                </div>
              )
            const { row } = line
            return (
              <Row
                key={row.pathway}
                row={row}
                nth={line.nth}
                start={start}
                height={height}
                isCursor={row.pathway === cursor}
                isOpen={row.pathway === openPathway}
                isNew={isNew(row)}
                isWaiting={waiting.has(row.pathway)}
                onOpen={(pathway) => {
                  setCursor(pathway)
                  onOpen(pathway)
                }}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface RowProps {
  readonly row: ListRow
  readonly nth: number
  readonly start: number
  readonly height: number
  readonly isCursor: boolean
  readonly isOpen: boolean
  readonly isNew: boolean
  readonly isWaiting: boolean
  readonly onOpen: (pathway: string) => void
}

const Row = memo(function Row({ row, nth, start, height, isCursor, isOpen, isNew, isWaiting, onOpen }: RowProps) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  // The slack is a forecast: what it rests on goes with it.
  const words = `${useRiskWords(row)} ${useBasisWords()(row)}`.trim()
  const clock = row.clocks.find(({ interval }) => interval === row.risk.interval) ?? row.clocks[0]
  const variant = packs.find(({ id }) => id === row.pack)?.variants.find(({ id }) => id === row.variant)?.name ?? row.variant
  const marks = [
    isNew ? t('list.newSince') : '',
    isWaiting ? t('list.changedNow') : '',
    row.questions > 0 ? t('list.questions', { count: row.questions }) : '',
    row.escalations > 0 ? t('list.escalations', { count: row.escalations }) : '',
  ].filter(Boolean)
  const cells: Readonly<Record<string, ReactNode>> = {
    state: <RiskMark state={row.risk.state} />,
    day: clock?.day == null ? '' : clock.limit === null ? clock.day : t('list.dayOf', { day: clock.day, limit: clock.limit }),
    slack: row.risk.slack ?? '',
    person: (
      <>
        {row.name ?? t('list.noName')}
        {marks.length === 0 ? null : (
          <span className="row-marks" title={marks.join(', ')}>
            <span aria-hidden="true">
              {[isNew || isWaiting ? '●' : '', row.questions > 0 ? '?' : '', row.escalations > 0 ? '!' : ''].join('')}
            </span>
            <span className="for-readers">{marks.join(', ')}</span>
          </span>
        )}
      </>
    ),
    variant,
    step: row.nextStep?.what ?? row.noStepReason ?? <em className="quiet">{t('list.noStep')}</em>,
    due: row.nextStep?.due ?? '',
    owner: row.nextStep?.owner == null ? '' : t(`role.${row.nextStep.owner}` as 'role.coder', { defaultValue: row.nextStep.owner }),
    place: nameOf(row.org),
    changed: momentShort(row.changed),
  }
  return (
    <div
      role="row"
      id={`row-${row.pathway}`}
      className="grid-row"
      aria-rowindex={nth + 2}
      aria-selected={isOpen}
      data-cursor={isCursor}
      style={{ transform: `translateY(${start}px)`, height }}
      title={words}
      onClick={() => onOpen(row.pathway)}
    >
      {columns.map(({ id }) => (
        <div key={id} role="gridcell" className={`cell-${id}`}>
          {cells[id]}
        </div>
      ))}
    </div>
  )
})

function useGroupWords(group: ListGroup): (key: string) => string {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const words: { readonly [G in ListGroup]: (key: string) => string } = {
    none: () => '',
    state: (key) => t(`risk.${key as RiskState}`), // grouped by it
    variant: (key) => packs.flatMap(({ variants }) => variants).find(({ id }) => id === key)?.name ?? key,
    org: (key) => nameOf(Number(key)),
    owner: (key) => (key === '' ? t('list.noOwner') : t(`role.${key}` as 'role.coder', { defaultValue: key })),
  }
  return words[group]
}
