import { type ReactNode, useEffect, useRef, useState } from 'react'

/** What is pushed out of sight again by what loads above it is not fetched for nothing. */
const STAYS_MS = 200

/** Shows what is dear to show, such as a chart, only when it has come into sight, and keeps it from then on. */
export function WhenSeen({ height, children }: { height: number; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null)
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    if (isSeen) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new IntersectionObserver(entries => {
      clearTimeout(timer)
      if (entries.some(entry => entry.isIntersecting)) timer = setTimeout(setSeen, STAYS_MS, true)
    })
    observer.observe(place.current!)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [isSeen])
  return isSeen ? children : <div ref={place} style={{ height }} />
}
