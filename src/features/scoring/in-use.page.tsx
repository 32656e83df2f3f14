import { Badge } from '@mantine/core'
import { useText } from '#web/text/index.tsx'

/** Marks the version from which scores come. */
export const InUse = () => (
  <Badge size="sm" radius="sm" tt="none" variant="light" color="green" flex="none">
    {useText().scoring.inUse}
  </Badge>
)
