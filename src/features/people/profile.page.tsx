import {
  Alert,
  Button,
  Group,
  Input,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { api, issuesByPath, meQuery, messageOf, queries, useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { usePreferences } from '#web/preferences.ts'
import { Part, SettingsPage } from '#web/settings/kit.tsx'
import { Unsaved } from '#web/settings/unsaved.tsx'
import { zoneOptions } from '#web/settings/zones.ts'
import { languages, useLanguage, useText } from '#web/text/index.tsx'

/** What belongs to oneself: name, how the app speaks and looks, and the password. */
export default function Profile() {
  const text = useText()
  return (
    <SettingsPage title={text.profile.title}>
      <Name />
      <Look />
      <Password />
    </SettingsPage>
  )
}

function Name() {
  const text = useText()
  const { user } = useMe()
  const [typed, setTyped] = useState<string>()
  const name = typed ?? user.name
  const isDirty = name !== user.name
  const saving = useMutation({
    mutationFn: () => api.patch('/auth/me', { name }),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: meQuery.queryKey })
      queries.invalidateQueries({ queryKey: ['members'] })
      setTyped(undefined)
      tell(text.common.saved)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Part title={text.profile.you}>
      <form noValidate onSubmit={submit}>
        <Stack gap="sm" maw={420}>
          <TextInput
            label={text.profile.name}
            autoComplete="name"
            maxLength={120}
            value={name}
            error={problemOf(saving.error, 'name', text.common.offline)}
            onChange={event => setTyped(event.currentTarget.value)}
          />
          <TextInput
            label={text.profile.email}
            description={text.profile.emailHint}
            readOnly
            variant="filled"
            value={user.email}
          />
          {isDirty && (
            <Group gap="xs">
              <Button type="submit" loading={saving.isPending}>
                {text.common.save}
              </Button>
              <Button variant="default" onClick={() => setTyped(undefined)}>
                {text.common.cancel}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
      <Unsaved isDirty={isDirty} />
    </Part>
  )
}

/** What the field's own issue says, else why nothing came of it at all. */
function problemOf(error: unknown, path: string, offline: string): string | undefined {
  return error ? (issuesByPath(error)[path] ?? messageOf(error, offline)) : undefined
}

/** Common ones; whoever needs another sets it on their device. */
const LOCALES = [
  ...['en-US', 'en-GB', 'en-CA', 'en-AU', 'en-IE', 'en-IN', 'en-ZA'],
  ...['de-DE', 'de-AT', 'de-CH', 'fr-FR', 'fr-CH', 'fr-CA', 'fr-BE', 'it-IT', 'it-CH', 'es-ES', 'es-MX'],
  ...['pt-PT', 'pt-BR', 'nl-NL', 'nl-BE', 'da-DK', 'nb-NO', 'sv-SE', 'fi-FI', 'pl-PL', 'cs-CZ', 'sk-SK'],
  ...['hu-HU', 'ro-RO', 'bg-BG', 'el-GR', 'tr-TR', 'uk-UA', 'he-IL', 'ar-AE', 'hi-IN', 'ja-JP', 'ko-KR'],
  ...['zh-CN', 'zh-TW', 'sv-FI', 'et-EE', 'lv-LV', 'lt-LT', 'hr-HR', 'sl-SI'],
]
const DEVICE = 'device'
const SAMPLE = 1234.5

function Look() {
  const text = useText()
  const format = useFormat()
  const { language } = useLanguage()
  const { preferences, prefer } = usePreferences()
  const locales = useMemo(() => {
    const names = new Intl.DisplayNames([language], { type: 'language' })
    return LOCALES.map(value => ({ value, label: names.of(value) ?? value })).sort((a, b) =>
      a.label.localeCompare(b.label, language),
    )
  }, [language])
  const device = { value: DEVICE, label: text.profile.device }
  const chosen = (value: string | null) => (value === DEVICE ? null : value)
  return (
    <Part title={text.profile.look} hint={text.profile.lookHint}>
      <Stack gap="sm" maw={420}>
        <Select
          label={text.user.language}
          value={language}
          data={languages.map(({ code, language: label }) => ({ value: code, label }))}
          onChange={code => prefer({ language: code })}
        />
        <Select
          searchable
          label={text.profile.locale}
          description={text.profile.sample(format.moment(new Date().toISOString()), format.number(SAMPLE))}
          value={preferences.locale ?? DEVICE}
          data={[device, ...locales]}
          onChange={value => prefer({ locale: chosen(value) })}
        />
        <Select
          searchable
          limit={200}
          label={text.profile.zone}
          description={text.profile.zoneHint}
          value={preferences.timezone ?? DEVICE}
          data={[device, ...zoneOptions(preferences.timezone)]}
          onChange={value => prefer({ timezone: chosen(value) })}
        />
        <Theme />
      </Stack>
    </Part>
  )
}

function Theme() {
  const text = useText()
  const { preferences, prefer } = usePreferences()
  return (
    <Input.Wrapper label={text.user.theme} labelElement="div">
      <div>
        <SegmentedControl
          aria-label={text.user.theme}
          value={preferences.theme ?? 'auto'}
          onChange={theme => prefer({ theme: theme as 'light' | 'dark' | 'auto' })}
          data={(['light', 'dark', 'auto'] as const).map(value => ({ value, label: text.user[value] }))}
        />
      </div>
    </Input.Wrapper>
  )
}

function Password() {
  const text = useText()
  const { user } = useMe()
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const changing = useMutation({
    mutationFn: () => api.post('/auth/change-password', { currentPassword, newPassword }),
    onSuccess() {
      setCurrent('')
      setNew('')
      queries.invalidateQueries({ queryKey: ['sessions'] })
      tell(text.profile.passwordChanged)
    },
  })
  const issues = issuesByPath(changing.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    changing.mutate()
  }
  return (
    <Part title={text.auth.password} hint={text.profile.passwordHint}>
      <form noValidate onSubmit={submit}>
        {/* Tells password managers whose password it is. */}
        <input type="text" autoComplete="username" value={user.email} readOnly hidden />
        <Stack gap="sm" maw={420} align="stretch">
          <PasswordInput
            label={text.profile.currentPassword}
            autoComplete="current-password"
            value={currentPassword}
            error={issues.currentPassword}
            onChange={event => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={text.auth.newPassword}
            description={text.auth.passwordHint}
            autoComplete="new-password"
            value={newPassword}
            error={issues.newPassword}
            onChange={event => setNew(event.currentTarget.value)}
          />
          {changing.error && !Object.keys(issues).length && (
            <Alert color="red" variant="light" role="alert" py="xs">
              {messageOf(changing.error, text.common.offline)}
            </Alert>
          )}
          <Group>
            <Button
              type="submit"
              variant="default"
              loading={changing.isPending}
              disabled={!currentPassword || !newPassword}
            >
              {text.profile.changePassword}
            </Button>
          </Group>
        </Stack>
      </form>
    </Part>
  )
}
