import { Button, Heading } from '@navikt/ds-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { type Day, dayText } from '../../core/words/day.ts'
import { type Answer, type Asking, ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKey } from '../keys/use-keys.ts'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import { useBenchWords } from './bench-words.ts'

/** As the service tells a line: those parts that are shown. */
interface Line {
  readonly pathway: string
  readonly variant: string
  readonly place: string
  readonly periodDay: Day
  readonly bin: 'met' | 'missed' | 'left-out'
  readonly cause?: string
  readonly leftOut?: string
  readonly length?: number
  readonly limit?: number
  readonly startDay?: Day
  readonly stopDay?: Day
  readonly weight: number
  /** How the definition beside counts it, where one is held against it. */
  readonly other?: string
}

export type AccountAsked = NonNullable<Asking<'readAccount'>['query']>

interface Props {
  readonly title: string
  readonly asked: AccountAsked
  readonly unit: Answer<'readBench'>['unit']
  /** Which pathway was opened from it: where the focus goes on. */
  readonly last: string | undefined
  readonly onOpen: (pathway: string) => void
  readonly onClose: () => void
}

/** Every pathway behind a number, and why it counts so. Each reading of it is written down as a look at those who are shown. */
export function AccountPanel({ title, asked, unit, last, onOpen, onClose }: Props) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const words = useBenchWords()
  const body = useRef<HTMLTableSectionElement>(null)
  const account = useInfiniteQuery({
    queryKey: ['account', asked],
    staleTime: Number.POSITIVE_INFINITY, // reading it again is another look
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask('readAccount', { query: { ...asked, limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const lines = (account.data?.pages ?? []).flatMap((page) => page.lines as unknown as readonly Line[]) // as the service tells them
  const ready = lines.length > 0
  useEffect(() => {
    if (!ready) return
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    ;(rows.find((row) => row.dataset['pathway'] === last) ?? rows[0])?.focus()
  }, [ready, last])
  const move = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    rows[rows.indexOf(document.activeElement as HTMLElement) + step]?.focus() // none of the rows: the first
    event.preventDefault()
  }
  const otherWords = (other: string): string =>
    other === 'met' ? t('bench.met') : other === 'not-there' ? t('bench.notThere') : words.reason(other)
  const inUnit = (n: number | undefined): string => (n === undefined ? '' : String(unit === 'minute' ? Math.round(n / 60) : n))
  return (
    <aside className="panel" aria-labelledby="account-title">
      <header className="panel-head">
        <Heading level="2" size="small" id="account-title">
          {title}
        </Heading>
        <Button size="xsmall" variant="tertiary" onClick={onClose}>
          {t('panel.close', { key: shownKey('Escape') })}
        </Button>
      </header>
      <div className="panel-body">
        {account.error ? <Refusal error={account.error} /> : null}
        {account.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {account.data === undefined ? null : (
          <p className="quiet">
            {lines.length === 0
              ? t('bench.accountEmpty')
              : t(account.hasNextPage ? 'bench.linesMore' : 'bench.lines', { count: lines.length })}
          </p>
        )}
        {lines.length === 0 ? null : (
          <table className="table account">
            <thead>
              <tr>
                <th scope="col">{t('bench.pathway')}</th>
                <th scope="col">{t('bench.counts')}</th>
                {asked.against === undefined ? null : <th scope="col">{t('bench.thereIt')}</th>}
                <th scope="col">{t('bench.startDay')}</th>
                <th scope="col">{t('bench.stopDay')}</th>
                <th scope="col" className="number">
                  {t(`bench.length.${unit ?? 'none'}`)}
                </th>
                <th scope="col" className="number">
                  {t('bench.limit')}
                </th>
              </tr>
            </thead>
            <tbody ref={body} onKeyDown={move}>
              {lines.map((line) => (
                <tr key={`${line.pathway} ${line.place} ${line.variant}`}>
                  <th scope="row">
                    <button type="button" className="as-link" data-pathway={line.pathway} onClick={() => onOpen(line.pathway)}>
                      {line.pathway}
                    </button>{' '}
                    <span className="quiet">
                      {[
                        packs.flatMap(({ variants }) => variants).find(({ id }) => id === line.variant)?.name ?? line.variant,
                        line.place === '' ? '' : nameOf(Number(line.place)),
                      ]
                        .filter(Boolean)
                        .join(', ')}
                    </span>
                  </th>
                  <td>{line.bin === 'met' ? t('bench.met') : words.reason(line.cause ?? line.leftOut ?? line.bin)}</td>
                  {line.other === undefined ? null : <td>{otherWords(line.other)}</td>}
                  <td className="day">{line.startDay === undefined ? '' : dayText(line.startDay)}</td>
                  <td className="day">{line.stopDay === undefined ? '' : dayText(line.stopDay)}</td>
                  <td className="number">{inUnit(line.length)}</td>
                  <td className="number">{inUnit(line.limit)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {account.hasNextPage ? (
          <Button size="small" variant="secondary" loading={account.isFetchingNextPage} onClick={() => void account.fetchNextPage()}>
            {t('bench.more')}
          </Button>
        ) : null}
      </div>
    </aside>
  )
}
