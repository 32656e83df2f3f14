import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/welcome',
    title: text => text.welcome.title,
    isForAdmins: true,
    load: () => import('./welcome.page.tsx'),
  },
] satisfies Page[]
