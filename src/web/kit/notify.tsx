import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'

export const tell = (message: string): void => void notifications.show({ message, withBorder: true })
export const tellFault = (message: string): void =>
  void notifications.show({ message, color: 'red', withBorder: true, autoClose: 8000, role: 'alert' })

/** Tells what has been done, and how to take it back. */
export function tellUndo(message: string, undo: string, run: () => void): void {
  const id = notifications.show({
    withBorder: true,
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
