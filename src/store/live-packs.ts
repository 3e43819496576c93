import type { CodeRow, Pack } from '../core/pack/pack.ts'
import { type ClockColumns, clockColumnsOf, compileOpenClocks, livePlan } from '../sql/kept.ts'
import type { Plan } from '../sql/plan.ts'
import type { InstalledPack } from './install-packs.ts'

/** A pack in force, with what is compiled from it once. */
export interface LivePack {
  readonly pack: number
  readonly id: string
  readonly content: Pack
  readonly plan: Plan
  readonly openClocks: string
  readonly clockColumns: readonly ClockColumns[]
}

export interface LivePacks {
  readonly all: readonly LivePack[]
  byId(id: string): LivePack | undefined
  byNumber(pack: number): LivePack | undefined
}

export function livePacks(installed: readonly InstalledPack[]): LivePacks {
  const all = installed.map(({ pack, content }): LivePack => {
    const plan = livePlan(content)
    return { pack, id: content.id, content, plan, openClocks: compileOpenClocks(plan), clockColumns: clockColumnsOf(plan) }
  })
  return { all, byId: (id) => all.find((p) => p.id === id), byNumber: (n) => all.find((p) => p.pack === n) }
}

export const labelOf = (rows: readonly CodeRow[] | undefined): string | null => rows?.[0]?.label ?? null
