import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { riskStates } from '../../core/work/risk-state.ts'
import { riskLooks } from './risk-looks.ts'

type Rgb = readonly [number, number, number]
const rgbOf = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb // three of them
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
const times = (m: readonly Rgb[], [a, b, c]: Rgb): Rgb => m.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Rgb
const clamp = (c: number): number => Math.min(1, Math.max(0, c))

/** Colour blindness, full severity, on linear RGB: Machado, Oliveira and Fernandes 2009, table of matrices. */
const sights: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

/** CIE Lab under D65, from linear sRGB (IEC 61966-2-1). */
function labOf(rgb: Rgb): Rgb {
  const [x, y, z] = times(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    rgb,
  )
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29)
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)]
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]
}

/** CIEDE2000 (Sharma, Wu and Dalal 2005). */
function difference([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb): number {
  const rad = Math.PI / 180
  const c = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2
  const g = 0.5 * (1 - Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)))
  const [p1, p2] = [(1 + g) * a1, (1 + g) * a2]
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)]
  const hue = (a: number, b: number): number => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / rad + 360) % 360)
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)]
  const gray = c1 * c2 === 0
  const dh = gray ? 0 : ((h2 - h1 + 540) % 360) - 180
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * rad)
  const [L, C] = [(l1 + l2) / 2, (c1 + c2) / 2]
  const H = gray ? h1 + h2 : Math.abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : ((h1 + h2 + 360) / 2) % 360
  const T =
    1 -
    0.17 * Math.cos((H - 30) * rad) +
    0.24 * Math.cos(2 * H * rad) +
    0.32 * Math.cos((3 * H + 6) * rad) -
    0.2 * Math.cos((4 * H - 63) * rad)
  const sl = 1 + (0.015 * (L - 50) ** 2) / Math.sqrt(20 + (L - 50) ** 2)
  const [sc, sh] = [1 + 0.045 * C, 1 + 0.015 * C * T]
  const rt = -2 * Math.sqrt(C ** 7 / (C ** 7 + 25 ** 7)) * Math.sin(60 * Math.exp(-(((H - 275) / 25) ** 2)) * rad)
  const [dl, dc, dd] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh]
  return Math.sqrt(dl ** 2 + dc ** 2 + dd ** 2 + rt * dc * dd)
}

const luminance = (hex: string): number => {
  const [r, g, b] = rgbOf(hex).map(linear) as unknown as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
const pairs = riskStates.flatMap((a, nth) => riskStates.slice(nth + 1).map((b) => [a, b] as const))

describe('time-risk states', () => {
  test('the difference of colours is that of the published pairs', () => {
    expect(difference([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4)
    expect(difference([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4)
    expect(difference([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4)
  })

  // A state without a limit is white with a line around it: only that tells it from a light fill, so the fills of the table are compared.
  const filled = pairs.filter((pair) => !pair.includes('no-limit'))
  test.each(Object.entries(sights))('no two fills are less than 20 apart for %s vision', (_, sight) => {
    const labs = Object.fromEntries(
      riskStates.map((state) => [
        state,
        labOf(times(sight, rgbOf(riskLooks[state].fill).map(linear) as unknown as Rgb).map(clamp) as unknown as Rgb),
      ]),
    )
    const apart = filled.map(([a, b]) => [`${a} ${b}`, difference(labs[a]!, labs[b]!)] as const)
    expect(apart.filter(([, d]) => d < 20)).toEqual([])
  })

  test.each(riskStates)('the text of %s is read on its fill', (state) => {
    expect(contrast(riskLooks[state].fill, riskLooks[state].text)).toBeGreaterThanOrEqual(4.5)
  })

  test.each(riskStates)('%s is told from a white page: by its fill or by the line around it', (state) => {
    expect(contrast(riskLooks[state].border ? '#5b6470' : riskLooks[state].fill, '#ffffff')).toBeGreaterThanOrEqual(3)
  })

  test('the style sheet has the same fills and texts', () => {
    const css = readFileSync(new URL('../styles.css', import.meta.url), 'utf8')
    for (const state of riskStates) {
      const { fill, text } = riskLooks[state]
      expect(css.replaceAll(/\s+/g, ' ')).toContain(`.risk-${state} { --risk-fill: ${fill}; --risk-text: ${text}; }`)
    }
  })
})
