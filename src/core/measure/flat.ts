import { causes, leftOutReasons } from './account.ts'
import type { Figure } from './figure.ts'

/** One column a number, so that a spreadsheet or a script needs no parsing. */
export const flatColumns: readonly (readonly [name: string, type: 'text' | 'number', of: (f: Figure) => string | number | null])[] = [
  ['indicator', 'text', (f) => f.indicator],
  ['place', 'text', (f) => f.place],
  ['period', 'text', (f) => f.period],
  ['variant', 'text', (f) => f.variant],
  ['denominator', 'number', (f) => f.denominator],
  ['numerator', 'number', (f) => f.numerator],
  ['share', 'number', (f) => f.share],
  ['low', 'number', (f) => f.low],
  ['high', 'number', (f) => f.high],
  ['median', 'number', (f) => f.median],
  ['p90', 'number', (f) => f.p90],
  ...causes.map((cause) => [`fell_short_${cause.replaceAll('-', '_')}`, 'number', (f: Figure) => f.fellShort[cause] ?? 0] as const),
  ...leftOutReasons.map((reason) => [`left_out_${reason.replaceAll('-', '_')}`, 'number', (f: Figure) => f.leftOut[reason] ?? 0] as const),
  ['coded_real_time', 'number', (f) => f.coding.realTime],
  ['coded_after', 'number', (f) => f.coding.afterCoded],
  ['share_real_time', 'number', (f) => f.coding.shareRealTime],
  ['unknown', 'text', (f) => f.unknown ?? null],
]
export const flat = (f: Figure): readonly (string | number | null)[] => flatColumns.map(([, , of]) => of(f))
export const flatHead: readonly string[] = flatColumns.map(([name]) => name)
