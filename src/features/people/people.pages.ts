import { IconBuilding, IconShieldLock, IconUser, IconUsersGroup } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/settings/profile',
    title: text => text.profile.title,
    section: { group: 'you', order: 1, icon: IconUser },
    load: () => import('./profile.page.tsx'),
  },
  {
    path: '/settings/security',
    title: text => text.security.title,
    section: { group: 'you', order: 2, icon: IconShieldLock },
    load: () => import('./security.page.tsx'),
  },
  {
    path: '/settings/workspace',
    title: text => text.workspace.title,
    isForAdmins: true,
    section: { group: 'workspace', order: 1, icon: IconBuilding },
    load: () => import('./workspace.page.tsx'),
  },
  {
    path: '/settings/members',
    formerly: ['/members'],
    title: text => text.members.title,
    isForAdmins: true,
    section: { group: 'workspace', order: 2, icon: IconUsersGroup },
    load: () => import('./members.page.tsx'),
  },
  {
    path: '/sign-in',
    isPublic: true,
    title: text => text.auth.signIn,
    load: () => import('./sign-in.page.tsx'),
  },
  {
    path: '/sign-up',
    isPublic: true,
    title: text => text.auth.signUp,
    load: () => import('./sign-up.page.tsx'),
  },
  {
    path: '/forgot-password',
    isPublic: true,
    title: text => text.auth.forgotTitle,
    load: () => import('./forgot-password.page.tsx'),
  },
  {
    path: '/reset-password',
    isPublic: true,
    title: text => text.auth.resetTitle,
    load: () => import('./reset-password.page.tsx'),
  },
  {
    path: '/verify-email',
    isPublic: true,
    title: text => text.auth.verifying,
    load: () => import('./verify-email.page.tsx'),
  },
  {
    path: '/invites/accept',
    // Where the link in the mail leads.
    formerly: ['/invite'],
    isPublic: true,
    title: text => text.auth.accepting,
    load: () => import('./accept-invite.page.tsx'),
  },
  {
    path: '/no-workspace',
    isPublic: true,
    title: text => text.auth.createWorkspace,
    load: () => import('./no-workspace.page.tsx'),
  },
] satisfies Page[]
