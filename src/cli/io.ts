/** Where a command writes: standard output for answers, standard error for everything said about them. */
export interface Io {
  readonly out: (text: string | Uint8Array) => void
  readonly err: (text: string) => void
  /** Progress is drawn only where somebody looks. */
  readonly showsProgress: boolean
  readonly outIsTerminal: boolean
  /** Waits until somebody asks this process to end. A command that waits ends in order; any other is simply left. */
  readonly untilAsked: () => Promise<void>
}

/** A progress bar on one line of standard error. */
export function progressBar(io: Io, label: string): (done: number, total: number) => void {
  if (!io.showsProgress) return () => {}
  let shown = ''
  return (done, total) => {
    const share = total === 0 ? 1 : Math.min(1, done / total)
    const width = 30
    const full = Math.round(share * width)
    const text = `${label} [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.floor(share * 100)} %`
    if (text === shown) return
    shown = text
    io.err(`\r${text}${share >= 1 ? '\n' : ''}`)
  }
}
