import { IconMessageCircleBolt } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

const load = () => import('./assistant.page.tsx')

export default [
  {
    path: '/assistant',
    title: text => text.assistant.title,
    load,
    isForWriters: true,
    nav: { group: 'work', order: 5, icon: IconMessageCircleBolt },
  },
  { path: '/assistant/$id', title: text => text.assistant.title, load, isForWriters: true },
] satisfies Page[]
