import { IconKey } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/api-keys',
    title: text => text.apiKeys.title,
    isForAdmins: true,
    section: { group: 'developers', order: 1, icon: IconKey },
    load: () => import('./api-keys.page.tsx'),
  },
] satisfies Page[]
