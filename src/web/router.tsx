import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from '#core/client/client.ts'
import {
  api,
  type Me,
  meQuery,
  queries,
  SignedIn,
  seemSignedIn,
  useMay,
  whenPutOut,
  whenSignedOut,
} from './api.ts'
import { fetched } from './kit/later.tsx'
import { tellFault } from './kit/notify.tsx'
import { Forbidden, LoadFault, NotFound } from './kit/states.tsx'
import { isFor, type Page, type PageModule, pages } from './pages.ts'
import { Shell } from './shell/shell.tsx'
import { textNow } from './text/index.tsx'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

/** Why somebody is asked to sign in who was at work: as the page says it. */
export type WhyOut = 'ended' | 'deactivated'

/** Renews the session. Says why nobody is signed in, or `true` for somebody. */
async function renewed(): Promise<true | WhyOut> {
  try {
    await api.auth.refresh()
    return true
  } catch (error) {
    // A server that is away or busy has not said that nobody is signed in.
    if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error
    seemSignedIn(false)
    return error.code === 'ACCOUNT_DEACTIVATED' ? 'deactivated' : 'ended'
  }
}

/** Where to go back to after signing in; only paths of our own. */
export const safePath = (path: unknown): string =>
  typeof path === 'string' && /^\/(?![/\\])/.test(path) ? path : '/'

const signedIn = createRoute({
  id: 'signed-in',
  getParentRoute: () => root,
  component: () => (
    <SignedIn>
      <Shell />
    </SignedIn>
  ),
  errorComponent: LoadFault,
  async beforeLoad({ location }) {
    const outcome = api.auth.tokens.token ? true : await renewed()
    // Who comes for the first time has no session that could have ended.
    if (outcome !== true)
      throw redirect({
        to: '/sign-in',
        search: { next: location.href, ...(outcome === 'deactivated' ? { why: outcome } : {}) },
      })
    const me = await queries.ensureQueryData(meQuery)
    seemSignedIn(me.workspace !== null)
    if (!me.workspace) throw redirect({ to: '/no-workspace' })
  },
})

const loadOf = (page: Page) => () => fetched(page.load)

/** The page, or that it is not for the reader's role. */
const forRoles = (page: Page) => async (): Promise<PageModule> => {
  const { default: Content } = await loadOf(page)()
  return {
    default: function Judged() {
      return isFor(page, useMay()) ? <Content /> : <Forbidden order={1} />
    },
  }
}

const settings = createRoute({
  path: '/settings',
  getParentRoute: () => signedIn,
  component: lazyRouteComponent(() => fetched(() => import('./settings/frame.tsx'))),
  errorComponent: LoadFault,
})
const isSetting = ({ path }: Page): boolean => path.startsWith('/settings')

/** Begun when a link is reached for, or at the latest with the page's code; nothing waits for it. */
function prefetch(page: Page, params: Record<string, string>, search: object): void {
  // What an address asks for beside the page is for the page to read.
  if (Object.keys(search).length) return
  page
    .load()
    .then(module => module.prefetch?.(params))
    .catch(() => {})
}

type Parent = typeof root | typeof signedIn | typeof settings
const routeOf = (page: Page, parent: Parent) =>
  createRoute({
    path: parent === settings ? page.path.replace('/settings', '') || '/' : page.path,
    getParentRoute: () => parent as typeof root,
    loader: ({ params, location }) => prefetch(page, params, location.search),
    component: lazyRouteComponent(page.isForAdmins || page.isForWriters ? forRoles(page) : loadOf(page)),
    errorComponent: LoadFault,
  })

/** Old addresses lead to the new one, with what stood behind the question mark. */
const redirectsTo = (page: Page) =>
  (page.formerly ?? []).map(path =>
    createRoute({
      path,
      getParentRoute: () => (page.isPublic ? root : signedIn) as typeof root,
      beforeLoad({ params, search }) {
        throw redirect({ to: page.path, params: params as never, search: search as never, replace: true })
      },
    }),
  )

const open = pages.filter(page => page.isPublic).map(page => routeOf(page, root))
const inside = pages.filter(page => !page.isPublic && !isSetting(page)).map(page => routeOf(page, signedIn))
const set = pages.filter(isSetting).map(page => routeOf(page, settings))
const moved = pages.filter(page => !page.isPublic).flatMap(redirectsTo)
const movedOpen = pages.filter(page => page.isPublic).flatMap(redirectsTo)
// The routes are found at run time, so their types say nothing about them.
const routeTree = root.addChildren([
  ...open,
  ...movedOpen,
  signedIn.addChildren([...inside, ...moved, settings.addChildren(set as never)] as never),
] as never)

export const router = createRouter({
  routeTree: routeTree as unknown as AnyRoute,
  defaultPreload: 'intent',
  defaultPreloadDelay: 30,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
})

function leaveFor(why: WhyOut): void {
  seemSignedIn(false)
  const next = router.state.location.href
  // What is shown needs to know who is signed in until it is gone; and nobody is asked whether to leave.
  void router
    .navigate({ to: '/sign-in', search: { next, why }, ignoreBlocker: true })
    .finally(() => queries.clear())
}
whenSignedOut(() => leaveFor('ended'))

/** Goes on in another workspace where there is one; else out, and told why. */
async function leaveWorkspace(): Promise<void> {
  const outcome = await renewed()
  if (outcome !== true) return leaveFor(outcome)
  const me = await api.get<Me>('/auth/me')
  tellFault(textNow().auth.putOut)
  // What is shown needs to know who is signed in until it is gone.
  if (!me.workspace) {
    await router.navigate({ to: '/no-workspace', ignoreBlocker: true })
    return queries.clear()
  }
  queries.setQueryData(meQuery.queryKey, me)
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] })
  await router.navigate({ to: '/', ignoreBlocker: true })
}

/** Several requests find it out together. */
let isLeaving = false
whenPutOut(() => {
  if (isLeaving || router.state.location.pathname === '/sign-in') return
  isLeaving = true
  leaveWorkspace()
    .catch(() => {})
    .finally(() => {
      isLeaving = false
    })
})
