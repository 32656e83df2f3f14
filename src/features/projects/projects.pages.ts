import { IconStack2 } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/projects',
    title: text => text.plurals.project!,
    nav: { group: 'delivery', order: 2, icon: IconStack2 },
    load: () => import('./projects.page.tsx'),
  },
  { path: '/projects/$id', title: text => text.labels.project!, load: () => import('./project.page.tsx') },
] satisfies Page[]
