import { IconGitBranch } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/pipelines',
    title: text => text.pipelines.title,
    isForAdmins: true,
    section: { group: 'workspace', order: 3, icon: IconGitBranch },
    load: () => import('./pipelines.page.tsx'),
  },
] satisfies Page[]
