import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { actTells, lookTells } from '../core/work/told.ts'
import { signInKinds } from '../core/work/work.ts'
import { keyIds } from './keys/table.ts'
import en from './languages/en.json' with { type: 'json' }
import houseEn from './languages/house.en.json' with { type: 'json' }
import houseNb from './languages/house.nb.json' with { type: 'json' }
import lifeEn from './languages/life.en.json' with { type: 'json' }
import lifeNb from './languages/life.nb.json' with { type: 'json' }
import nb from './languages/nb.json' with { type: 'json' }
import unitEn from './languages/unit.en.json' with { type: 'json' }
import unitNb from './languages/unit.nb.json' with { type: 'json' }

type Words = { readonly [key: string]: string | Words }
const flat = (words: Words, before = ''): readonly (readonly [string, string])[] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${before}${key}`, value] as const] : flat(value, `${before}${key}.`),
  )
const [english, bokmaal] = [
  new Map(flat({ ...en, ...houseEn, ...lifeEn, ...unitEn })),
  new Map(flat({ ...nb, ...houseNb, ...lifeNb, ...unitNb })),
]
const slots = (text: string): readonly string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').toSorted()

test('both languages say the same things, with the same gaps to fill', () => {
  expect([...bokmaal.keys()].toSorted()).toEqual([...english.keys()].toSorted())
  expect([...english].filter(([key, text]) => JSON.stringify(slots(text)) !== JSON.stringify(slots(bokmaal.get(key) ?? '')))).toEqual([])
})

test('every kind of act, and everything the log tells of one, has its words', () => {
  const kinds = [...Object.keys(actTells), ...Object.keys(lookTells), ...signInKinds]
  expect(kinds.filter((kind) => !english.has(`log.kind.${kind}`))).toEqual([])
  const told = [...Object.values(actTells), ...Object.values(lookTells)].flat()
  expect(told.filter((name) => !english.has(`log.tells.${name}`))).toEqual([])
})

test('nothing is said that blames anybody', () => {
  const blame = /breach|violat|non-complian|failed to|brudd|brutt|avvik/i
  expect([...english, ...bokmaal].filter(([, text]) => blame.test(text))).toEqual([])
})

test('every key of the page has its words', () => {
  expect(keyIds.filter((id) => !english.has(`key.${id}`))).toEqual([])
})

test('no words are kept that nothing says', () => {
  const sources = globSync('src/web/**/*.{ts,tsx}').map((file) => readFileSync(file, 'utf8'))
  const said = new Set(sources.flatMap((text) => [...text.matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)].map(([, key]) => key ?? '')))
  const begun = [...new Set(sources.flatMap((text) => [...text.matchAll(/`([\w.-]+\.)\$\{/g)].map(([, key]) => key ?? '')))]
  const unused = [...english.keys()].filter((key) => {
    const bare = key.replace(/_(one|other)$/, '')
    return !said.has(bare) && !begun.some((prefix) => bare.startsWith(prefix))
  })
  expect(unused).toEqual([])
})
