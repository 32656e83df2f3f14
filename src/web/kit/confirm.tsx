import { Text as P } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { Dialog } from './dialog.tsx'
import { DialogFoot } from './dialog-foot.tsx'

type Given = {
  title: string
  text?: string
  /** What the button that does it says. */
  submit: string
  color?: string
  close: () => void
  run: () => void
  isSending?: boolean
  isDisabled?: boolean
  error?: unknown
  children?: ReactNode
}

/** Asks before something that cannot be taken back as it was. */
export function Confirm({ title, text, submit, close, run, children, ...foot }: Given) {
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    run()
  }
  return (
    <Dialog onClose={close} title={title}>
      <form noValidate onSubmit={onSubmit}>
        {text && (
          <P size="sm" mb={children ? 'sm' : 0}>
            {text}
          </P>
        )}
        {children}
        <DialogFoot {...{ submit, close, ...foot }} />
      </form>
    </Dialog>
  )
}
