import { Modal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'

/** Where the focus may go back to, of each dialog that is open, nearest first. */
const open: HTMLElement[][] = []

/** What has the focus as a dialog comes; instead of an entry of a menu, which goes away, the button of the menu. */
function present(): HTMLElement[] {
  const active = document.activeElement as HTMLElement | null
  const menu = active?.closest('[role=menu]')
  const place = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active
  return [...(place && place !== document.body ? [place] : []), ...(open.at(-1) ?? [])]
}

/**
 * Gives the focus back when what took it goes away: to where it was, or else to the page. The library does so only where a dialog
 * stays and is closed; ours are gone with what they are about.
 */
export function useFocusBack(): void {
  const [places] = useState(present)
  useEffect(() => {
    open.push(places)
    return () => {
      open.splice(open.indexOf(places), 1)
      const active = document.activeElement
      if (active && active !== document.body) return
      const place = places.find(({ isConnected }) => isConnected) ?? document.getElementById('content')
      place?.focus({ preventScroll: true })
    }
  }, [places])
}

/** A dialog: it is open for as long as it is there. */
export function Dialog(given: Omit<ModalProps, 'opened'>) {
  useFocusBack()
  return <Modal {...given} opened />
}
