import { useMediaQuery } from '@mantine/hooks'

/** Whether the list of sections and a section stand side by side; the same width as in the styles. */
export const useIsWide = (): boolean =>
  useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false })
