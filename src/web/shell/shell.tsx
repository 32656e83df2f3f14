import { ActionIcon, Alert, AppShell, Burger, Button, Group, Kbd, UnstyledButton } from '@mantine/core'
import { useDisclosure, useHotkeys, useLocalStorage, useNetwork } from '@mantine/hooks'
import { IconChevronDown, IconSearch } from '@tabler/icons-react'
import { Link, Outlet, useLocation, useNavigate, useRouterState } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { api, useMay, useMe } from '../api.ts'
import { reloadedForNewBuild } from '../build.ts'
import { later } from '../kit/later.tsx'
import { isMac } from '../kit/platform.ts'
import { useLive } from '../live.ts'
import { isFor, NAV_GROUPS, navPages, pages } from '../pages.ts'
import { useKeptPreferences } from '../preferences.ts'
import { prefetchViews } from '../table/saved-views.ts'
import { useText } from '../text/index.tsx'
import classes from './shell.module.css'
import { UserButton } from './user-button.tsx'

const Bell = later(() => import('#features/notifications/bell.page.tsx'))
const loadPalette = () => import('./palette.tsx')
const Shortcuts = later(() => import('./shortcuts.tsx'))

/** Behind what the page itself needs. */
const PALETTE_AFTER_MS = 1000

/** The frame of every page for whoever is signed in: side bar, search, account. */
export function Shell() {
  const text = useText()
  const [isNavOpen, nav] = useDisclosure()
  const [isPaletteOpen, palette] = useDisclosure()
  const [isHelpOpen, help] = useDisclosure()
  const { pathname } = useLocation()
  useTitle(pathname)
  useLive()
  useKeptPreferences()
  useEffect(prefetchViews, [])
  const Palette = usePalette(isPaletteOpen)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes whenever the page changes
  useEffect(() => nav.close(), [pathname])
  useGlobalKeys(palette.toggle, help.toggle)
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isNavOpen } }}
      padding={0}
    >
      <a href="#content" className="skip">
        {text.app.skip}
      </a>
      <AppShell.Header className={classes.header}>
        <Burger
          opened={isNavOpen}
          onClick={nav.toggle}
          hiddenFrom="sm"
          size="sm"
          aria-label={text.app.menu}
        />
        <Link to="/" className={classes.brand}>
          <img src="/favicon.svg" alt="" width={22} height={22} />
          <span>{text.app.name}</span>
        </Link>
        <UnstyledButton className={classes.search} onClick={palette.open} visibleFrom="sm">
          <IconSearch size={14} />
          <span>{text.palette.open}</span>
          <Kbd size="xs">{isMac ? '⌘' : 'Ctrl'} K</Kbd>
        </UnstyledButton>
        <Group gap={4} ml="auto">
          <ActionIcon size="lg" onClick={palette.open} hiddenFrom="sm" aria-label={text.palette.open}>
            <IconSearch size={18} />
          </ActionIcon>
          <Suspense fallback={<span className={classes.bell} />}>
            <Bell />
          </Suspense>
          <UserButton showShortcuts={help.open} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.nav}>
        <SideBar />
      </AppShell.Navbar>
      <AppShell.Main id="content" className={classes.main} tabIndex={-1}>
        <OnItsWay />
        <OfflineHint />
        <VerifyHint />
        <Suspense>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Suspense>
        {isPaletteOpen && Palette && <Palette close={palette.close} />}
        {isHelpOpen && <Shortcuts close={help.close} />}
      </Suspense>
    </AppShell>
  )
}

/**
 * Is there when it is called: who types at once would lose the first letters to the page behind it. Held as it is, since
 * what is lazy shows its absence for a moment even where it is here.
 */
function usePalette(isOpen: boolean) {
  const [palette, setPalette] = useState<{ Palette: typeof import('./palette.tsx').default }>()
  useEffect(() => {
    const fetch = () =>
      loadPalette().then(
        module => setPalette({ Palette: module.default }),
        () => isOpen && void reloadedForNewBuild(),
      )
    const timer = setTimeout(fetch, isOpen ? 0 : PALETTE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [isOpen])
  return palette?.Palette
}

/** A page that takes longer than this is said to be on its way; what was there stays in sight until then. */
const ON_ITS_WAY_AFTER_MS = 300

function OnItsWay() {
  const text = useText()
  const isPending = useRouterState({ select: ({ status }) => status === 'pending' })
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    if (!isPending) return
    const timer = setTimeout(() => setLate(true), ON_ITS_WAY_AFTER_MS)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [isPending])
  return isLate ? <div className={classes.onItsWay} role="progressbar" aria-label={text.app.loading} /> : null
}

function SideBar() {
  const text = useText()
  const may = useMay()
  return (
    <nav aria-label={text.app.menu}>
      {NAV_GROUPS.map(group => {
        const entries = navPages.filter(page => page.nav.group === group && isFor(page, may))
        return entries.length ? <NavGroup key={group} group={group} entries={entries} /> : null
      })}
    </nav>
  )
}

type GroupGiven = { group: (typeof NAV_GROUPS)[number]; entries: typeof navPages }

/** A part of the side bar, folded away by whoever does not need it; the page that is open stays in sight. */
function NavGroup({ group, entries }: GroupGiven) {
  const text = useText()
  const { pathname } = useLocation()
  const [isFolded, setFolded] = useLocalStorage({
    key: `ascendore.nav.${group}`,
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const isHere = ({ path }: GroupGiven['entries'][number]) =>
    path === '/' ? pathname === path : pathname === path || pathname.startsWith(`${path}/`)
  return (
    <div className={classes.group}>
      <UnstyledButton
        className={`quiet ${classes.groupHead}`}
        aria-expanded={!isFolded}
        onClick={() => setFolded(!isFolded)}
      >
        {text.nav[group]}
        <IconChevronDown size={12} className={classes.fold} data-folded={isFolded || undefined} />
      </UnstyledButton>
      {entries
        .filter(page => !isFolded || isHere(page))
        .map(({ path, title, nav: { icon: Icon } }) => (
          <Link
            key={path}
            to={path}
            className={classes.item}
            activeProps={{ 'data-active': true, 'aria-current': 'page' }}
            activeOptions={{ exact: path === '/', includeSearch: false }}
          >
            <Icon size={16} />
            <span className="one-line">{title(text)}</span>
          </Link>
        ))}
    </div>
  )
}

/** Names the page in the browser's tab. */
function useTitle(pathname: string) {
  const text = useText()
  useEffect(() => {
    const page = pages.find(({ path }) => path === pathname)
    document.title = page ? `${page.title(text)} · ${text.app.name}` : text.app.name
  }, [pathname, text])
}

/** Ctrl-K and ?, and "g" followed by a letter to go places. */
function useGlobalKeys(togglePalette: () => void, toggleHelp: () => void) {
  const navigate = useNavigate()
  const [isGoing, setGoing] = useState(false)
  useEffect(() => {
    if (!isGoing) return
    const timer = setTimeout(() => setGoing(false), 1200)
    return () => clearTimeout(timer)
  }, [isGoing])
  const go = (to: string) => () => {
    if (!isGoing) return
    setGoing(false)
    navigate({ to })
  }
  useHotkeys([['mod+K', togglePalette]], [])
  useHotkeys([
    ['shift+?', toggleHelp],
    ['g', () => setGoing(true)],
    ['h', go('/')],
    ['f', go('/search')],
    ['b', go('/notifications')],
    ['p', go('/pipeline')],
    ['c', go('/contacts')],
    ['o', go('/companies')],
    ['a', go('/assistant')],
    ['t', go('/tasks')],
    ['v', go('/visits')],
    ['i', go('/invoices')],
    ['s', go('/settings')],
  ])
}

/** What is sent meanwhile waits, and goes out by itself when the network is back. */
function OfflineHint() {
  const text = useText()
  const { online } = useNetwork()
  if (online) return null
  return (
    <Alert variant="light" color="orange" radius={0} py={6} className={classes.hint} role="status">
      {text.common.away}
    </Alert>
  )
}

function VerifyHint() {
  const text = useText()
  const { user } = useMe()
  const [isSent, setSent] = useState(false)
  if (user.emailVerifiedAt) return null
  return (
    <Alert variant="light" radius={0} py={6} className={classes.hint}>
      <Group gap="sm">
        <span>{text.user.unverified}</span>
        <Button
          size="compact-xs"
          variant="subtle"
          mx={-8}
          disabled={isSent}
          onClick={() =>
            api.post('/auth/resend-verification', { email: user.email }).then(() => setSent(true))
          }
        >
          {isSent ? text.user.resent : text.user.resend}
        </Button>
      </Group>
    </Alert>
  )
}
