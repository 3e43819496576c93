import { describe, expect, test } from 'vitest'
import { unsettledOf } from './unsettled.ts'

describe('what rests on entries in doubt', () => {
  test('of ten cases three are let stand: the figure, on how many it rests, and what it is if all three went the other way', () => {
    const figure = { numerator: 7, denominator: 10 }
    const parts = [
      { bin: 'met', doubt: 'missed', pathways: 2 },
      { bin: 'missed', doubt: 'met', pathways: 1 },
    ] as const
    expect(unsettledOf(figure, parts)).toEqual({ items: 3, numerator: 6, denominator: 10, share: 0.6 })
  })
  test('one that cannot be told without the entry in doubt is no longer counted', () => {
    const parts = [{ bin: 'met', doubt: 'neither', pathways: 1 }] as const
    expect(unsettledOf({ numerator: 1, denominator: 2 }, parts)).toEqual({ items: 1, numerator: 0, denominator: 1, share: 0 })
    expect(unsettledOf({ numerator: 1, denominator: 1 }, parts)).toMatchObject({ items: 1, share: null })
  })
  test('in doubt and the same either way is in doubt, and moves nothing', () => {
    expect(unsettledOf({ numerator: 1, denominator: 2 }, [{ bin: 'missed', doubt: 'missed', pathways: 1 }])).toEqual({
      items: 1,
      numerator: 1,
      denominator: 2,
      share: 0.5,
    })
    expect(unsettledOf({ numerator: 1, denominator: 2 }, [])).toMatchObject({ items: 0, share: 0.5 })
  })
})
