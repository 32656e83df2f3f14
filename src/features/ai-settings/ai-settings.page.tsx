import { Alert, Button, Group } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, issuesByPath, messageOf, queries } from '#web/api.ts'
import { tell } from '#web/kit/notify.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { Unsaved } from '#web/settings/unsaved.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './ai-settings.module.css'
import { Budget } from './budget.page.tsx'
import { type AiSettings, aiSettingsKey, aiUsageKey, bodyOf, type Values, valuesOf } from './model.page.tsx'
import { Provider } from './provider.page.tsx'
import { Usage } from './usage.page.tsx'

/** Which model answers in the workspace, what it may cost, and what it has cost. */
export default function AiSettingsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: aiSettingsKey,
    queryFn: () => api.get<AiSettings>('/ai/settings'),
  })
  if (error) return <Fault error={error} retry={refetch} />
  if (!data) return <Waiting />
  return <AiSettingsForm kept={data} />
}

function AiSettingsForm({ kept }: { kept: AiSettings }) {
  const text = useText()
  const [changes, setChanges] = useState<Partial<Values>>({})
  const before = valuesOf(kept)
  const values = { ...before, ...changes }
  const isDirty = JSON.stringify(values) !== JSON.stringify(before)
  const saving = useMutation({
    mutationFn: () => api.patch<AiSettings>('/ai/settings', bodyOf(values, kept)),
    onSuccess(saved) {
      queries.setQueryData(aiSettingsKey, saved)
      queries.invalidateQueries({ queryKey: aiUsageKey })
      setChanges({})
      tell(text.common.saved)
    },
  })
  const given = {
    values,
    kept,
    change: (change: Partial<Values>) => setChanges(now => ({ ...now, ...change })),
    issues: issuesByPath(saving.error),
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <SettingsPage title={text.aiSettings.title} hint={text.aiSettings.hint}>
      <form noValidate onSubmit={submit} className={classes.form}>
        <Provider {...given} />
        {values.provider !== 'builtin' && <Budget {...given} />}
        {(isDirty || saving.error) && (
          <div className={classes.bar}>
            {saving.error && (
              <Alert color="red" variant="light" py="xs" role="alert">
                {messageOf(saving.error, text.common.offline)}
              </Alert>
            )}
            <Group gap="xs">
              <Button type="submit" loading={saving.isPending} disabled={!isDirty}>
                {text.common.save}
              </Button>
              <Button
                variant="default"
                onClick={() => {
                  setChanges({})
                  saving.reset()
                }}
              >
                {text.templates.discard}
              </Button>
            </Group>
          </div>
        )}
      </form>
      <Usage />
      <Unsaved isDirty={isDirty} />
    </SettingsPage>
  )
}
