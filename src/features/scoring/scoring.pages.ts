import { IconBrain } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/ai/models',
    title: text => text.scoring.title,
    nav: { group: 'insights', order: 6, icon: IconBrain },
    isForWriters: true,
    load: () => import('./models.page.tsx'),
  },
  {
    path: '/ai/models/$id',
    title: text => text.scoring.one,
    isForWriters: true,
    load: () => import('./model.page.tsx'),
  },
] satisfies Page[]
