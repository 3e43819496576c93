import { Button, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import type { About } from '../form/use-act.ts'
import { shownKey } from '../keys/use-keys.ts'
import type { LookedAt } from '../list/last-looked.ts'
import { RiskMark } from '../list/risk-mark.tsx'
import { type AtRisk, useBasisWords, useRiskWords } from '../list/risk-words.ts'
import { Slow } from '../list/slow.tsx'
import { FiguresOf } from '../releases/figures-of.tsx'
import { type PackTold, useSession } from '../session.tsx'
import { PassedLimits } from './passed-limits.tsx'
import { type Doing, PathwayActs } from './pathway-acts.tsx'
import { type PathwayRead, variantName } from './read.ts'
import { bookingsOf, Reading } from './reading.tsx'
import { StepLine } from './step-line.tsx'
import { useWork } from './use-work.ts'
import { WorkSection } from './work-section.tsx'

interface Props {
  readonly pathway: string
  readonly looked?: LookedAt
  /** A piece of work whose form is to be open at once. */
  readonly focused?: string | undefined
  /** Read as it was known on this day, to begin with. */
  readonly asOf?: string
  readonly onClose: () => void
}

/** One pathway beside the list: where it stands and why, what is to be done, what has been said and recorded. */
export function PathwayPanel({ pathway, looked, focused, asOf, onClose }: Props) {
  const { t } = useTranslation()
  const { packs } = useSession()
  const read = useQuery({ queryKey: ['pathway', pathway], queryFn: ({ signal }) => ask('readPathway', { params: { pathway }, signal }) })
  const version = read.data?.version
  useEffect(() => {
    if (version !== undefined) looked?.open(pathway, version)
  }, [pathway, version, looked])
  const pack = packs.find(({ id }) => id === read.data?.pack)
  return (
    <aside className="panel" aria-labelledby="pathway-title">
      {read.error ? (
        <>
          <PanelHead title={pathway} onClose={onClose} />
          <Refusal error={read.error} />
        </>
      ) : null}
      {read.data && pack ? <Opened read={read.data} pack={pack} focused={focused} asOf={asOf} onClose={onClose} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
    </aside>
  )
}

function PanelHead({
  title,
  onClose,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children?: React.ReactNode
}) {
  const { t } = useTranslation()
  return (
    <header className="panel-head">
      <Heading level="2" size="small" id="pathway-title">
        {title}
      </Heading>
      {children}
      <Button size="xsmall" variant="tertiary" onClick={onClose}>
        {t('panel.close', { key: shownKey('Escape') })}
      </Button>
    </header>
  )
}

function Opened({
  read,
  pack,
  focused,
  asOf,
  onClose,
}: {
  readonly read: PathwayRead
  readonly pack: PackTold
  readonly focused: string | undefined
  readonly asOf: string | undefined
  readonly onClose: () => void
}) {
  const { t } = useTranslation()
  const { may, nameOf } = useSession()
  const { pathway, patient, version } = read
  const about: About = { pathway, patient, pack: read.pack }
  const who = useQuery({ queryKey: ['patient', patient], queryFn: ({ signal }) => ask('readPatient', { params: { patient }, signal }) })
  const work = useWork(pathway)
  const [doing, setDoing] = useState<Doing>()
  const close = (): void => {
    setDoing(undefined)
    document.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true })
  }
  const proposal = work.of('proposal').find(({ open }) => open)
  const [decide, setDecide] = useState(focused)
  return (
    <>
      <PanelHead title={who.data?.name ?? (who.isPending ? '…' : t('list.noName'))} onClose={onClose}>
        <RiskMark state={read.risk.state} />
      </PanelHead>
      <div className="panel-body">
        <p className="quiet">
          {[who.data?.nationalId, who.data?.born, variantName(read, pack), nameOf(read.org), pathway].filter(Boolean).join(' · ')}
        </p>
        <Why read={read} />
        <PathwayActs
          read={read}
          step={work.step}
          doing={doing}
          onDoing={setDoing}
          onClose={close}
          {...(proposal === undefined ? {} : { onDecide: () => setDecide(proposal.work) })}
        />
        <StepLine step={work.step} proposed={read.proposedStep} />
        <Reading
          read={read}
          pack={pack}
          asOf={asOf}
          bookings={bookingsOf(work.items, pack)}
          onCorrect={may('record') ? (entry) => setDoing({ what: 'correct', entry }) : undefined}
          onWithdraw={may('record') ? (entry) => setDoing({ what: 'withdraw', entry }) : undefined}
          onAsk={may('work') ? (entry) => setDoing({ what: 'ask-about', entry }) : undefined}
        >
          <PassedLimits about={about} version={version} />
          <WorkSection key={decide} about={about} items={work.items} focused={decide} />
          <FiguresOf pathway={pathway} version={version} />
        </Reading>
      </div>
    </>
  )
}

/** Why it stands where it does, and what that rests on. */
export function Why({ read }: { readonly read: AtRisk }) {
  const why = useRiskWords(read)
  const basis = useBasisWords()(read)
  return (
    <p>
      {why} <span className="quiet">{basis}</span>
    </p>
  )
}
