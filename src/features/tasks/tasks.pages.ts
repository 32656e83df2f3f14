import { IconChecklist } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/tasks',
    title: text => text.nav.tasks,
    nav: { group: 'work', order: 3, icon: IconChecklist },
    load: () => import('./tasks.page.tsx'),
  },
  { path: '/tasks/$id', title: text => text.labels.task!, load: () => import('./task.page.tsx') },
] satisfies Page[]
