import { IconFileInvoice } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/invoices',
    title: text => text.plurals.invoice!,
    nav: { group: 'delivery', order: 1, icon: IconFileInvoice },
    load: () => import('./invoices.page.tsx'),
  },
  { path: '/invoices/$id', title: text => text.labels.invoice!, load: () => import('./invoice.page.tsx') },
] satisfies Page[]
