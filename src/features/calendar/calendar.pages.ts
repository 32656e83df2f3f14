import { IconCalendarShare } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/calendar',
    title: text => text.feed.title,
    section: { group: 'you', order: 5, icon: IconCalendarShare },
    load: () => import('./calendar-settings.page.tsx'),
  },
] satisfies Page[]
