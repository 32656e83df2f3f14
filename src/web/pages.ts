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

/** The parts of the settings from above: one's own, the workspace's, its data, what goes out, and what programs use. */
export const SECTION_GROUPS = ['you', 'workspace', 'data', 'outreach', 'developers'] as const

/** Where a page stands in the list of the settings. */
export type Section = {
  group: (typeof SECTION_GROUPS)[number]
  order: number
  icon: ComponentType<{ size?: number }>
}

export type PageModule = {
  default: ComponentType
  /** Asks for what the page shows first, while somebody reaches for a link to it. */
  prefetch?: (params: Record<string, string>) => unknown
}

/** One page of a feature. Its code is fetched when it is first needed, or when a link to it is touched. */
export type Page = {
  /** As the router reads it: `/contacts/$id`. */
  path: string
  title: (text: Text) => string
  load: () => Promise<PageModule>
  nav?: Place
  /** Makes it a section of the settings; its path begins with `/settings/`. */
  section?: Section
  /** Addresses that it had before, with the same parameters; they lead here. */
  formerly?: string[]
  /** For whoever is not signed in. */
  isPublic?: boolean
  /** Only for OWNER and ADMIN. */
  isForAdmins?: boolean
  /** Not for VIEWER. */
  isForWriters?: boolean
}

const found = import.meta.glob<{ default: Page[] }>(['../features/*/*.pages.ts', './*/*.pages.ts'], {
  eager: true,
})

/** All pages of all features. A new feature is found by its `*.pages.ts`; some stand with the shell. */
export const pages: Page[] = Object.values(found).flatMap(module => module.default)

export const navPages = pages
  .filter((page): page is Page & { nav: Place } => page.nav !== undefined)
  .sort(
    (a, b) => NAV_GROUPS.indexOf(a.nav.group) - NAV_GROUPS.indexOf(b.nav.group) || a.nav.order - b.nav.order,
  )

export const sections = pages
  .filter((page): page is Page & { section: Section } => page.section !== undefined)
  .sort(
    (a, b) =>
      SECTION_GROUPS.indexOf(a.section.group) - SECTION_GROUPS.indexOf(b.section.group) ||
      a.section.order - b.section.order,
  )

/** Whether somebody's role lets them use a page; the server judges by itself. */
export const isFor = (page: Page, may: { write: boolean; administer: boolean }): boolean =>
  (!page.isForAdmins || may.administer) && (!page.isForWriters || may.write)
