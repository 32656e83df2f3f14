import { IconAlertTriangle } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/failed-jobs',
    title: text => text.jobs.title,
    isForAdmins: true,
    section: { group: 'developers', order: 3, icon: IconAlertTriangle },
    load: () => import('./failed-jobs.page.tsx'),
  },
] satisfies Page[]
