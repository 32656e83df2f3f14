import type { ReactNode } from 'react'
import classes from './list.module.css'

/** A card whose content may be wider than the screen; reached by keys, so that they can scroll it. */
export function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className={`card ${classes.scroll}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
