import { Menu, Text as P, useMantineColorScheme } from '@mantine/core'
import { IconCheck, IconKeyboard, IconLogout, IconUser } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { api, queries, seemSignedIn, useMe } from '../api.ts'
import { usePreferences } from '../preferences.ts'
import { languages, useLanguage, useText } from '../text/index.tsx'
import classes from './shell.module.css'
import { Face } from './user-button.tsx'

const THEMES = ['light', 'dark', 'auto'] as const

/** Workspace, language, theme, and the way out; opened as it comes. */
export default function UserMenu({ showShortcuts }: { showShortcuts: () => void }) {
  const text = useText()
  const navigate = useNavigate()
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
    seemSignedIn(false)
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
        <Choices
          label={text.user.theme}
          value={colorScheme}
          options={THEMES.map(value => ({ value, label: text.user[value] }))}
          choose={theme => prefer({ theme })}
        />
        <Menu.Label>{text.user.language}</Menu.Label>
        <Choices
          label={text.user.language}
          value={language}
          options={languages.map(({ code, language: label }) => ({ value: code, label }))}
          choose={code => prefer({ language: code })}
        />
        <Menu.Divider mt="sm" />
        <Menu.Item
          leftSection={<IconUser size={14} />}
          onClick={() => navigate({ to: '/settings/profile' })}
          closeMenuOnClick
        >
          {text.profile.title}
        </Menu.Item>
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

type ChoicesGiven<T extends string> = {
  label: string
  value: string
  options: ReadonlyArray<{ value: T; label: string }>
  choose: (value: T) => void
}

/** One of a few beside each other, as a menu may hold them: the arrow keys go through these too. */
function Choices<T extends string>({ label, value, options, choose }: ChoicesGiven<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is none of the groups that a menu may hold
    <div role="group" aria-label={label} className={classes.choices}>
      <Menu.RadioGroup value={value} onChange={chosen => choose(chosen as T)}>
        {options.map(option => (
          <Menu.RadioItem key={option.value} value={option.value} checkIcon={null}>
            {option.label}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </div>
  )
}
