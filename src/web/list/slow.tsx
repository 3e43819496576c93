import { type ReactNode, useEffect, useState } from 'react'

/** What is shown only where something takes longer than a fifth of a second: anything faster would flicker. */
export function Slow({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return shown ? <div className="slow">{children}</div> : null
}
