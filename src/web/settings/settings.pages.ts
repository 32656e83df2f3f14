import { IconSettings } from '@tabler/icons-react'
import type { Page } from '../pages.ts'

export default [
  {
    path: '/settings',
    title: text => text.nav.settings,
    nav: { group: 'admin', order: 9, icon: IconSettings },
    load: () => import('./first.tsx'),
  },
] satisfies Page[]
