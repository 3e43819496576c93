import { Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { useBenchWords } from '../figures/bench-words.ts'
import { Refusal } from '../form/refusal.tsx'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import './releases.css'

type Line = Answer<'listFiguresOf'>['lines'][number]

/** From what was recorded to every figure that rests on it, and every release: read when it is asked for, since reading it is a look. */
export function FiguresOf({ pathway, version }: { readonly pathway: string; readonly version: number }) {
  const { t } = useTranslation()
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <section className="figures-of">
      <Heading level="3" size="xsmall">
        <button type="button" className="opener" aria-expanded={isOpen} aria-controls={id} onClick={() => setIsOpen(!isOpen)}>
          {t('release.figuresOf')}
        </button>
      </Heading>
      <div id={id} hidden={!isOpen}>
        {isOpen ? <Read pathway={pathway} version={version} /> : null}
      </div>
    </section>
  )
}

function Read({ pathway, version }: { readonly pathway: string; readonly version: number }) {
  const { t } = useTranslation()
  const { may } = useSession()
  const read = useQuery({
    queryKey: ['pathway', pathway, 'figures', version],
    staleTime: Number.POSITIVE_INFINITY, // reading it again is another look
    queryFn: ({ signal }) => ask('listFiguresOf', { params: { pathway }, signal }),
  })
  if (read.error) return <Refusal error={read.error} />
  if (read.data === undefined) return <Slow>{t('list.reading')}</Slow>
  const { lines, releases, pack, asOf } = read.data
  return (
    <>
      <p className="quiet">{t('figures.asOf', { day: asOf, pack: `${pack.id} ${pack.version}` })}</p>
      {lines.length === 0 ? <p>{t('release.noFigure')}</p> : null}
      <ul className="plain">
        {lines.map((line) => (
          <Told key={`${line.indicator} ${line.place}`} line={line}>
            {may('count') ? (
              <Link
                className="as-link"
                to="/figures"
                search={{ pack: pack.id, indicator: line.indicator, in: line.month, ...placeOf(line) }}
              >
                {`${line.name} (${line.indicator})`}
              </Link>
            ) : (
              `${line.name} (${line.indicator})`
            )}
          </Told>
        ))}
      </ul>
      <Heading level="4" size="xsmall">
        {t('release.restsHere')}
      </Heading>
      {releases.length === 0 ? <p>{t('release.noRelease')}</p> : null}
      {releases.map(({ release, lines: counted }) => (
        <div key={release.manifest}>
          <p>
            <Link className="as-link" to="/releases" search={{ release: release.manifest }}>
              {t('release.named', { title: release.title, revision: release.revision })}
            </Link>{' '}
            <span className="quiet">
              {release.published === null ? t('release.notPublished') : t('release.asOfIs', { day: release.asOf })}
            </span>
          </p>
          <ul className="plain">
            {counted.map((line) => (
              <Told key={`${line.indicator} ${line.place}`} line={line}>
                <Link className="as-link" to="/releases" search={{ release: release.manifest, indicator: line.indicator }}>
                  {`${line.name} (${line.indicator})`}
                </Link>
              </Told>
            ))}
          </ul>
        </div>
      ))}
    </>
  )
}

const placeOf = ({ place }: Line) => (place === '' ? {} : { place: Number(place) })

/** How a pathway counts in a figure, and on whose word: the steps of people beside those that are computed. */
function Told({ line, children }: { readonly line: Line; readonly children: React.ReactNode }) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const words = useBenchWords()
  const role = (of: string): string => t(`role.${of as 'coder'}`, { defaultValue: of }).toLowerCase()
  const source = packs.flatMap(({ sources }) => sources).find(({ id }) => id === line.source?.split('#')[0])
  return (
    <li>
      {children}{' '}
      {[
        line.bin === 'met'
          ? t(line.rests.some(({ part }) => part === 'moment') ? 'release.has' : 'bench.met')
          : line.bin === 'left-out'
            ? t('release.leftOut', { why: words.reason(line.why ?? '') })
            : words.reason(line.why ?? ''),
        words.month(line.month),
        line.place === '' ? '' : nameOf(Number(line.place)),
      ]
        .filter(Boolean)
        .join(', ')}
      <ul>
        {line.rests.map(({ part, entry, code, occurred, recorder, decider, onBehalfOf, standing }) => (
          <li key={entry + part} className="quiet">
            {[
              t(`release.part.${part}`, { code, day: occurred }),
              t('release.recordedBy', { who: role(recorder) }),
              decider === null ? '' : t('entry.decidedBy', { who: role(decider) }),
              onBehalfOf === null ? '' : t('entry.onBehalfOf', { who: onBehalfOf }),
              t(`entry.standing.${standing as 'likely'}`),
            ]
              .filter(Boolean)
              .join(', ')}
          </li>
        ))}
        {line.source === null ? null : <li className="quiet">{t('release.ruleOf', { source: source?.title ?? line.source })}</li>}
      </ul>
    </li>
  )
}
