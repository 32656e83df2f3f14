import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import { api, type Me, meQuery, type Preferences, useMe } from './api.ts'
import { useOptimistic } from './settings/optimistic.ts'
import { useLanguage } from './text/index.tsx'

/** How the reader wants the app: at once here, and with their account for other devices. */
export function usePreferences() {
  const { user } = useMe()
  const apply = useApply()
  const changing = useOptimistic<Me, Partial<Preferences>>({
    key: meQuery.queryKey,
    apply: (me, change) => ({
      ...me,
      user: { ...me.user, preferences: { ...me.user.preferences, ...change } },
    }),
    send: preferences => api.patch('/auth/me', { preferences }),
  })
  const prefer = (change: Partial<Preferences>) => {
    apply(change)
    changing.mutate(change)
  }
  return { preferences: user.preferences, prefer }
}

/** What was chosen on another device holds on this one too. */
export function useKeptPreferences(): void {
  const { language, theme } = useMe().user.preferences
  const apply = useApply()
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the account says something else
  useEffect(() => apply({ language, theme }), [language, theme])
}

function useApply() {
  const { language: spoken, speak } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return ({ language, theme }: Partial<Preferences>) => {
    if (language && language !== spoken) speak(language)
    if (theme && theme !== colorScheme) setColorScheme(theme)
  }
}

/** The zone in which times are shown to the reader: the chosen one, else the device's. */
export function useZone(): string {
  const { timezone } = useMe().user.preferences
  return timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}
