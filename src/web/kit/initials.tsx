import type { CSSProperties } from 'react'
import classes from './initials.module.css'

const HUES = 12
/** Somebody's initials on a ground that is theirs everywhere. */
export function Initials({ name, label, size = 20 }: { name: string; label?: string; size?: number }) {
  const words = name.split(/\s+/).filter(Boolean)
  const letters = words.length > 1 ? words[0]!.charAt(0) + words.at(-1)!.charAt(0) : name.slice(0, 2)
  const sum = [...name].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 9973, 7)
  const style = { '--hue': `${(sum % HUES) * (360 / HUES)}`, '--size': `${size}px` } as CSSProperties
  return (
    <span
      className={classes.initials}
      style={style}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      {letters.toUpperCase()}
    </span>
  )
}
