import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { textNow } from '../text/index.tsx'

const frame = () => ({ withBorder: true, closeButtonProps: { 'aria-label': textNow().common.close } })

export const tell = (message: string): void => void notifications.show({ message, ...frame() })
export const tellFault = (message: string): void =>
  void notifications.show({ message, color: 'red', ...frame(), autoClose: 8000, role: 'alert' })

/** Tells what has been done, and how to take it back. */
export function tellUndo(message: string, undo: string, run: () => void): void {
  const id = notifications.show({
    ...frame(),
    autoClose: 10_000,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <span>{message}</span>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            notifications.hide(id)
            run()
          }}
        >
          {undo}
        </Button>
      </Group>
    ),
  })
}
