import type { PointKind } from '../stats/special-cause.ts'
import type { Expected, LineKind, Mark, Plot } from './plot.ts'

/** One element of a drawing. The page makes elements of it, a published site text: the same drawing. */
export interface Svg {
  readonly tag: 'svg' | 'g' | 'rect' | 'path' | 'circle' | 'text' | 'title'
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Svg | string)[]
}

/** The colours that boards know from Making Data Count. Two of them are faint on white: hence the outline, and a shape for each. */
export const colours = {
  common: '#a6a6a6',
  improvement: '#00b0f0',
  concern: '#e46c0a',
  neither: '#490092',
  mean: '#000000',
  limit: '#a6a6a6',
  target: '#de1b1b',
  outline: '#333333',
  paper: '#ffffff',
  text: '#333333',
  grid: '#e6e6e6',
} as const

/** Half the width of a mark. */
const half = 4.5
const round = (value: number): string => String(Math.round(value * 100) / 100)
const element = (tag: Svg['tag'], attributes: Readonly<Record<string, string | number>>, ...children: Svg['children']): Svg => ({
  tag,
  attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, typeof value === 'number' ? round(value) : value])),
  children,
})

const outline = { stroke: colours.outline, 'stroke-width': '1.5' }
const path = (fill: string, ...points: readonly (readonly [number, number])[]): Svg =>
  element('path', { d: `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z`, fill, ...outline })
const diamond = (x: number, y: number): Svg =>
  path(colours.neither, [x, y - half - 1.5], [x + half + 1.5, y], [x, y + half + 1.5], [x - half - 1.5, y])

/** A shape for each kind, so that colour says nothing alone. */
const shapes: { readonly [K in PointKind]: (x: number, y: number, high: boolean) => Svg } = {
  common: (x, y) => element('circle', { cx: x, cy: y, r: half, fill: colours.common, ...outline }),
  improvement: (x, y, high) => {
    const up = high ? -1 : 1
    return path(
      colours.improvement,
      [x, y + up * (half + 1.5)],
      [x + half + 1, y - up * (half - 0.5)],
      [x - half - 1, y - up * (half - 0.5)],
    )
  },
  concern: (x, y) => element('rect', { x: x - half, y: y - half, width: 2 * half, height: 2 * half, fill: colours.concern, ...outline }),
  'neither-high': diamond,
  'neither-low': diamond,
}

/** The shape of a kind on its own: for the key beneath a chart. */
export const markOf = (kind: PointKind, high: boolean): Svg =>
  element('svg', { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, shapes[kind](8, 8, high))

/** A circle with three strokes across: not filled, since nothing in it is counted. */
const hatched = (x: number, y: number): readonly Svg[] => {
  const r = half + 1
  const strokes = [-0.55, 0, 0.55].map((off) => {
    const [across, along] = [(off * r) / Math.SQRT2, (Math.sqrt(1 - off * off) * r) / Math.SQRT2]
    return `M${round(x + across - along)} ${round(y + across + along)}L${round(x + across + along)} ${round(y + across - along)}`
  })
  return [
    element('circle', { cx: x, cy: y, r, fill: colours.paper, ...outline }),
    element('path', { d: strokes.join(''), fill: 'none', stroke: colours.outline, 'stroke-width': '1' }),
  ]
}

/** The shape of what is expected on its own: for the key beneath a chart. */
export const expectedMark = (): Svg =>
  element('svg', { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, ...hatched(8, 8))

const lineLooks: { readonly [K in LineKind]: Readonly<Record<string, string>> } = {
  mean: { stroke: colours.mean, 'stroke-width': '1.25' },
  limit: { stroke: colours.limit, 'stroke-width': '1.5', 'stroke-dasharray': '6 4' },
  'inner-limit': { stroke: colours.limit, 'stroke-width': '1', 'stroke-dasharray': '2 3' },
  target: { stroke: colours.target, 'stroke-width': '1.5', 'stroke-dasharray': '10 3' },
  course: { stroke: colours.outline, 'stroke-width': '1.75' },
}

const margin = { left: 46, right: 14, top: 12, bottom: 24 }

/** Draws a plot. The same plot gives the same drawing, to the last character. It is drawn on white whatever is around it, as it is printed and published. */
export function draw(
  plot: Plot,
  { width, height, title }: { readonly width: number; readonly height: number; readonly title: string },
): Svg {
  const [right, bottom] = [width - margin.right, height - margin.bottom]
  const x = (at: number): number => margin.left + ((at - plot.x.from) / (plot.x.to - plot.x.from)) * (right - margin.left)
  const within = (at: number): number => Math.min(plot.y.to, Math.max(plot.y.from, at))
  const y = (at: number): number => bottom - ((within(at) - plot.y.from) / (plot.y.to - plot.y.from)) * (bottom - margin.top)
  const text = (at: readonly [number, number], anchor: 'start' | 'middle' | 'end', words: string): Svg =>
    element('text', { x: at[0], y: at[1], 'text-anchor': anchor, 'font-size': '12', fill: colours.text, stroke: 'none' }, words)
  const course = (points: readonly (readonly [number, number])[]): string =>
    `M${points.map(([px, py]) => `${round(x(px))} ${round(y(py))}`).join('L')}`
  // A month that is not there is a gap: a line across it would say that nothing happened in it.
  const stretches: (readonly [number, number])[][] = []
  for (const [i, mark] of plot.marks.entries()) {
    const before = plot.marks[i - 1]
    if (before === undefined || mark.x - before.x > 1) stretches.push([])
    stretches.at(-1)!.push([mark.x, mark.y])
  }
  const barWidth = plot.bars.length === 0 ? 0 : ((right - margin.left) / plot.bars.length) * 0.7
  const label = ({ x: px, y: py, high, label: words = '' }: Mark): Svg => {
    const left = x(px) > (right + margin.left) / 2
    return text([x(px) + (left ? -10 : 10), y(py) + (high ? -4 : 12)], left ? 'end' : 'start', words)
  }
  const upright = (at: number, low: number, high: number, looks: Readonly<Record<string, string>>): Svg =>
    element('path', { d: `M${round(x(at))} ${round(y(low))}V${round(y(high))}`, fill: 'none', stroke: colours.outline, ...looks })
  const expected = ({ x: px, y: py, band, label: words }: Expected): Svg => {
    const [above, below] = [y(band ? band.high90 : py) - 9, y(band ? band.low90 : py) + 19]
    return element(
      'g',
      { 'data-expected': band ? 'band' : 'point' },
      ...(band
        ? [
            upright(px, band.low90, band.high90, { 'stroke-width': '1.25' }),
            // Strokes across: the middle half, hatched too.
            upright(px, band.low50, band.high50, { 'stroke-width': '9', 'stroke-dasharray': '1.25 2' }),
          ]
        : []),
      ...hatched(x(px), y(py)),
      text([x(px), above < margin.top + 8 ? below : above], 'middle', words),
    )
  }
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      role: 'img',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': "'Source Sans 3 Variable', 'Source Sans 3', sans-serif",
    },
    element('title', {}, title),
    element('rect', { width, height, fill: colours.paper }),
    ...plot.y.ticks.flatMap(({ at, label: words }) => [
      element('path', { d: `M${margin.left} ${round(y(at))}H${right}`, stroke: colours.grid, fill: 'none' }),
      text([margin.left - 6, y(at) + 4], 'end', words),
    ]),
    ...plot.x.ticks.map(({ at, label: words }) => text([x(at), height - 7], 'middle', words)),
    ...plot.bars.map((bar) =>
      element('rect', {
        x: x(bar.x) - barWidth / 2,
        y: y(bar.y),
        width: barWidth,
        height: bottom - y(bar.y),
        fill: colours.common,
        stroke: colours.outline,
        'stroke-width': '0.75',
      }),
    ),
    element('path', { d: `M${margin.left} ${bottom}H${right}`, stroke: colours.outline, fill: 'none' }),
    ...plot.lines.map(({ kind, points }) => element('path', { d: course(points), fill: 'none', 'data-line': kind, ...lineLooks[kind] })),
    ...(plot.joined ? stretches : [])
      .filter((points) => points.length > 1)
      .map((points) => element('path', { d: course(points), fill: 'none', stroke: colours.outline, 'stroke-width': '1' })),
    ...plot.marks.map((mark) => element('g', { 'data-mark': mark.kind }, shapes[mark.kind](x(mark.x), y(mark.y), mark.high))),
    ...plot.marks.filter((mark) => mark.label !== undefined).map(label),
    ...plot.expected.map(expected),
  )
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (words: string): string => words.replace(/[&<>"]/g, (one) => escapes[one] ?? one)

/** A drawing as text, for a file or a page without script. */
export function svgText({ tag, attributes, children }: Svg): string {
  const said = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join('')
  return `<${tag}${said}>${children.map((child) => (typeof child === 'string' ? escaped(child) : svgText(child))).join('')}</${tag}>`
}
