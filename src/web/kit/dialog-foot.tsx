import { Alert, Button, Group } from '@mantine/core'
import { ApiError } from '#core/client/client.ts'
import { messageOf } from '../api.ts'
import { issuesText, textNow, useText } from '../text/index.tsx'

type Given = {
  /** What the button that sends says. */
  submit: string
  close: () => void
  isSending?: boolean
  isDisabled?: boolean
  color?: string
  error?: unknown
  /** The paths of issues that are told beside their fields already. */
  beside?: Iterable<string>
}

/** The end of every dialog with a form: what was refused and stands beside no field, and the two ways out. */
export function DialogFoot({ submit, close, isSending, isDisabled, color, error, beside = [] }: Given) {
  const text = useText()
  const message = error ? refusal(error, new Set(beside), text.common.offline) : undefined
  return (
    <>
      {message && (
        <Alert color="red" variant="light" mt="sm" role="alert">
          {message}
        </Alert>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close}>
          {text.common.cancel}
        </Button>
        <Button type="submit" loading={isSending} disabled={isDisabled} color={color}>
          {submit}
        </Button>
      </Group>
    </>
  )
}

function refusal(error: unknown, beside: Set<string>, offline: string): string | undefined {
  if (!(error instanceof ApiError) || !error.issues.length) return messageOf(error, offline)
  const rest = error.issues.filter(({ path }) => !beside.has(path))
  return issuesText(textNow(), rest) || undefined
}
