import type { Page } from '#web/pages.ts'

export default [
  { path: '/search', title: text => text.search.title, load: () => import('./search.page.tsx') },
] satisfies Page[]
