import { MantineProvider, mergeThemeOverrides } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { queries } from './api.ts'
import { router } from './router.tsx'
import { TextProvider, useText } from './text/index.tsx'
import { theme } from './theme.ts'

export function App() {
  return (
    <TextProvider>
      <Themed>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" limit={4} autoClose={5000} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Themed>
    </TextProvider>
  )
}

/** The theme, with names for the buttons that the library makes by itself. */
function Themed({ children }: { children: ReactNode }) {
  const text = useText()
  const named = useMemo(
    () =>
      mergeThemeOverrides(theme, {
        components: {
          Modal: { defaultProps: { closeButtonProps: { 'aria-label': text.common.close } } },
        },
      }),
    [text],
  )
  return (
    <MantineProvider theme={named} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  )
}
