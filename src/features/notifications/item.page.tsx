import { ActionIcon, UnstyledButton } from '@mantine/core'
import {
  IconArrowsExchange,
  IconAt,
  IconBell,
  IconCalendarEvent,
  IconCheck,
  IconClock,
  IconFileImport,
  IconUserPlus,
  IconWebhook,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { When } from '#web/record/who.tsx'
import { useText } from '#web/text/index.tsx'
import { type Notice, useSaid } from './model.page.tsx'
import classes from './notifications.module.css'

const ICONS: Record<string, ComponentType<{ size?: number }>> = {
  ASSIGNED: IconUserPlus,
  MENTIONED: IconAt,
  TASK_DUE: IconClock,
  VISIT_REMINDER: IconCalendarEvent,
  STAGE_MOVED: IconArrowsExchange,
  IMPORT_FINISHED: IconFileImport,
  WEBHOOK_PAUSED: IconWebhook,
}

type Given = { notice: Notice; open: (notice: Notice) => void; read: (notice: Notice) => void }

/** What somebody was told, as a way to what it is about. */
export function NoticeItem({ notice, open, read }: Given) {
  const text = useText()
  const say = useSaid()
  const said = say(notice)
  const Icon = ICONS[notice.kind] ?? IconBell
  return (
    <li className={classes.item} data-unread={!notice.readAt || undefined}>
      <UnstyledButton className={classes.open} onClick={() => open(notice)}>
        <span className={classes.icon}>
          <Icon size={16} />
        </span>
        <span className={classes.said}>
          <span>{said}</span>
          <When at={notice.createdAt} />
        </span>
      </UnstyledButton>
      {!notice.readAt && (
        <ActionIcon size={28} onClick={() => read(notice)} aria-label={text.notices.mark(said)}>
          <IconCheck size={16} />
        </ActionIcon>
      )}
    </li>
  )
}
