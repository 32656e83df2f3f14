import { IconTags } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/tags',
    title: text => text.tags.title,
    isForAdmins: true,
    section: { group: 'data', order: 2, icon: IconTags },
    load: () => import('./tags.page.tsx'),
  },
] satisfies Page[]
