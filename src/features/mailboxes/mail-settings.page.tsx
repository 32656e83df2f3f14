import { Button, Text as P, Switch, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries, useMay, useMe } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { tellFault } from '#web/kit/notify.tsx'
import { SecretAddress } from '#web/kit/secret-address.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './mail-settings.module.css'
import { Mailboxes } from './mailbox-list.page.tsx'
import { Outbox } from './outbox.page.tsx'

/** Mailboxes for everybody who writes; addresses of services, tracking and the outbox for admins. */
export default function MailSettings() {
  const text = useText()
  const may = useMay()
  return (
    <div className={classes.page}>
      <Title order={1}>{text.mail.title}</Title>
      <Mailboxes />
      {may.administer && <Incoming />}
      {may.administer && <Tracking />}
      {may.administer && <Outbox />}
    </div>
  )
}

type Addresses = { url: string; eventsUrl: string }

function Incoming() {
  const text = useText()
  const [isAsking, ask] = useState(false)
  const making = useMutation({
    mutationFn: () => api.post<Addresses>('/emails/inbound', {}),
    onSuccess: () => ask(false),
  })
  return (
    <section className={classes.section}>
      <div className={classes.head}>
        <Title order={2}>{text.mail.incoming}</Title>
        <Button variant="default" onClick={() => ask(true)}>
          {text.mail.makeAddresses}
        </Button>
      </div>
      <P size="sm" className="quiet">
        {text.mail.incomingHint}
      </P>
      {making.data && (
        <>
          <SecretAddress label={text.mail.received} url={making.data.url} hint={text.mail.once} />
          <SecretAddress label={text.mail.reports} url={making.data.eventsUrl} hint={text.mail.once} />
        </>
      )}
      {isAsking && (
        <Confirm
          title={text.mail.makeTitle}
          text={text.mail.makeText}
          submit={text.mail.makeAddresses}
          close={() => ask(false)}
          run={() => making.mutate()}
          isSending={making.isPending}
          error={making.error}
        />
      )}
    </section>
  )
}

function Tracking() {
  const text = useText()
  const { workspace } = useMe()
  const isOn = workspace.settings.mailTracking === true
  const changing = useMutation({
    mutationFn: (mailTracking: boolean) => api.patch('/workspaces/current', { settings: { mailTracking } }),
    onError: error => tellFault(messageOf(error, text.common.offline)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['me'] }),
  })
  return (
    <section className={classes.section}>
      <Title order={2}>{text.mail.tracking}</Title>
      <Switch
        label={text.mail.trackingLabel}
        description={text.mail.trackingHint}
        checked={changing.isPending ? changing.variables : isOn}
        onChange={event => changing.mutate(event.currentTarget.checked)}
      />
    </section>
  )
}
