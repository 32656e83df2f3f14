import { IconHistory } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/audit-log',
    title: text => text.nav.audit,
    isForAdmins: true,
    section: { group: 'data', order: 4, icon: IconHistory },
    load: () => import('./audit-log.page.tsx'),
  },
] satisfies Page[]
