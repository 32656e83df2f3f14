import { useLocalStorage } from '@mantine/hooks'
import { useMe } from '#web/api.ts'

const KEPT_AT_MOST = 8

/** What somebody has looked for lately in this workspace, the latest first; kept in this browser alone. */
export function useRecentSearches() {
  const { user, workspaceId } = useMe()
  const [recent, setRecent, forget] = useLocalStorage<string[]>({
    key: `ascendore.searches.${workspaceId}.${user.id}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  })
  const remember = (q: string) => {
    if (q) setRecent(before => [q, ...before.filter(other => other !== q)].slice(0, KEPT_AT_MOST))
  }
  return { recent, remember, forget }
}
