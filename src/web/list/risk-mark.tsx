import { useTranslation } from 'react-i18next'
import type { RiskState } from '../../core/work/risk-state.ts'
import { riskLooks } from './risk-looks.ts'

const shapes: { readonly [S in RiskState]: React.ReactNode } = {
  past: (
    <>
      <rect x="1" y="1" width="14" height="14" fill="currentColor" />
      <rect x="7" y="3.500" width="2" height="5.500" fill="var(--risk-fill)" />
      <rect x="7" y="10.500" width="2" height="2" fill="var(--risk-fill)" />
    </>
  ),
  'will-pass': <path d="M8 1.500 15 14.500H1z" fill="currentColor" />,
  tight: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
    </>
  ),
  'in-time': <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />,
  paused: <path d="M3 2h4v12H3zM9 2h4v12H9z" fill="currentColor" />,
  finished: <path d="m2 8.500 4 4 8-9" fill="none" stroke="currentColor" strokeWidth="2.500" />,
  'no-limit': <path d="M2 8h12" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="3 2" />,
}

/** The time-risk state of a pathway: word and shape first, colour third. */
export function RiskMark({ state, words }: { readonly state: RiskState; readonly words?: string | undefined }) {
  const { t } = useTranslation()
  return (
    <span className={`risk risk-${state}`} data-border={riskLooks[state].border}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {shapes[state]}
      </svg>
      <span>{words ?? t(`risk.${state}`)}</span>
    </span>
  )
}
