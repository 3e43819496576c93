import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { PassedTable } from '../../core/work/passed-report.ts'

const [step, barWidth, height, above, below] = [46, 26, 90, 16, 20]

/** How many limits were passed in each month; what is not explained is hatched. The table beneath says the same in numbers. */
export function MonthBars({ table }: { readonly table: PassedTable }) {
  const { t } = useTranslation()
  const id = useId()
  const most = Math.max(1, ...table.all.months)
  const bars = table.months.flatMap((month, i) =>
    month === null ? [] : [{ month, passed: table.all.months[i] ?? 0, explained: table.explained[i] ?? 0, x: i * step }],
  )
  if (bars.length < 2) return null
  const size = (n: number): number => Math.round((n / most) * height)
  return (
    <figure className="month-bars">
      <svg
        role="img"
        width={bars.length * step}
        height={above + height + below}
        aria-label={`${t('report.months')}. ${bars.map(({ month, passed, explained }) => t('report.monthBar', { month, passed, explained })).join('; ')}`}
      >
        <defs>
          <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="bar-ground" width="5" height="5" />
            <path className="bar-line" d="M0 0v5" />
          </pattern>
        </defs>
        {bars.map(({ month, passed, explained, x }) => {
          const [whole, told] = [size(passed), size(explained)]
          const left = x + (step - barWidth) / 2
          return (
            <g key={month}>
              <rect className="bar-told" x={left} y={above + height - told} width={barWidth} height={told} />
              <rect className="bar-open" x={left} y={above + height - whole} width={barWidth} height={whole - told} fill={`url(#${id})`} />
              <text x={x + step / 2} y={above + height - whole - 4} textAnchor="middle">
                {passed}
              </text>
              <text className="bar-month" x={x + step / 2} y={above + height + 14} textAnchor="middle">
                {month.slice(2)}
              </text>
            </g>
          )
        })}
        <path className="bar-axis" d={`M0 ${above + height + 0.5}h${bars.length * step}`} />
      </svg>
      <figcaption>
        <span className="bar-key">
          <svg width="14" height="10" aria-hidden="true">
            <rect className="bar-told" width="14" height="10" />
          </svg>{' '}
          {t('report.explained')}
        </span>
        <span className="bar-key">
          <svg width="14" height="10" aria-hidden="true">
            <rect className="bar-open" x="0.5" y="0.5" width="13" height="9" fill={`url(#${id})`} />
          </svg>{' '}
          {t('report.unexplained')}
        </span>
      </figcaption>
    </figure>
  )
}
