import { Button } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { piecesOf } from '../../core/document/pieces.ts'
import { type Answer, ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { Slow } from '../list/slow.tsx'
import { type DocumentAsked, useDocument } from './entries.tsx'
import './reading.css'

type DocumentRead = Answer<'readDocument'>
type Listed = Pick<DocumentRead, 'document' | 'kind' | 'title' | 'written' | 'received'> & { readonly author?: string | null }

/** Letters and notes that belong to a pathway. */
export const usePathwayDocuments = (pathway: string) =>
  useQuery({
    queryKey: ['documents', pathway],
    queryFn: async ({ signal }) => (await ask('listDocuments', { query: { pathway, limit: 500 }, signal })).documents,
  })

interface Props {
  readonly pathway: string
  readonly patient: string
  readonly open: DocumentAsked | undefined
  readonly onOpen: (asked: DocumentAsked | undefined) => void
  readonly onEntry: (entry: string) => void
  /** Only letters of these kinds; absent: all of them. */
  readonly among?: (kind: string) => boolean
  /** What is said where there is none. */
  readonly none?: string
}

/** The letters and notes of a pathway; one opens in place, with the sentences that entries rest on marked. */
export function Documents({ pathway, patient, open, onOpen, onEntry, among = () => true, none }: Props) {
  const { t } = useTranslation()
  const own = usePathwayDocuments(pathway)
  const person = useQuery({ queryKey: ['patient', patient], queryFn: ({ signal }) => ask('readPatient', { params: { patient }, signal }) })
  const [showsOthers, setShowsOthers] = useState(false)
  if (own.error) return <Refusal error={own.error} />
  if (own.isPending) return <Slow>{t('document.reading')}</Slow>
  const mine = own.data.filter(({ kind }) => among(kind))
  const others = (person.data?.documents ?? []).filter(
    ({ document, kind }) => among(kind) && !own.data.some((one) => one.document === document),
  )
  const isOther = open !== undefined && others.some(({ document }) => document === open.document)
  const shown: readonly Listed[] = [
    ...mine,
    ...(showsOthers ? others : isOther ? others.filter(({ document }) => document === open.document) : []),
  ]
  return (
    <>
      {mine.length === 0 ? <p className="quiet">{none ?? t('document.none')}</p> : null}
      <ul className="documents plain">
        {shown.map((one) => (
          <Item key={one.document} listed={one} pathway={pathway} open={open} onOpen={onOpen} onEntry={onEntry} />
        ))}
      </ul>
      {others.length === 0 ? null : (
        <Button size="xsmall" variant="tertiary" aria-expanded={showsOthers} onClick={() => setShowsOthers(!showsOthers)}>
          {t('document.others', { count: others.length })}
        </Button>
      )}
    </>
  )
}

function Item({ listed, pathway, open, onOpen, onEntry }: { readonly listed: Listed } & Omit<Props, 'patient' | 'among' | 'none'>) {
  const { t } = useTranslation()
  const id = useId()
  const { document, kind, title, written, received, author } = listed
  const isOpen = open?.document === document
  const facts = [
    t(`document.kind.${kind as 'letter'}`, { defaultValue: kind }),
    written === null ? '' : t('document.written', { day: written }),
    received === null ? '' : t('document.received', { day: received }),
    author == null ? '' : t('document.author', { role: t(`role.${author as 'coder'}`, { defaultValue: author }) }),
  ]
  return (
    <li className="document" data-open={isOpen}>
      <button
        type="button"
        className="opener"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => onOpen(isOpen ? undefined : { document })}
      >
        <span className="entry-what">
          <b>{title}</b> <span className="quiet">{facts.filter(Boolean).join(' · ')}</span>
        </span>
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen ? <Letter asked={open} pathway={pathway} onEntry={onEntry} /> : null}
      </div>
    </li>
  )
}

/** One letter, to the letter, with what rests on it. */
function Letter({
  asked,
  pathway,
  onEntry,
}: {
  readonly asked: DocumentAsked
  readonly pathway: string
  readonly onEntry: (entry: string) => void
}) {
  const { t } = useTranslation()
  const read = useDocument(asked.document)
  const place = useRef<HTMLElement>(null)
  const there = read.data !== undefined
  useEffect(() => {
    if (!there) return
    const mark = asked.from === undefined ? null : place.current?.querySelector(`[data-from="${asked.from}"]`)
    ;(mark ?? place.current)?.scrollIntoView({ block: 'center' })
    place.current?.focus({ preventScroll: true })
  }, [there, asked])
  if (read.error) return <Refusal error={read.error} />
  if (!read.data) return <Slow>{t('document.reading')}</Slow>
  const { title, body, entries } = read.data
  const resting = entries.map((entry, i) => ({ ...entry, nth: i + 1 }))
  const spans = resting.flatMap(({ from, to, ...entry }) => (from === undefined || to === undefined ? [] : [{ ...entry, from, to }]))
  return (
    <>
      <section className="letter" aria-label={t('document.text', { title })} ref={place} tabIndex={-1}>
        {piecesOf(body, spans).map(({ from, text, spans: on }) =>
          on.length === 0 ? (
            text
          ) : (
            <mark
              key={from}
              data-from={from}
              // The numbers stand beside the text, not in it: what is copied is the letter.
              data-on={on
                .filter((span) => span.to === from + text.length)
                .map(({ nth }) => nth)
                .join(', ')}
              data-gone={on.every(({ superseded }) => superseded !== null)}
              data-asked={asked.from !== undefined && on.some((span) => span.from === asked.from)}
            >
              {text}
            </mark>
          ),
        )}
      </section>
      {resting.length === 0 ? (
        <p className="quiet">{t('document.nothingRests')}</p>
      ) : (
        <>
          <p className="quiet">{t('document.resting')}</p>
          <ol className="resting">
            {resting.map(({ entry, code, occurred, superseded, from, reliedOn, pathway: of, nth }) => (
              <li key={`${entry} ${nth}`} data-gone={superseded !== null}>
                {of === pathway ? (
                  <button type="button" className="link" onClick={() => onEntry(entry)}>
                    {code}, {occurred}
                  </button>
                ) : (
                  <>
                    {code}, {occurred}, {t('document.elsewhere', { pathway: of })}
                  </>
                )}
                {[
                  from === undefined ? t('document.whole') : '',
                  reliedOn ? t('document.relied') : '',
                  superseded === null ? '' : t('document.gone'),
                ]
                  .filter(Boolean)
                  .map((words) => `, ${words}`)
                  .join('')}
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  )
}
