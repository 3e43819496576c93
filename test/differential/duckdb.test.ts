import { afterAll, beforeAll } from 'vitest'
import { type DuckDatabase, openDuckDB } from '../../src/store/duckdb.ts'
import { differential } from './differential.ts'

let db: DuckDatabase
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 })
})
afterAll(() => db.close())

differential('DuckDB', () => db)
