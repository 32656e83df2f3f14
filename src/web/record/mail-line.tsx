import { Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { MailPreview } from '#features/emails/preview.page.tsx'
import { api } from '../api.ts'
import { Dialog } from '../kit/dialog.tsx'
import { withShownAddresses } from '../kit/shown-address.ts'
import { Fault, Waiting } from '../kit/states.tsx'
import { useTitle } from '../kit/titles.ts'
import { useText } from '../text/index.tsx'
import classes from './record.module.css'
import type { Entry } from './timeline.tsx'
import { When } from './who.tsx'

const FAILED = ['FAILED', 'BOUNCED', 'SKIPPED', 'UNCERTAIN'] as const
export type MailNews = (typeof FAILED)[number] | 'CAMPAIGN' | 'AUTOMATIC'

/** What an event of a mail tells beside the talk that the mail may be; undefined where that says it already. */
export function mailNews({ action, changes = {} }: Pick<Entry, 'action' | 'changes'>): MailNews | undefined {
  if (action === 'created') return changes.reason?.new === 'AUTOMATIC' ? 'AUTOMATIC' : undefined
  const status = changes.status?.new
  if (status === 'SENT') return changes.interactionId?.new ? undefined : 'CAMPAIGN'
  return FAILED.find(failed => failed === status)
}

/** A mail that is no talk, or did not arrive: one line, by which it is read. */
export function MailLine({ entry, news }: { entry: Entry; news: MailNews }) {
  const text = useText()
  const subject = useTitle('email', entry.entityId)
  const [isOpen, setOpen] = useState(false)
  return (
    <li className={classes.entry}>
      <span className={classes.dot} />
      <Group gap="2px 8px" fz="sm" className={classes.event}>
        <span>{text.timeline.mails[news]}</span>
        {subject !== null && (
          <button
            type="button"
            className={`subtle-link one-line ${classes.mail}`}
            onClick={() => setOpen(true)}
          >
            {subject ?? '…'}
          </button>
        )}
        <When at={entry.createdAt} />
      </Group>
      {isOpen && <Mail id={entry.entityId} close={() => setOpen(false)} />}
    </li>
  )
}

type Kept = {
  direction: 'INBOUND' | 'OUTBOUND'
  fromAddress: string | null
  toAddress: string | null
  subject: string | null
  body: string | null
  bodyHtml: string | null
}

function Mail({ id, close }: { id: string; close: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['email', id],
    queryFn: () => api.get<Kept>(`/emails/${id}`),
  })
  return (
    <Dialog
      onClose={close}
      title={withShownAddresses((data?.direction === 'INBOUND' ? data.fromAddress : data?.toAddress) ?? '')}
      size="lg"
    >
      {error ? <Fault error={error} retry={refetch} /> : !data ? <Waiting /> : null}
      {data && (
        <MailPreview mail={{ subject: data.subject ?? '', body: data.body ?? '', bodyHtml: data.bodyHtml }} />
      )}
    </Dialog>
  )
}
