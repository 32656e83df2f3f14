import { startTransition, useEffect, useState } from 'react'

const SETTLED_MS = 150

/** How many rows beyond those in sight to draw: next to none until these stand, so that a page comes sooner. */
export function useOverscan(rows: number): number {
  const [isSettled, settle] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => startTransition(() => settle(true)), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [])
  return isSettled ? rows : 1
}
