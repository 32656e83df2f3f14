import type { ComponentType } from 'react'
import type { Text } from './text/en.ts'

/** The parts of the side bar from above: what one does all day, whom one sells to, what was sold, and what is set up. */
export const NAV_GROUPS = ['work', 'records', 'delivery', 'marketing', 'insights', 'admin'] as const

/** Where a page stands in the side bar. */
export type Place = {
  group: (typeof NAV_GROUPS)[number]
  order: number
  icon: ComponentType<{ size?: number }>
}

/** One page of a feature. Its code is fetched when it is first needed, or when a link to it is touched. */
export type Page = {
  /** As the router reads it: `/contacts/$id`. */
  path: string
  title: (text: Text) => string
  load: () => Promise<{ default: ComponentType }>
  nav?: Place
  /** For whoever is not signed in. */
  isPublic?: boolean
  /** Only for OWNER and ADMIN. */
  isForAdmins?: boolean
}

const found = import.meta.glob<{ default: Page[] }>('../features/*/*.pages.ts', { eager: true })

/** All pages of all features. A new feature is found by its `*.pages.ts`. */
export const pages: Page[] = Object.values(found).flatMap(module => module.default)

export const navPages = pages
  .filter((page): page is Page & { nav: Place } => page.nav !== undefined)
  .sort(
    (a, b) => NAV_GROUPS.indexOf(a.nav.group) - NAV_GROUPS.indexOf(b.nav.group) || a.nav.order - b.nav.order,
  )
