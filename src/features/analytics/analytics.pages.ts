import { IconChartHistogram } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/analytics',
    title: text => text.analytics.title,
    nav: { group: 'insights', order: 1, icon: IconChartHistogram },
    load: () => import('./analytics.page.tsx'),
  },
] satisfies Page[]
