import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { api, meQuery, queries, whenSignedOut } from './api.ts'
import { LoadFault, NotFound } from './kit/states.tsx'
import { pages } from './pages.ts'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

const isSignedIn = async (): Promise<boolean> => {
  if (api.auth.tokens.token) return true
  try {
    await api.auth.refresh()
    return true
  } catch {
    return false
  }
}

/** Where to go back to after signing in; only paths of our own. */
export const safePath = (path: unknown): string =>
  typeof path === 'string' && /^\/(?![/\\])/.test(path) ? path : '/'

const signedIn = createRoute({
  id: 'signed-in',
  getParentRoute: () => root,
  component: Shell,
  errorComponent: LoadFault,
  async beforeLoad({ location }) {
    if (!(await isSignedIn())) throw redirect({ to: '/sign-in', search: { next: location.href } })
    const me = await queries.ensureQueryData(meQuery)
    if (!me.workspace) throw redirect({ to: '/no-workspace' })
  },
})

const routeOf = (page: (typeof pages)[number], parent: typeof root | typeof signedIn) =>
  createRoute({
    path: page.path,
    getParentRoute: () => parent as typeof root,
    component: lazyRouteComponent(page.load),
    errorComponent: LoadFault,
  })

const open = pages.filter(page => page.isPublic).map(page => routeOf(page, root))
const inside = pages.filter(page => !page.isPublic).map(page => routeOf(page, signedIn))
// The routes are found at run time, so their types say nothing about them.
const routeTree = root.addChildren([...open, signedIn.addChildren(inside as never)] as never)

export const router = createRouter({
  routeTree: routeTree as unknown as AnyRoute,
  defaultPreload: 'intent',
  defaultPreloadDelay: 30,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
})

whenSignedOut(() => {
  queries.clear()
  const next = router.state.location.href
  router.navigate({ to: '/sign-in', search: { next } })
})
