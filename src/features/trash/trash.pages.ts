import { IconHourglass, IconTrash } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/trash',
    title: text => text.nav.trash,
    nav: { group: 'admin', order: 3, icon: IconTrash },
    load: () => import('./trash.page.tsx'),
  },
  {
    path: '/settings/retention',
    title: text => text.retention.title,
    isForAdmins: true,
    section: { group: 'data', order: 3, icon: IconHourglass },
    load: () => import('./retention.page.tsx'),
  },
] satisfies Page[]
