import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { createContext, createElement, type ReactNode, useCallback, useContext, useMemo } from 'react'
import { ApiError, createClient } from '#core/client/client.ts'
import type { Role } from '#core/db/workspace.ts'
import { spokenAs } from './kit/locale.ts'
import { issuesText, issueText, textNow } from './text/index.tsx'

/** Told when the session has ended on the server, or could not be renewed. */
let onSignedOut: () => void = () => {}
export const whenSignedOut = (tell: () => void): void => {
  onSignedOut = tell
}

/** Told when the server says that the reader no longer belongs to the workspace: removed, or deactivated. */
let onPutOut: () => void = () => {}
export const whenPutOut = (tell: () => void): void => {
  onPutOut = tell
}

const HERE = 'ascendore.here'
/** Remembers in this browser whether somebody is signed in, for what is shown before the app is there; it opens nothing. */
export const seemSignedIn = (isSo: boolean): void =>
  isSo ? localStorage.setItem(HERE, '1') : localStorage.removeItem(HERE)

const client = createClient({
  onUnauthorized: () => onSignedOut(),
  async fetch(input, init) {
    const headers = new Headers(init?.headers)
    const me = queries.getQueryData<Me>(['me'])
    headers.set('accept-language', spokenAs(document.documentElement.lang, me?.user.preferences.locale))
    headers.set('prefer', 'may-change')
    const answer = await globalThis.fetch(input, { ...init, headers })
    if (answer.status === 403) void judgeRefusal(answer.clone())
    return answer
  },
})

async function judgeRefusal(answer: Response): Promise<void> {
  const body = await answer.json().catch(() => undefined)
  if ((body as { code?: unknown } | undefined)?.code === 'NOT_A_MEMBER') onPutOut()
}

const ID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/
const underWay = new Map<string, Promise<unknown>>()

/** One after the other to one record: of two changes the later has to arrive last. What a model is asked changes none. */
function inTurn<T>(path: string, send: () => Promise<T>): Promise<T> {
  const id = path.startsWith('/ai/') ? undefined : ID.exec(path)?.[0]
  if (!id) return send()
  const sent = underWay.get(id)?.then(send, send) ?? send()
  const hasEnded = () => {
    if (underWay.get(id) === sent) underWay.delete(id)
  }
  underWay.set(id, sent)
  sent.then(hasEnded, hasEnded)
  return sent
}

/** The one client of the web app: access token in memory, refresh token where no script can read it. */
export const api: typeof client = {
  ...client,
  post: (path, body, options) => inTurn(path, () => client.post(path, body, options)),
  put: (path, body, options) => inTurn(path, () => client.put(path, body, options)),
  patch: (path, body, options) => inTurn(path, () => client.patch(path, body, options)),
  delete: (path, options) => inTurn(path, () => client.delete(path, options)),
}

const isWorthRetrying = (failures: number, error: Error): boolean =>
  failures < 2 && (!(error instanceof ApiError) || error.status >= 500 || error.status === 429)

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, gcTime: 10 * 60_000, retry: isWorthRetrying },
    mutations: { retry: false },
  },
})

export type Workspace = {
  id: string
  name: string
  slug: string
  currency: string
  timezone: string
  settings: { recordVisibility: 'own' | 'workspace'; retentionDays: number; [key: string]: unknown }
  version: number
}
/** How somebody wants the app; null leaves it to the device. */
export type Preferences = {
  language: string | null
  locale: string | null
  timezone: string | null
  theme: 'light' | 'dark' | 'auto' | null
}
export type Me = {
  user: {
    id: string
    name: string
    email: string
    emailVerifiedAt: string | null
    twoFactorEnabled: boolean
    preferences: Preferences
  }
  workspaceId: string | null
  workspace: Workspace | null
  role: Role | null
  workspaces: Array<Workspace & { role: Role }>
}

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api.get<Me>('/auth/me') })

/** Who is signed in; only used below the signed-in part of the app, where it is known. */
export function useMe(): Me & { workspace: Workspace; role: Role } {
  const me = useContext(Signed).me
  if (!me?.workspace || !me.role) throw new Error('nobody is signed in')
  return me as Me & { workspace: Workspace; role: Role }
}

export const useMay = () => {
  const { role } = useMe()
  return { write: role !== 'VIEWER', administer: role === 'OWNER' || role === 'ADMIN' }
}

/** Whether the reader may change a record that they see; the rows say it. */
export const useMayChange = () => {
  const { role } = useMe()
  return useCallback(
    (row: Readonly<{ mayChange?: unknown }>): boolean => role !== 'VIEWER' && row.mayChange !== false,
    [role],
  )
}

export type Member = {
  id: string
  name: string
  email: string
  role: Role
  /** Not of those who are deactivated or gone, whom records may still name. */
  isActive: boolean
  removedAt: string | null
}
export const membersQuery = queryOptions({
  queryKey: ['members'],
  staleTime: 5 * 60_000,
  queryFn: async () => {
    const members: Member[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { rows: Member[]; nextCursor: string | null } = await api.get('/users', {
        query: { limit: 200, includeRemoved: 'true', ...(cursor ? { cursor } : {}) },
      })
      members.push(...page.rows)
      cursor = page.nextCursor
    }
    return members
  },
})
export const useMembers = (): Map<string, Member> => useContext(Signed).members
const NOBODY = new Map<string, Member>()

/** What a member is called, also one who has left; nobody has no name, and `''` where the names are not here yet. */
export function useMemberName(id: string | null): string | undefined {
  const { me, members } = useContext(Signed)
  if (me && id === me.user.id) return me.user.name
  return members === NOBODY ? '' : members.get(id ?? '')?.name
}
const byId = (members: Member[]) => new Map(members.map(member => [member.id, member]))

const Signed = createContext<{ me: Me | undefined; members: Map<string, Member> }>({
  me: undefined,
  members: NOBODY,
})

/** Reads who is signed in and with whom they work, once for all that ask: every cell of a table does. */
export function SignedIn({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery).data
  const members = useQuery({ ...membersQuery, select: byId }).data ?? NOBODY
  const known = useMemo(() => ({ me, members }), [me, members])
  return createElement(Signed, { value: known }, children)
}

export type Stage = {
  id: string
  name: string
  pipelineId: string
  order: number
  probability: number
  kind: 'OPEN' | 'WON' | 'LOST'
  rottingDays: number | null
}
export type Pipeline = { id: string; name: string; isDefault: boolean; stages: Stage[] }
export const pipelinesQuery = queryOptions({
  queryKey: ['pipelines'],
  staleTime: 5 * 60_000,
  queryFn: async () => (await api.get<{ rows: Pipeline[] }>('/pipelines', { query: { limit: 200 } })).rows,
})
export const usePipelines = (): Pipeline[] => useQuery(pipelinesQuery).data ?? []

/** Codes that say less than the issues beside them. */
const GENERAL = new Set(['VALIDATION_ERROR', 'CONFLICT', 'UNSUPPORTED_MEDIA_TYPE'])

/**
 * What the server refused, by its code in the reader's language, or else in its own words; otherwise that it could not be
 * reached.
 */
export function messageOf(error: unknown, offline: string): string {
  if (!(error instanceof ApiError) || error.status === 0) return offline
  const text = textNow()
  if (GENERAL.has(error.code) && error.issues.length) return issuesText(text, error.issues)
  return text.refusals[error.code] ?? error.message
}

/** The server's issues by the field that they name. */
export function issuesByPath(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  const text = textNow()
  return Object.fromEntries(error.issues.map(issue => [issue.path, issueText(text, issue)]))
}
