import { IconUpload } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/imports',
    title: text => text.imports.title,
    nav: { group: 'admin', order: 1, icon: IconUpload },
    load: () => import('./imports.page.tsx'),
  },
  {
    path: '/imports/new/$entity',
    title: text => text.imports.start,
    load: () => import('./import.page.tsx'),
  },
  { path: '/imports/$id', title: text => text.imports.title, load: () => import('./progress.page.tsx') },
] satisfies Page[]
