/** What the page of a unit shows: it stands in the address. */
export interface UnitSearch {
  readonly pack?: string
  readonly org?: number
}

/** Reads an address; what is none of ours is left out. */
export const readUnitSearch = ({ pack, org }: Readonly<Record<string, unknown>>): UnitSearch => ({
  ...(typeof pack === 'string' || typeof pack === 'number' ? { pack: String(pack) } : {}),
  ...(Number.isInteger(org) && Number(org) >= 0 ? { org: Number(org) } : {}),
})
