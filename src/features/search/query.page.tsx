import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { REPORTED } from '#features/reports/entities.page.tsx'
import { api } from '#web/api.ts'
import { type Condition, filterOf } from '#web/table/filters.ts'
import type { Hit } from './results.page.tsx'
import { SEARCHED } from './searched.ts'

const OWNERS: Record<string, string> = { task: 'assigneeId', note: 'authorId' }
const PAGE = 25

type Found = { rows: Hit[]; total: number; totalIsEstimate?: boolean; nextCursor: string | null }
type Facets = Found & { facets: Record<string, number> }

/** What is looked for. It stands in the address: it can be reloaded, sent to others, and gone back to. */
export type Asked = {
  q: string
  type: string | undefined
  owner: string | undefined
  days: string | undefined
  where: Condition[]
}

export function useAsked() {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const asked = useMemo((): Asked => {
    // An address may be written by hand: `q=2026` is read as a number.
    const word = (key: string) => (search[key] === undefined ? undefined : String(search[key]))
    const where = Array.isArray(search.where) ? (search.where as Condition[]) : []
    return {
      q: word('q') ?? '',
      type: SEARCHED.find(type => type === search.type),
      owner: word('owner'),
      days: /^\d{1,4}$/.test(word('days') ?? '') ? word('days') : undefined,
      where: where.filter(one => typeof one?.path === 'string' && typeof one?.op === 'string'),
    }
  }, [search])
  const change = (given: Partial<Asked>) =>
    navigate({
      to: '/search',
      replace: true,
      search: Object.fromEntries(
        Object.entries({ ...asked, ...given, ...('type' in given ? { where: [] } : {}) }).filter(
          ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && !value.length),
        ),
      ) as never,
    })
  return { asked, change }
}

/** The field that says whose a record is. */
const ownerOf = (type: string): string =>
  OWNERS[type] ?? (REPORTED.find(({ name }) => name === type)?.fields.ownerId ? 'ownerId' : 'createdById')

function bodyOf({ q, type, owner, days, where }: Asked, only: boolean) {
  const common = (name: string) => [
    ...(owner ? [{ field: ownerOf(name), op: 'eq', value: owner }] : []),
    ...(days ? [{ field: 'updatedAt', op: 'withinLast', value: `${days}d` }] : []),
  ]
  const types = only && type ? [type] : SEARCHED
  const filters = Object.fromEntries(
    types.flatMap(name => {
      const filter = filterOf(name === type ? where : [], ...common(name))
      return filter ? [[name, filter]] : []
    }),
  )
  return { q, ...(only && type ? { types } : {}), ...(Object.keys(filters).length ? { filters } : {}) }
}

/** The records that are found, page by page, and how many there are of each type. */
export function useFound(asked: Asked) {
  const isAsked = asked.q.trim().length > 0
  const list = useInfiniteQuery({
    queryKey: ['search', asked],
    enabled: isAsked,
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      api.post<Facets>(
        '/search',
        { ...bodyOf(asked, true), limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        { signal },
      ),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  // How many there are of the other types, while one is looked at.
  const all = useQuery({
    queryKey: ['search', 'facets', { ...asked, type: asked.type && 'one' }],
    enabled: isAsked && asked.type !== undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.post<Facets>('/search', { ...bodyOf(asked, false), limit: 1 }, { signal }),
  })
  const facets = (asked.type ? all.data : list.data?.pages[0])?.facets ?? {}
  return {
    list,
    isAsked,
    facets: SEARCHED.flatMap(type => (facets[type] ? [[type, facets[type]] as const] : [])),
  }
}
