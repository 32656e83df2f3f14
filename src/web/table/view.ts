import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useRef, useState } from 'react'
import { type Condition, conditionsOf, filterOf } from './filters.ts'
import { type SavedView, useSavedViews } from './saved-views.ts'

/** What a saved view keeps. */
type Kept = {
  sort: string | undefined
  conditions: Condition[]
  /** A part of the filter that the filter bar cannot show. */
  extra: object | undefined
  columns: string[]
  /** Widths of columns that somebody has drawn, in pixels. */
  widths: Record<string, number>
  /** The name of the layout. */
  layout: string
  /** What the layouts keep of their own, such as the pipeline of a board. */
  options: Record<string, unknown>
}

/** What a table shows. It stands in the address: it can be reloaded, sent to others, and gone back to. */
export type View = Kept & { q: string }
export type ViewState = {
  view: View
  change: (change: Partial<View>) => void
  views: SavedView[]
  saved: SavedView | undefined
  /** Whether what is shown differs from what is saved. */
  isChanged: boolean
  /** Back to what is saved. */
  reset: () => void
  isPending: boolean
}
type Standard = {
  name: string
  columns: readonly string[]
  layout: string
  /** What is asked for where nobody has asked for anything. */
  conditions?: readonly Condition[] | undefined
}

/** The name by which the address asks for no saved view, although one of them opens first. */
export const NO_VIEW = 'all'
const IN_ADDRESS: Record<keyof Kept, string> = {
  sort: 'sort',
  conditions: 'where',
  extra: 'extra',
  columns: 'cols',
  widths: 'widths',
  layout: 'layout',
  options: 'with',
}
const KEYS = Object.keys(IN_ADDRESS) as Array<keyof Kept>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the address says, where it is of the right shape: people write addresses too. */
const READ: { [K in keyof Kept]: (value: unknown) => Kept[K] | undefined } = {
  sort: value => (typeof value === 'string' ? value : undefined),
  conditions: value =>
    Array.isArray(value)
      ? value.filter(
          (entry): entry is Condition => typeof entry?.path === 'string' && typeof entry?.op === 'string',
        )
      : undefined,
  extra: value => (isObject(value) ? value : undefined),
  columns: value =>
    Array.isArray(value) && value.length && value.every(path => typeof path === 'string') ? value : undefined,
  widths: value => (isObject(value) ? numbersIn(value) : undefined),
  layout: value => (typeof value === 'string' ? value : undefined),
  options: value => (isObject(value) ? value : undefined),
}

const numbersIn = (value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).filter(([, px]) => typeof px === 'number')) as Record<
    string,
    number
  >

/** The order of the keys says nothing. */
const isSame = (a: unknown, b: unknown): boolean => stable(a) === stable(b)
const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, part) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1))) : part,
  ) ?? ''

export function useView(standard: Standard): ViewState {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const { views, isPending } = useSavedViews(standard.name)
  const [own, keepOwn] = useOwnColumns(standard)
  const saved = chosenOf(views, search)
  const base = useMemo(() => (saved ? keptBy(saved, standard) : plain(standard, own)), [saved, standard, own])
  const view = useMemo(() => {
    const asked = Object.fromEntries(
      KEYS.flatMap(key => {
        const value = search[IN_ADDRESS[key]]
        // An empty text takes away what the view has.
        const read = value === '' ? undefined : READ[key](value)
        return value !== undefined && (read !== undefined || value === '') ? [[key, read]] : []
      }),
    ) as Partial<Kept>
    return { ...base, ...asked, q: typeof search.q === 'string' ? search.q : '' }
  }, [base, search])
  const latest = useRef({ view, base, saved })
  latest.current = { view, base, saved }
  const change = useCallback(
    (given: Partial<View>) => {
      const { base: from, saved: by } = latest.current
      if (!by && (given.columns || given.widths)) {
        keepOwn({ columns: given.columns, widths: given.widths })
        if (Object.keys(given).every(key => key === 'columns' || key === 'widths')) return
      }
      navigate({
        to: '.',
        replace: true,
        search: ((before: Record<string, unknown>) => addressOf(before, given, from, by)) as never,
      })
    },
    [navigate, keepOwn],
  )
  const reset = useCallback(
    () => navigate({ to: '.', search: { view: latest.current.saved?.id ?? NO_VIEW } as never }),
    [navigate],
  )
  const isChanged = KEYS.some(key => !isSame(view[key], base[key]))
  return { view, change, views, saved, isChanged, reset, isPending }
}

/** The view that the address names; else the reader's own default, else the one for all. */
function chosenOf(views: SavedView[], search: Record<string, unknown>): SavedView | undefined {
  if (search.view !== undefined) return views.find(({ id }) => id === search.view)
  // Whoever follows a link to certain rows wants to see these.
  if (KEYS.some(key => search[IN_ADDRESS[key]] !== undefined) || search.q) return undefined
  return (
    views.find(({ isDefault, shared }) => isDefault && !shared) ?? views.find(({ isDefault }) => isDefault)
  )
}

function keptBy(saved: SavedView, { columns, layout }: Standard): Kept {
  const kept = typeof saved.layout === 'string' ? { as: saved.layout } : (saved.layout ?? {})
  const { as, widths, ...options } = kept as Record<string, unknown>
  return {
    ...conditionsOf(saved.filter),
    sort: saved.sort ?? undefined,
    columns: saved.columns.length ? saved.columns : [...columns],
    widths: READ.widths(widths) ?? {},
    layout: typeof as === 'string' ? as : layout,
    options,
  }
}

const plain = ({ layout, conditions = [] }: Standard, own: OwnColumns): Kept => ({
  sort: undefined,
  conditions: [...conditions],
  extra: undefined,
  layout,
  options: {},
  ...own,
})

/** The address that shows the change: what is as saved is not said. */
function addressOf(
  before: Record<string, unknown>,
  given: Partial<View>,
  base: Kept,
  saved: SavedView | undefined,
): Record<string, unknown> {
  // Said even where it is none: else the default would open as soon as nothing else stands there.
  const next: Record<string, unknown> = { ...before, view: saved?.id ?? before.view ?? NO_VIEW }
  for (const [key, value] of Object.entries(given)) {
    const name = key === 'q' ? 'q' : IN_ADDRESS[key as keyof Kept]
    const isAsSaved = key === 'q' ? !value : isSame(value, base[key as keyof Kept])
    if (isAsSaved) delete next[name]
    else next[name] = value ?? ''
  }
  return next
}

/** The body that saves what is shown. */
export const bodyOf = ({ conditions, extra, sort, columns, widths, layout, options }: View) => ({
  filter: filterOf(conditions, extra) ?? null,
  sort: sort ?? null,
  columns,
  layout: { ...options, as: layout, ...(Object.keys(widths).length ? { widths } : {}) },
})

type OwnColumns = { columns: string[]; widths: Record<string, number> }

/** The columns that a reader has chosen for a table without a saved view, kept in this browser. */
function useOwnColumns({
  name,
  columns: standard,
}: Standard): [OwnColumns, (given: { columns?: string[]; widths?: Record<string, number> }) => void] {
  const key = `ascendore.columns.${name}`
  const [own, setOwn] = useState<OwnColumns>(() => {
    const otherwise = { columns: [...standard], widths: {} }
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as unknown
      const { columns, widths } = Array.isArray(kept)
        ? { columns: kept, widths: {} }
        : isObject(kept)
          ? kept
          : {}
      return {
        columns: READ.columns(columns) ?? otherwise.columns,
        widths: READ.widths(widths) ?? otherwise.widths,
      }
    } catch {
      return otherwise
    }
  })
  const keep = useCallback(
    ({ columns, widths }: { columns?: string[]; widths?: Record<string, number> }) =>
      setOwn(before => {
        const next = { columns: columns ?? before.columns, widths: widths ?? before.widths }
        localStorage.setItem(key, JSON.stringify(next))
        return next
      }),
    [key],
  )
  return [own, keep]
}
