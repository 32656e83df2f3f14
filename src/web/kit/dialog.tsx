import { Modal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'

/** Something that had the focus, and what it stands in on the page, from inside out. */
type Place = { element: HTMLElement; around: HTMLElement[] }
/** Where the focus may go back to, of each dialog that is open, nearest first. */
const open: Place[][] = []

/** What has the focus as a dialog comes; instead of an entry of a menu, which goes away, the button of the menu. */
function present(): Place[] {
  const active = document.activeElement as HTMLElement | null
  const menu = active?.closest('[role=menu]')
  const place = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active
  const own = place && place !== document.body ? [{ element: place, around: aroundOf(place) }] : []
  return [...own, ...(open.at(-1) ?? [])]
}

function aroundOf(element: HTMLElement): HTMLElement[] {
  const around: HTMLElement[] = []
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (at.id === 'content') return around
    around.push(at)
  }
  return []
}

const FOCUSABLE = 'button:enabled, a[href], input:enabled, textarea:enabled, [tabindex="0"]'

/** Where it was; what stands there now; or else the page. */
function placeNow(places: Place[]): HTMLElement | null {
  const was = places.find(({ element }) => element.isConnected)
  if (was) return was.element
  const near = places.flatMap(({ around }) => around).filter(({ isConnected }) => isConnected)
  return near[0]?.querySelector<HTMLElement>(FOCUSABLE) ?? document.getElementById('content')
}

/**
 * Gives the focus back when what took it goes away: to where it was, or to what stands in its place. The library does so only where a dialog
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
      placeNow(places)?.focus({ preventScroll: true })
    }
  }, [places])
}

/** A dialog: it is open for as long as it is there. */
export function Dialog(given: Omit<ModalProps, 'opened'>) {
  useFocusBack()
  return <Modal {...given} opened />
}
