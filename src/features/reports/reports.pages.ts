import { IconReportAnalytics } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/reports',
    title: text => text.reports.title,
    nav: { group: 'insights', order: 2, icon: IconReportAnalytics },
    load: () => import('./reports.page.tsx'),
  },
  { path: '/reports/new', title: text => text.reports.new, load: () => import('./report.page.tsx') },
  { path: '/reports/$id', title: text => text.reports.one, load: () => import('./report.page.tsx') },
] satisfies Page[]
