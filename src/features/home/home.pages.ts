import { IconHome } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/',
    title: text => text.nav.home,
    nav: { group: 'work', order: 1, icon: IconHome },
    load: () => import('./home.page.tsx'),
  },
] satisfies Page[]
