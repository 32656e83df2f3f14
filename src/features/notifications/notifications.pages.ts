import { IconBell } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/notifications',
    title: text => text.told.title,
    section: { group: 'you', order: 3, icon: IconBell },
    load: () => import('./preferences.page.tsx'),
  },
] satisfies Page[]
