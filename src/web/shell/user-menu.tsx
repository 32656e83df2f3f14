import { Menu, Text as P, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { IconCheck, IconKeyboard, IconLogout } from '@tabler/icons-react'
import { api, queries, useMe } from '../api.ts'
import { usePreferences } from '../preferences.ts'
import { languages, useLanguage, useText } from '../text/index.tsx'
import { Face } from './user-button.tsx'

/** Workspace, language, theme, and the way out; opened as it comes. */
export default function UserMenu({ showShortcuts }: { showShortcuts: () => void }) {
  const text = useText()
  const { language } = useLanguage()
  const { colorScheme } = useMantineColorScheme()
  const { prefer } = usePreferences()
  const { user, workspace, workspaces } = useMe()
  const switchTo = async (workspaceId: string) => {
    const signedIn = await api.post<{ token: string }>('/workspaces/switch', { workspaceId })
    api.auth.use(signedIn)
    queries.clear()
    location.assign('/')
  }
  const signOut = async () => {
    await api.auth.logout().catch(() => {})
    location.assign('/sign-in')
  }
  return (
    <Menu defaultOpened position="bottom-end" width={260} closeOnItemClick={false} withinPortal>
      <Menu.Target>
        <Face />
      </Menu.Target>
      <Menu.Dropdown>
        <P size="sm" fw={600} px="sm" pt={4} className="one-line">
          {user.name}
        </P>
        <P size="xs" className="quiet one-line" px="sm" pb={6}>
          {user.email}
        </P>
        <Menu.Divider />
        <Menu.Label>{text.user.workspaces}</Menu.Label>
        {workspaces.map(({ id, name }) => (
          <Menu.Item
            key={id}
            onClick={() => id !== workspace.id && switchTo(id)}
            rightSection={id === workspace.id ? <IconCheck size={14} /> : undefined}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>{text.user.theme}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          mx="sm"
          w="calc(100% - 24px)"
          value={colorScheme}
          onChange={theme => prefer({ theme: theme as typeof colorScheme })}
          data={(['light', 'dark', 'auto'] as const).map(value => ({ value, label: text.user[value] }))}
        />
        <Menu.Label>{text.user.language}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          mx="sm"
          w="calc(100% - 24px)"
          value={language}
          onChange={code => prefer({ language: code })}
          data={languages.map(({ code, language: label }) => ({ value: code, label }))}
        />
        <Menu.Divider mt="sm" />
        <Menu.Item leftSection={<IconKeyboard size={14} />} onClick={showShortcuts} closeMenuOnClick>
          {text.user.shortcuts}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={signOut}>
          {text.auth.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
