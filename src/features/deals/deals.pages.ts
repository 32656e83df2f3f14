import { IconBriefcase, IconLayoutKanban } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/pipeline',
    title: text => text.nav.pipeline,
    nav: { group: 'work', order: 2, icon: IconLayoutKanban },
    load: () => import('./pipeline.page.tsx'),
  },
  {
    path: '/deals',
    title: text => text.nav.deals,
    nav: { group: 'records', order: 4, icon: IconBriefcase },
    load: () => import('./deals.page.tsx'),
  },
  { path: '/deals/$id', title: text => text.labels.deal!, load: () => import('./deal.page.tsx') },
] satisfies Page[]
