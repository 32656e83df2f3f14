import { Text as P, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { MailPreview } from '#features/emails/preview.page.tsx'
import { api } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { useFormat } from '#web/kit/format.ts'
import { withShownAddresses } from '#web/kit/shown-address.ts'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './mail-settings.module.css'

type Mail = { id: string; to: string; from: string; subject: string; keptAt: string }
type Whole = Mail & { text: string; html: string | null }

/** The mails to contacts that nobody has sent, since there is no mail server. */
export function Outbox() {
  const text = useText()
  const format = useFormat()
  const [open, setOpen] = useState<string>()
  const { data, error, refetch } = useQuery({
    // Under the name of mails, so that it is read again when one goes out.
    queryKey: ['email', 'outbox'],
    queryFn: () => api.get<{ isUsed: boolean; rows: Mail[]; total: number }>('/outbox'),
  })
  if (data && !data.isUsed && !data.total) return null
  return (
    <section className={classes.section}>
      <Title order={2}>
        {text.mail.outbox} {data && <span className="quiet numbers">{format.number(data.total)}</span>}
      </Title>
      {data?.isUsed && (
        <P size="sm" className="quiet">
          {text.mail.outboxHint}
        </P>
      )}
      {error ? <Fault error={error} retry={refetch} /> : !data ? <Waiting /> : null}
      {data?.total === 0 && (
        <P size="sm" className={`card quiet ${classes.empty}`} role="status">
          {text.mail.outboxEmpty}
        </P>
      )}
      {data && data.total > 0 && (
        <ul className={`card ${classes.list}`}>
          {data.rows.map(mail => (
            <li key={mail.id}>
              <button type="button" className={classes.kept} onClick={() => setOpen(mail.id)}>
                <span className="one-line">{mail.subject}</span>
                <span className="quiet numbers">{format.moment(mail.keptAt)}</span>
                <span className="quiet one-line">{withShownAddresses(mail.to)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {open && <KeptMail id={open} close={() => setOpen(undefined)} />}
    </section>
  )
}

function KeptMail({ id, close }: { id: string; close: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['email', 'outbox', id],
    queryFn: () => api.get<Whole>(`/outbox/${id}`),
  })
  return (
    <Dialog onClose={close} title={withShownAddresses(data?.to ?? '')} size="lg">
      {error ? <Fault error={error} retry={refetch} /> : !data ? <Waiting /> : null}
      {data && <MailPreview mail={{ subject: data.subject, body: data.text, bodyHtml: data.html }} />}
    </Dialog>
  )
}
