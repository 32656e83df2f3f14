import { IconBuilding } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/companies',
    title: text => text.nav.companies,
    nav: { group: 'records', order: 1, icon: IconBuilding },
    load: () => import('./companies.page.tsx'),
  },
  { path: '/companies/$id', title: text => text.labels.company!, load: () => import('./company.page.tsx') },
] satisfies Page[]
