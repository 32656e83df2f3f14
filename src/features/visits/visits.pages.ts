import { IconCalendar } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/visits',
    title: text => text.plurals.visit!,
    nav: { group: 'work', order: 4, icon: IconCalendar },
    load: () => import('./visits.page.tsx'),
  },
  { path: '/visits/$id', title: text => text.labels.visit!, load: () => import('./visit.page.tsx') },
] satisfies Page[]
