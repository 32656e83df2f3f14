import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react'

type Given = AnchorHTMLAttributes<HTMLAnchorElement> & {
  /** A path of this app. */
  href: string
  ref?: Ref<HTMLAnchorElement>
}

/**
 * A link for lists of any length. The router's own watches where one is and weighs as much as the rest of a table's row; this
 * one goes where it says, in the app where it can, and has the page fetched when it is touched.
 */
export function LightLink({ href, onClick, ...rest }: Given) {
  const router = useRouter()
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    if (event.defaultPrevented || !isPlain) return
    event.preventDefault()
    router.navigate({ to: href as '/' })
  }
  const preload = () => void router.preloadRoute({ to: href as '/' }).catch(() => {})
  return <a {...rest} href={href} onClick={go} onMouseEnter={preload} onFocus={preload} />
}
