import type { ReactNode } from 'react'
import type { AccountOf } from './search.ts'

/** A number that opens who is behind it, for those who may see them; undefined: whoever looks may count, and not see who it is. */
export function Opens({
  of,
  onAccount,
  children,
}: {
  readonly of: AccountOf
  readonly onAccount: ((of: AccountOf) => void) | undefined
  readonly children: ReactNode
}) {
  return onAccount === undefined ? (
    children
  ) : (
    <button type="button" className="as-link" data-opens={JSON.stringify(of)} onClick={() => onAccount(of)}>
      {children}
    </button>
  )
}
