import { Alert, Button, Group, NumberInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, issuesByPath, meQuery, messageOf, queries, useMe } from '#web/api.ts'
import { tell } from '#web/kit/notify.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { Unsaved } from '#web/settings/unsaved.tsx'
import { useText } from '#web/text/index.tsx'

const PATH = 'settings.retentionDays'

/** How long what was deleted can be taken back. */
export default function Retention() {
  const text = useText()
  const { workspace } = useMe()
  const kept = workspace.settings.retentionDays
  const [typed, setTyped] = useState<number | string>()
  const days = typed ?? kept
  const isDirty = typed !== undefined && Number(typed) !== kept
  const saving = useMutation({
    mutationFn: () =>
      api.patch('/workspaces/current', { settings: { retentionDays: days === '' ? null : Number(days) } }),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: meQuery.queryKey })
      setTyped(undefined)
      tell(text.common.saved)
    },
  })
  const issue = issuesByPath(saving.error)[PATH]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <SettingsPage
      title={text.retention.title}
      hint={
        <>
          {text.retention.hint}{' '}
          <Link to="/trash" className="link">
            {text.nav.trash}
          </Link>
        </>
      }
    >
      <form noValidate onSubmit={submit}>
        <NumberInput
          maw={220}
          label={text.retention.days}
          min={1}
          max={3650}
          allowDecimal={false}
          allowNegative={false}
          value={days}
          error={issue}
          onChange={setTyped}
        />
        {isDirty && Number(days) < kept && (
          <Alert color="orange" variant="light" py="xs" mt="sm">
            {text.retention.shorter}
          </Alert>
        )}
        {saving.error && !issue && (
          <Alert color="red" variant="light" py="xs" mt="sm" role="alert">
            {messageOf(saving.error, text.common.offline)}
          </Alert>
        )}
        <Group gap="xs" mt="md">
          <Button type="submit" disabled={!isDirty} loading={saving.isPending}>
            {text.common.save}
          </Button>
        </Group>
      </form>
      <Unsaved isDirty={isDirty} />
    </SettingsPage>
  )
}
