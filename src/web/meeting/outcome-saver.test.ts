import { expect, test, vi } from 'vitest'
import { type Held, type Kept, openSaver, type Saving, type Words } from './outcome-saver.ts'

const held = (version: number, outcome: string): Held => ({ version, outcome, question: '' })

/** A service of one discussion, and the memory of one tab. */
function world(outcome = '') {
  let there = held(1, outcome)
  let kept: Kept | undefined
  let away: Promise<void> | undefined
  const saves: Words[] = []
  const saving = (): Saving => ({
    save: async (words, version) => {
      await away
      if (version !== there.version) return { theirs: there }
      saves.push(words)
      there = { ...words, version: version + 1 }
      return { held: there }
    },
    keep: (now) => {
      kept = now
    },
    found: kept,
    pauseMs: 1,
    longestMs: 5,
  })
  return {
    saves,
    there: () => there,
    kept: () => kept,
    open: () => openSaver(there, saving()),
    /** Somebody else writes. */
    write: (text: string) => {
      there = held(there.version + 1, text)
    },
    goAway: (): (() => void) => {
      let back = (): void => {}
      away = new Promise((go) => {
        back = () => {
          away = undefined
          go()
        }
      })
      return back
    },
  }
}

test('what is typed is saved in a pause, without anybody asking for it', async () => {
  const at = world()
  const saver = at.open()
  saver.type({ outcome: 'Oper' })
  expect(saver.state().standing).toBe('typing')
  expect(at.kept()).toMatchObject({ outcome: 'Oper', base: 1 })
  await vi.waitFor(() => expect(saver.state().standing).toBe('saved'))
  expect([at.there(), at.kept()]).toEqual([{ version: 2, outcome: 'Oper', question: '' }, undefined])
})

test('whoever types on without a pause is saved all the same', async () => {
  const at = world()
  const saver = openSaver(at.there(), {
    save: async (words, version) => ({ held: { ...words, version: version + 1 } }),
    keep: () => {},
    found: undefined,
    pauseMs: 60_000,
    longestMs: 20,
  })
  saver.type({ outcome: 'a' })
  await vi.waitFor(() => {
    saver.type({ outcome: `${saver.state().typed.outcome}b` })
    expect(saver.state().held.version).toBeGreaterThan(1)
  })
})

test('what is typed while a save is on its way is sent after it, on the version that save made', async () => {
  const at = world()
  const back = at.goAway()
  const saver = at.open()
  saver.type({ outcome: 'One' })
  void saver.flush()
  saver.type({ outcome: 'One, and two' })
  expect(saver.state().standing).toBe('sending')
  back()
  expect(await saver.flush()).toBe(true)
  expect(at.saves.map(({ outcome }) => outcome)).toEqual(['One', 'One, and two'])
  expect(at.there().version).toBe(3)
})

test('of two who write, both are shown and nothing is sent until somebody has chosen', async () => {
  const at = world()
  const saver = at.open()
  at.write('Theirs')
  saver.type({ outcome: 'Mine' })
  expect(await saver.flush()).toBe(false)
  expect(saver.state()).toMatchObject({ typed: { outcome: 'Mine' }, theirs: { outcome: 'Theirs', version: 2 } })
  saver.type({ outcome: 'Mine, longer' })
  expect(await saver.flush()).toBe(false)
  expect(at.there().outcome).toBe('Theirs')
  saver.keepMine()
  expect(await saver.flush()).toBe(true)
  expect(at.there()).toMatchObject({ outcome: 'Mine, longer', version: 3 })

  at.write('Theirs again')
  saver.type({ outcome: 'Mine again' })
  await saver.flush()
  saver.takeTheirs()
  expect(saver.state()).toMatchObject({ typed: { outcome: 'Theirs again' }, standing: 'saved' })
  expect(at.kept()).toBeUndefined()
})

test('what somebody else wrote is shown where nobody is typing', () => {
  const at = world('First')
  const saver = at.open()
  saver.heard(held(2, 'Second'))
  expect(saver.state()).toMatchObject({ typed: { outcome: 'Second' }, standing: 'saved' })
  saver.heard(held(1, 'First'))
  expect(saver.state().typed.outcome).toBe('Second')
})

test('a page loaded again goes on with what was typed, also where its last save had gone through unseen', async () => {
  const at = world()
  const first = at.open()
  const back = at.goAway()
  first.type({ outcome: 'Sent' })
  void first.flush()
  first.type({ outcome: 'Sent, and typed on' })
  // The save arrives, its answer does not: the page is loaded again.
  const kept = at.kept()
  expect(kept).toMatchObject({ outcome: 'Sent, and typed on', base: 1, sent: { outcome: 'Sent' } })
  const there = held(2, 'Sent')
  const saved: Words[] = []
  const second = openSaver(there, {
    save: async (words, version) => {
      saved.push(words)
      return { held: { ...words, version: version + 1 } }
    },
    keep: () => {},
    found: kept,
    pauseMs: 1,
  })
  expect(second.state()).toMatchObject({ typed: { outcome: 'Sent, and typed on' } })
  expect(second.state().theirs).toBeUndefined()
  expect(await second.flush()).toBe(true)
  expect(saved.map(({ outcome }) => outcome)).toEqual(['Sent, and typed on'])
  back()
})

test('a page loaded again does not write over what somebody else has written meanwhile', async () => {
  const at = world()
  const first = at.open()
  at.goAway()
  first.type({ outcome: 'Mine' })
  at.write('Theirs')
  const second = at.open()
  expect(second.state()).toMatchObject({ typed: { outcome: 'Mine' }, theirs: { outcome: 'Theirs' } })
  expect(await second.flush()).toBe(false)
})

test('each save is heard of once as its own; anything more is somebody else', async () => {
  const at = world()
  const saver = at.open()
  expect(saver.isOwnChange()).toBe(false)
  saver.type({ outcome: 'One' })
  await saver.flush()
  expect([saver.isOwnChange(), saver.isOwnChange()]).toEqual([true, false])
  // A save that was refused is no change.
  at.write('Theirs')
  saver.type({ outcome: 'Two' })
  await saver.flush()
  expect(saver.isOwnChange()).toBe(false)
})

test('what is refused is said, stays in the field, and is sent again with the next word', async () => {
  let refuses = true
  const saver = openSaver(held(1, ''), {
    save: async (words, version) => {
      if (refuses) throw new Error('no')
      return { held: { ...words, version: version + 1 } }
    },
    keep: () => {},
    found: undefined,
    pauseMs: 1,
  })
  saver.type({ outcome: 'Words' })
  expect(await saver.flush()).toBe(false)
  expect(saver.state()).toMatchObject({ standing: 'refused', typed: { outcome: 'Words' } })
  refuses = false
  saver.type({ outcome: 'Words.' })
  expect(await saver.flush()).toBe(true)
})
