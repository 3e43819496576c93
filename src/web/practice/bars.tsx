import { useId } from 'react'
import type { Part, Share } from '../../core/practice/practice.ts'

const [width, height] = [72, 12]
const at = (share: number): number => Math.round(share * width * 10) / 10

/** A share and how sure it is: a bar, and a line from low to high. The number stands beside it. */
export function ShareBar({ share, low, high }: Pick<Share, 'share' | 'low' | 'high'>) {
  return (
    <svg className="practice-bar" width={width} height={height} aria-hidden="true">
      <rect className="bar-whole" x="0.5" y="0.5" width={width - 1} height={height - 1} />
      <rect className="bar-part" x="0.5" y="2.5" width={Math.max(0, at(share) - 0.5)} height={height - 5} />
      <path className="bar-sure" d={`M${at(low)} ${height / 2}H${at(high)}M${at(low)} 2v8M${at(high)} 2v8`} />
    </svg>
  )
}

/** Parts of a whole, side by side: the first is filled, the second hatched, the third dotted, the rest empty. */
export function PartsBar({ parts }: { readonly parts: readonly Part[] }) {
  const id = useId()
  let from = 0
  const placed = parts.map((part, i) => {
    const own = { id: part.id, x: from, width: at(part.of === 0 ? 0 : part.n / part.of), look: i }
    from += own.width
    return own
  })
  return (
    <svg className="practice-bar" width={width} height={height} aria-hidden="true">
      <PartPatterns id={id} />
      {placed.map(({ id: part, x, width: wide, look }) => (
        <rect
          key={part}
          className={look === 0 ? 'bar-part' : 'bar-whole'}
          x={x}
          y="0.5"
          width={wide}
          height={height - 1}
          fill={fillOf(id, look)}
        />
      ))}
      <rect className="bar-edge" x="0.5" y="0.5" width={width - 1} height={height - 1} />
    </svg>
  )
}

const fillOf = (id: string, look: number): string | undefined =>
  look === 1 ? `url(#${id}-hatched)` : look === 2 ? `url(#${id}-dotted)` : undefined

function PartPatterns({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={`${id}-hatched`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="bar-ground" width="5" height="5" />
        <path className="bar-line" d="M0 0v5" />
      </pattern>
      <pattern id={`${id}-dotted`} width="4" height="4" patternUnits="userSpaceOnUse">
        <rect className="bar-ground" width="4" height="4" />
        <circle className="bar-dot" cx="2" cy="2" r="1" />
      </pattern>
    </defs>
  )
}

/** What a part of a bar looks like, beside its name. */
export function PartKey({ look }: { readonly look: number }) {
  const id = useId()
  return (
    <svg className="practice-key" width="12" height="10" aria-hidden="true">
      <PartPatterns id={id} />
      <rect className={look === 0 ? 'bar-part' : 'bar-whole'} x="0.5" y="0.5" width="11" height="9" fill={fillOf(id, look)} />
      <rect className="bar-edge" x="0.5" y="0.5" width="11" height="9" />
    </svg>
  )
}
