import { ActionIcon, Button, Group, Popover, Title } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import { NoticeItem } from './item.page.tsx'
import { type Notices, useNotices } from './model.page.tsx'
import classes from './notifications.module.css'

const SHOWN = 6

/** The bell with what it opens; opened as it comes. */
export default function OpenedBell({ unread }: { unread: number }) {
  const text = useText()
  const format = useFormat()
  const [isOpen, setOpen] = useState(true)
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={380} trapFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          size="lg"
          aria-label={text.notices.unread(format.number(unread))}
          onClick={() => setOpen(!isOpen)}
        >
          <IconBell size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} maw="calc(100vw - 16px)" aria-label={text.notices.title}>
        <Latest close={() => setOpen(false)} unread={unread} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Latest({ close, unread }: { close: () => void; unread: number }) {
  const text = useText()
  const { open, read, readAll, isReadingAll } = useNotices()
  const list = useQuery({
    queryKey: ['notifications', 'list', 'latest'],
    queryFn: () => api.get<Notices>('/notifications', { query: { limit: SHOWN } }),
  })
  return (
    <>
      <Group justify="space-between" className={classes.head}>
        <Title order={2} fz="sm">
          {text.notices.title}
        </Title>
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={!unread}
          loading={isReadingAll}
          onClick={() => readAll()}
        >
          {text.notices.markAll}
        </Button>
      </Group>
      {list.isPending ? (
        <Waiting />
      ) : list.isError ? (
        <Fault error={list.error} retry={list.refetch} />
      ) : list.data.rows.length ? (
        <ul className={classes.list}>
          {list.data.rows.map(notice => (
            <NoticeItem
              key={notice.id}
              notice={notice}
              read={read}
              open={chosen => {
                close()
                open(chosen)
              }}
            />
          ))}
        </ul>
      ) : (
        <p className={`quiet ${classes.none}`}>{text.notices.none}</p>
      )}
      <Link to="/notifications" className={`link ${classes.all}`} onClick={close}>
        {text.notices.all}
      </Link>
    </>
  )
}
