import { Button, Menu, Text as P, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tellFault } from '#web/kit/notify.tsx'
import { withShownAddresses } from '#web/kit/shown-address.ts'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './mail-settings.module.css'
import { type Mailbox, MailboxDialog } from './mailbox-dialog.page.tsx'

const refresh = () => queries.invalidateQueries({ queryKey: ['mailboxes'] })
/** After so long what came of reading can be seen. */
const READ_MS = 3000

/** The mailboxes that are read: one's own, for admins all. */
export function Mailboxes() {
  const text = useText()
  const [open, setOpen] = useState<Mailbox | 'new'>()
  const { data, error, refetch } = useQuery({
    queryKey: ['mailboxes'],
    queryFn: async () => (await api.get<{ rows: Mailbox[] }>('/mailboxes', { query: { limit: 200 } })).rows,
  })
  return (
    <section className={classes.section}>
      <div className={classes.head}>
        <Title order={2}>{text.mail.mailboxes}</Title>
        <Button onClick={() => setOpen('new')}>{text.mail.addMailbox}</Button>
      </div>
      <P size="sm" className="quiet">
        {text.mail.mailboxesHint}
      </P>
      {error ? <Fault error={error} retry={refetch} /> : !data ? <Waiting /> : null}
      {data?.length === 0 && (
        <P size="sm" className={`card quiet ${classes.empty}`} role="status">
          {text.mail.noMailboxes}
        </P>
      )}
      {data && data.length > 0 && (
        <ul className={`card ${classes.list}`}>
          {data.map(mailbox => (
            <Line key={mailbox.id} mailbox={mailbox} change={() => setOpen(mailbox)} />
          ))}
        </ul>
      )}
      {open && (
        <MailboxDialog
          mailbox={open === 'new' ? undefined : open}
          close={() => setOpen(undefined)}
          saved={() => {
            refresh()
            setTimeout(refresh, READ_MS)
          }}
        />
      )}
    </section>
  )
}

function Line({ mailbox, change }: { mailbox: Mailbox; change: () => void }) {
  const text = useText()
  const format = useFormat()
  const [isRemoving, setRemoving] = useState(false)
  const path = `/mailboxes/${mailbox.id}`
  const acting = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onError: error => tellFault(messageOf(error, text.common.offline)),
    onSettled() {
      refresh()
      setTimeout(refresh, READ_MS)
    },
  })
  const state = mailbox.readAt ? text.mail.readAt(format.ago(mailbox.readAt)) : text.mail.never
  return (
    <li>
      <div className={classes.who}>
        <span className="one-line" style={{ fontWeight: 500 }}>
          {withShownAddresses(mailbox.username)}
        </span>
        <span className="quiet one-line">
          {withShownAddresses(mailbox.host)}, {mailbox.folder}
        </span>
        {mailbox.lastError && <span className="late">{mailbox.lastError}</span>}
      </div>
      <span>{mailbox.userId ? <MemberName id={mailbox.userId} /> : text.mail.shared}</span>
      <span className="quiet">{mailbox.isActive ? state : '–'}</span>
      <MoreMenu size={24} label={mailbox.username}>
        {mailbox.isActive && (
          <Menu.Item onClick={() => acting.mutate(() => api.post(`${path}/read`, {}))}>
            {text.mail.readNow}
          </Menu.Item>
        )}
        <Menu.Item onClick={change}>{text.mail.change}</Menu.Item>
        <Menu.Item onClick={() => acting.mutate(() => api.patch(path, { isActive: !mailbox.isActive }))}>
          {mailbox.isActive ? text.mail.stop : text.mail.goOn}
        </Menu.Item>
        <Menu.Item color="red" onClick={() => setRemoving(true)}>
          {text.mail.remove}
        </Menu.Item>
      </MoreMenu>
      {isRemoving && (
        <Confirm
          title={text.mail.removeTitle(mailbox.username)}
          text={text.mail.removeText}
          submit={text.mail.remove}
          color="red"
          close={() => setRemoving(false)}
          run={() => acting.mutate(() => api.delete(path).then(() => setRemoving(false)))}
          isSending={acting.isPending}
          error={acting.error}
        />
      )}
    </li>
  )
}
