import { IconSpeakerphone } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/campaigns',
    title: text => text.plurals.campaign!,
    nav: { group: 'marketing', order: 1, icon: IconSpeakerphone },
    load: () => import('./campaigns.page.tsx'),
  },
  {
    path: '/campaigns/$id',
    title: text => text.labels.campaign!,
    load: () => import('./campaign.page.tsx'),
  },
] satisfies Page[]
