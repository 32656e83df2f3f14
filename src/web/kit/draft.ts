import { useCallback, useState } from 'react'

type Draft = Record<string, unknown>

function kept(key: string): Draft | undefined {
  try {
    const text = sessionStorage.getItem(key)
    return text ? (JSON.parse(text) as Draft) : undefined
  } catch {
    return undefined
  }
}

/** A single value that could not be sent, kept for the next time that its field is opened. */
export const keptValue = {
  read: (name: string): unknown => kept(`ascendore.draft.${name}`)?.value,
  keep: (name: string, value: unknown): void =>
    sessionStorage.setItem(`ascendore.draft.${name}`, JSON.stringify({ value })),
  forget: (name: string): void => sessionStorage.removeItem(`ascendore.draft.${name}`),
}

/**
 * What somebody is typing, kept in this tab until it is sent or thrown away: it survives a reload, a moment without
 * network and a session that ends.
 * @param isAnew begins with `initial`, whatever was kept
 */
export function useDraft(name: string, initial: Draft = {}, isAnew = false) {
  const key = `ascendore.draft.${name}`
  const [{ draft, isRestored }, setState] = useState(() => {
    const found = isAnew ? undefined : kept(key)
    return { draft: found ?? initial, isRestored: found !== undefined }
  })
  const change = useCallback(
    (values: Draft) =>
      setState(state => {
        const next = { ...state.draft, ...values }
        sessionStorage.setItem(key, JSON.stringify(next))
        return { ...state, draft: next }
      }),
    [key],
  )
  const forget = useCallback(() => {
    sessionStorage.removeItem(key)
    setState({ draft: initial, isRestored: false })
  }, [key, initial])
  return { draft, isRestored, change, forget }
}

/**
 * The values of a form, of which what was changed is a draft. `isRestored` says that some of them were typed before.
 * Secrets are no part of it.
 */
export function useForm<T extends object>(name: string, initial: T) {
  const { draft, isRestored, change, forget } = useDraft(name, UNCHANGED)
  return {
    values: { ...initial, ...draft } as T,
    isRestored,
    change: change as (values: Partial<T>) => void,
    forget,
  }
}
const UNCHANGED = {}
