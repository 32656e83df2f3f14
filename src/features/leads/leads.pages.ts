import { IconTargetArrow } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/leads',
    title: text => text.nav.leads,
    nav: { group: 'records', order: 3, icon: IconTargetArrow },
    load: () => import('./leads.page.tsx'),
  },
  { path: '/leads/$id', title: text => text.labels.lead!, load: () => import('./lead.page.tsx') },
] satisfies Page[]
