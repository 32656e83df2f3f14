import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { ApiError, createClient } from '#core/client/client.ts'
import type { Role } from '#core/db/workspace.ts'

/** Told when the session has ended on the server, or could not be renewed. */
let onSignedOut: () => void = () => {}
export const whenSignedOut = (tell: () => void): void => {
  onSignedOut = tell
}

/** The one client of the web app: access token in memory, refresh token where no script can read it. */
export const api = createClient({ onUnauthorized: () => onSignedOut() })

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
  const { data } = useQuery(meQuery)
  if (!data?.workspace || !data.role) throw new Error('nobody is signed in')
  return data as Me & { workspace: Workspace; role: Role }
}

export const useMay = () => {
  const { role } = useMe()
  return { write: role !== 'VIEWER', administer: role === 'OWNER' || role === 'ADMIN' }
}

export type Member = { id: string; name: string; email: string; role: Role; isActive: boolean }
export const membersQuery = queryOptions({
  queryKey: ['members'],
  staleTime: 5 * 60_000,
  queryFn: async () => {
    const members: Member[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { rows: Member[]; nextCursor: string | null } = await api.get('/users', {
        query: { limit: 200, ...(cursor ? { cursor } : {}) },
      })
      members.push(...page.rows)
      cursor = page.nextCursor
    }
    return members
  },
})
export function useMembers(): Map<string, Member> {
  const { data } = useQuery({ ...membersQuery, select: byId })
  return data ?? NOBODY
}
const NOBODY = new Map<string, Member>()
const byId = (members: Member[]) => new Map(members.map(member => [member.id, member]))

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

/** What the server refused, in its own words; otherwise that it could not be reached. */
export function messageOf(error: unknown, offline: string): string {
  return error instanceof ApiError && error.status > 0 ? error.message : offline
}

/** The server's issues by the field that they name. */
export function issuesByPath(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  return Object.fromEntries((error.issues ?? []).map(({ path, message }) => [path, message]))
}
