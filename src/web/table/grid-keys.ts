import type { KeyboardEvent } from 'react'

const STEPS: Record<string, [number, number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
}

/** Moves the focus from cell to cell, as in a spreadsheet. */
export function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = STEPS[event.key]
  const cell = (event.target as HTMLElement).closest<HTMLElement>('[role=gridcell]')
  if (!step || !cell || (event.target as HTMLElement).closest('input, textarea, [role=listbox]')) {
    if (!step || (event.target as HTMLElement).getAttribute('type') !== 'checkbox') return
  }
  const row = cell!.parentElement!
  const place = [...row.children].indexOf(cell!)
  const wanted = `[aria-rowindex="${Number(row.getAttribute('aria-rowindex')) + step[0]}"]`
  const target = event.currentTarget.querySelector(wanted)?.children[place + step[1]] as
    | HTMLElement
    | undefined
  if (!target) return
  event.preventDefault()
  ;(target.querySelector<HTMLElement>('input[type=checkbox]') ?? target).focus()
}
