import { IconUpload } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/imports',
    formerly: ['/imports'],
    title: text => text.imports.title,
    section: { group: 'data', order: 1, icon: IconUpload },
    load: () => import('./imports.page.tsx'),
  },
  {
    path: '/imports/new/$entity',
    title: text => text.imports.start,
    isForWriters: true,
    load: () => import('./import.page.tsx'),
  },
  { path: '/imports/$id', title: text => text.imports.title, load: () => import('./progress.page.tsx') },
] satisfies Page[]
