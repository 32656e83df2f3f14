import { IconWebhook } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/webhooks',
    title: text => text.webhooks.title,
    isForAdmins: true,
    section: { group: 'developers', order: 2, icon: IconWebhook },
    load: () => import('./webhooks.page.tsx'),
  },
  {
    path: '/settings/webhooks/$id',
    title: text => text.webhooks.title,
    isForAdmins: true,
    load: () => import('./webhook.page.tsx'),
  },
] satisfies Page[]
