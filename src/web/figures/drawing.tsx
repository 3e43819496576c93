import { createElement, type ReactElement } from 'react'
import type { Svg } from '../../core/bench/draw.ts'

/** React writes names of attributes in one word, but for those that begin so. */
const named = (name: string): string =>
  /^(data|aria)-/.test(name) ? name : name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** A drawing of ours as elements of the page. */
export function elementOf(svg: Svg, key?: number): ReactElement {
  const attributes = Object.fromEntries(Object.entries(svg.attributes).map(([name, value]) => [named(name), value]))
  return createElement(
    svg.tag,
    { ...attributes, key },
    ...svg.children.map((child, i) => (typeof child === 'string' ? child : elementOf(child, i))),
  )
}
