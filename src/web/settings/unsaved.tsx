import { useBlocker } from '@tanstack/react-router'
import { Confirm } from '../kit/confirm.tsx'
import { useText } from '../text/index.tsx'

type Given = {
  isDirty: boolean
  /** Told when somebody leaves all the same. */
  forget?: () => void
}

/** Asks before the page is left by a link, the back button or a reload while something on it is not saved. */
export function Unsaved({ isDirty, forget }: Given) {
  const text = useText()
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  return (
    <Confirm
      title={text.settings.unsavedTitle}
      text={text.settings.unsavedText}
      submit={text.settings.leave}
      color="red"
      close={blocker.reset}
      run={() => {
        forget?.()
        blocker.proceed()
      }}
    />
  )
}
