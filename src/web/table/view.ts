import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import type { Condition } from './filters.ts'

/** What a table shows, as it stands in the address: it can be reloaded, sent to others, and gone back to. */
export type View = { q: string; sort: string | undefined; conditions: Condition[] }

function readConditions(value: unknown): Condition[] {
  return Array.isArray(value)
    ? value.filter(
        (entry): entry is Condition => typeof entry?.path === 'string' && typeof entry?.op === 'string',
      )
    : []
}

export function useView(): [View, (change: Partial<View>) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const view: View = {
    q: typeof search.q === 'string' ? search.q : '',
    sort: typeof search.sort === 'string' ? search.sort : undefined,
    conditions: readConditions(search.where),
  }
  const change = useCallback(
    (given: Partial<View>) =>
      navigate({
        to: '.',
        replace: true,
        search: ((before: Record<string, unknown>) => {
          const { conditions, ...plain } = given
          const next = { ...before, ...plain, ...(conditions ? { where: conditions } : {}) } as Record<
            string,
            unknown
          >
          for (const [key, value] of Object.entries(next))
            if (value === '' || value === undefined || (Array.isArray(value) && !value.length))
              delete next[key]
          return next
        }) as never,
      }),
    [navigate],
  )
  return [view, change]
}

/** The columns that a reader has chosen for a table, kept in this browser. */
export function useChosenColumns(
  name: string,
  standard: readonly string[],
): [string[], (paths: string[]) => void] {
  const key = `ascendore.columns.${name}`
  const [chosen, setChosen] = useState<string[]>(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as unknown
      return Array.isArray(kept) && kept.length ? (kept as string[]) : [...standard]
    } catch {
      return [...standard]
    }
  })
  return [
    chosen,
    paths => {
      localStorage.setItem(key, JSON.stringify(paths))
      setChosen(paths)
    },
  ]
}
