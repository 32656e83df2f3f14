import { IconCalendarShare } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/calendar',
    title: text => text.feed.title,
    nav: { group: 'admin', order: 6, icon: IconCalendarShare },
    load: () => import('./calendar-settings.page.tsx'),
  },
] satisfies Page[]
