import { useRouter } from '@tanstack/react-router'
import { type AnchorHTMLAttributes, type MouseEvent, type Ref, useEffect, useRef } from 'react'

/** Who only passes over a list reaches for none of its links. */
const REST_MS = 50

type Given = AnchorHTMLAttributes<HTMLAnchorElement> & {
  /** A path of this app. */
  href: string
  ref?: Ref<HTMLAnchorElement>
}

/**
 * A link for lists of any length. The router's own watches where one is and weighs as much as the rest of a table's row; this
 * one goes where it says, in the app where it can, and has the page and what it shows fetched when somebody reaches for it.
 */
export function LightLink({ href, onClick, ...given }: Given) {
  const router = useRouter()
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    if (event.defaultPrevented || !isPlain) return
    event.preventDefault()
    router.navigate({ to: href as '/' })
  }
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined)
  const preload = () => void router.preloadRoute({ to: href as '/' }).catch(() => {})
  const leave = () => clearTimeout(resting.current)
  const rest = () => {
    leave()
    resting.current = setTimeout(preload, REST_MS)
  }
  useEffect(() => () => clearTimeout(resting.current), [])
  return (
    <a
      {...given}
      href={href}
      onClick={go}
      onMouseEnter={rest}
      onMouseLeave={leave}
      onFocus={rest}
      onBlur={leave}
      onTouchStart={preload}
    />
  )
}
