import { IconSparkles } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/ai',
    title: text => text.aiSettings.title,
    isForAdmins: true,
    section: { group: 'workspace', order: 5, icon: IconSparkles },
    load: () => import('./ai-settings.page.tsx'),
  },
] satisfies Page[]
