import { IconForms } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/fields',
    title: text => text.customFields.title,
    isForAdmins: true,
    section: { group: 'workspace', order: 4, icon: IconForms },
    load: () => import('./custom-fields.page.tsx'),
  },
] satisfies Page[]
