import { Alert, Button, Paper, Stack, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import { messageOf } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import classes from './door.module.css'

type Given = {
  title: string
  hint?: string
  /** What the button says; without it there is nothing to send. */
  action?: string
  submit?: () => Promise<unknown>
  /** Where the fields themselves show what is wrong. */
  isShownElsewhere?: (error: Error) => boolean
  children?: ReactNode
  foot?: ReactNode
}

/** The frame of the pages before the app: one card, one form, one way on. */
export function Door({ title, hint, action, submit, isShownElsewhere, children, foot }: Given) {
  const text = useText()
  const sending = useMutation({ mutationFn: async () => submit?.() })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    sending.mutate()
  }
  const { error } = sending
  return (
    <main className={classes.page}>
      <div className={classes.brand}>
        <img src="/favicon.svg" alt="" width={28} height={28} />
        {text.app.name}
      </div>
      <Paper withBorder radius="md" className={classes.card}>
        <form onSubmit={onSubmit} noValidate>
          <Stack gap="md">
            <div>
              <Title order={1}>{title}</Title>
              {hint && <p className={`quiet ${classes.hint}`}>{hint}</p>}
            </div>
            {children}
            {error && !isShownElsewhere?.(error) && (
              <Alert color="red" variant="light" role="alert" py="xs">
                {messageOf(error, text.common.offline)}
              </Alert>
            )}
            {action && (
              <Button type="submit" size="sm" fullWidth loading={sending.isPending}>
                {action}
              </Button>
            )}
          </Stack>
        </form>
      </Paper>
      {foot && <div className={`quiet ${classes.foot}`}>{foot}</div>}
    </main>
  )
}
