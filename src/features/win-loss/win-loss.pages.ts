import { IconScale } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/win-loss',
    title: text => text.ai.winLossShort,
    nav: { group: 'insights', order: 2, icon: IconScale },
    load: () => import('./win-loss.page.tsx'),
    isForWriters: true,
  },
] satisfies Page[]
