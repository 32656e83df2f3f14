import { notifications } from '@mantine/notifications'

export const tell = (message: string): void => void notifications.show({ message, withBorder: true })
export const tellFault = (message: string): void =>
  void notifications.show({ message, color: 'red', withBorder: true, autoClose: 8000, role: 'alert' })
