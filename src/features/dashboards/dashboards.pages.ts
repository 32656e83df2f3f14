import { IconLayoutDashboard } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/dashboards',
    title: text => text.dashboards.title,
    nav: { group: 'insights', order: 3, icon: IconLayoutDashboard },
    load: () => import('./dashboards.page.tsx'),
  },
  { path: '/dashboards/$id', title: text => text.dashboards.one, load: () => import('./dashboard.page.tsx') },
] satisfies Page[]
