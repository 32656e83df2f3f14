import { Alert, Button, Group } from '@mantine/core'
import { useText } from '../text/index.tsx'

/** Says that a form holds what was typed before, and throws it away where it is not wanted. */
export function DraftNote({ isRestored, forget }: { isRestored: boolean; forget: () => void }) {
  const text = useText()
  if (!isRestored) return null
  return (
    <Alert variant="light" py={6} mb="sm">
      <Group justify="space-between">
        {text.common.draftKept}
        <Button size="compact-xs" variant="subtle" onClick={forget}>
          {text.common.discardDraft}
        </Button>
      </Group>
    </Alert>
  )
}
