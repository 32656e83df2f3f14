import { Text as P, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './settings.module.css'

type Given = { title: string; hint?: ReactNode; action?: ReactNode; children: ReactNode }

/** The frame of a section of the settings: its name, what it is for, what may be made, and its parts. */
export function SettingsPage({ title, hint, action, children }: Given) {
  return (
    <div className={classes.page}>
      <header>
        <div className={classes.head}>
          <Title order={1} className={classes.title} title={title}>
            {title}
          </Title>
          {action}
        </div>
        {hint && <p className={`quiet ${classes.hint}`}>{hint}</p>}
      </header>
      {children}
    </div>
  )
}
/** A part of a section, under a heading of its own. */
export function Part({ title, hint, action, children }: Given) {
  return (
    <section className={classes.part}>
      <header>
        <div className={classes.head}>
          <Title order={2}>{title}</Title>
          {action}
        </div>
        {hint && (
          <P size="sm" className={`quiet ${classes.hint}`}>
            {hint}
          </P>
        )}
      </header>
      {children}
    </section>
  )
}
