import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { readersOf } from './reads.ts'

async function readers(name: string, code: string): Promise<readonly string[]> {
  const pack = await loadPack(path.resolve(import.meta.dirname, '../../../packs', name))
  if (!pack.ok) throw new Error(JSON.stringify(pack.issues))
  return readersOf(pack.value, pack.value.codesByText.get(code)![0]!).map((indicator) => indicator.id)
}

describe('who reads a code', () => {
  test.each([
    ['demo', 'M1S', 'seen-in-time'],
    ['demo', 'M1D', 'decision-kept decided'],
    // decisions and treatments are picked beside the start
    ['demo', 'M1A', 'seen-in-time treated-in-time decision-kept decided'],
    ['demo', 'M1TS', 'treated-in-time decision-kept'],
    // an end ends every clock, and a pause explains any
    ['demo', 'M1X', 'seen-in-time treated-in-time decision-kept'],
    ['demo', 'M1WA', 'seen-in-time treated-in-time decision-kept'],
    ['demo', 'M1V', ''],
    ['no-house', 'A12DX', 'OA1'],
    // an upgrade is picked beside the source, and the 62 days begin with the upgrade
    [
      'en-cwt',
      'SOURCE-17',
      'fds-28 fds-28-urgent-suspected-cancer fds-28-breast-symptomatic fds-28-screening rtt-62 rtt-62-urgent-suspected-cancer rtt-62-breast-symptomatic rtt-62-screening rtt-62-consultant-upgrade',
    ],
  ])('%s %s: %s', async (pack, code, says) => expect((await readers(pack, code)).join(' ')).toBe(says))
})
