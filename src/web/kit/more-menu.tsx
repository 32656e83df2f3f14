import { ActionIcon, Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useText } from '../text/index.tsx'

/** What else may be done, behind three dots; its children are `Menu.Item`s. */
export function MoreMenu({ label, size = 30, children }: Given) {
  const text = useText()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          size={size}
          variant={size < 30 ? 'subtle' : 'default'}
          aria-label={label ? `${text.common.more}: ${label}` : text.common.more}
        >
          <IconDots size={size < 30 ? 14 : 16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  )
}
type Given = {
  /** Whose menu it is, where there are several on the page. */
  label?: string
  size?: number
  children: ReactNode
}
