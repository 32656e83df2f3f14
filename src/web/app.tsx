import { MantineProvider, mergeThemeOverrides } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useMemo } from 'react'
import { queries } from './api.ts'
import { router } from './router.tsx'
import { TextProvider, useText } from './text/index.tsx'
import { theme } from './theme.ts'

export function App() {
  return (
    <TextProvider>
      <Themed />
    </TextProvider>
  )
}

function Themed() {
  const text = useText()
  const spoken = useMemo(
    () =>
      mergeThemeOverrides(theme, {
        components: {
          Notification: { defaultProps: { closeButtonProps: { 'aria-label': text.common.close } } },
          Modal: { defaultProps: { closeButtonProps: { 'aria-label': text.common.close } } },
        },
      }),
    [text],
  )
  return (
    <MantineProvider theme={spoken} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={4} autoClose={5000} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
