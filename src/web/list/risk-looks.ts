import type { RiskState } from '../../core/work/risk-state.ts'

interface RiskLook {
  readonly fill: string
  readonly text: string
  /** A light fill needs a line around it on a light page. */
  readonly border: boolean
}

/** Fill and text of each time-risk state: far apart for every kind of colour vision, which a test works out anew. `styles.css` has the same. */
export const riskLooks: { readonly [S in RiskState]: RiskLook } = {
  past: { fill: '#4a0d3a', text: '#ffffff', border: false },
  'will-pass': { fill: '#cc4b00', text: '#ffffff', border: false },
  tight: { fill: '#ffd24d', text: '#1a1a1a', border: true },
  'in-time': { fill: '#d6e9f8', text: '#0b2545', border: true },
  paused: { fill: '#868d96', text: '#000000', border: false },
  finished: { fill: '#0b5cad', text: '#ffffff', border: false },
  'no-limit': { fill: '#ffffff', text: '#1a1a1a', border: true },
}
