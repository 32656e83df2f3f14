import { ActionIcon, Button, Select, Title } from '@mantine/core'
import { IconDownload, IconUserPlus, IconUsers, IconX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, useMayChange } from '#web/api.ts'
import { saveFile } from '#web/kit/download.ts'
import { useFormat } from '#web/kit/format.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { useTitle } from '#web/kit/titles.ts'
import { Choice, RecordLink } from '#web/kit/value.tsx'
import type { Row } from '#web/record/model.ts'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { AddContacts } from './add-contacts.page.tsx'
import classes from './campaign.module.css'
import { refreshCampaign } from './campaign-data.page.tsx'

const SHOWN = 50
const SHOWN_AT_MOST = 200
const STATES = [
  'PENDING',
  'QUEUED',
  'SENT',
  'DELIVERED',
  'OPENED',
  'CLICKED',
  'BOUNCED',
  'UNSUBSCRIBED',
  'SKIPPED',
  'FAILED',
]
/** In these nothing has gone out, so the contact may be taken out again. */
const REMOVABLE = new Set(['PENDING', 'SKIPPED', 'FAILED'])
const TIMES: Record<string, string> = {
  SENT: 'sentAt',
  DELIVERED: 'deliveredAt',
  OPENED: 'openedAt',
  CLICKED: 'clickedAt',
  BOUNCED: 'bouncedAt',
  UNSUBSCRIBED: 'unsubscribedAt',
}

/** Who gets the campaign, and how far it has come with each. */
export function Audience({ campaign }: { campaign: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const format = useFormat()
  const [status, setStatus] = useState<string | null>(null)
  const [limit, setLimit] = useState(SHOWN)
  const [isAdding, add] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['campaignContact', 'of', campaign.id, status, limit],
    placeholderData: before => before,
    queryFn: () =>
      api.get<{ rows: Row[]; total: number }>(`/campaigns/${campaign.id}/contacts`, {
        query: { limit, sort: '-updatedAt', ...(status ? { status } : {}) },
      }),
  })
  return (
    <section className={`card ${classes.audience}`} aria-label={text.campaigns.audience}>
      <div className={classes.audienceHead}>
        <Title order={2}>
          {text.campaigns.audience}{' '}
          {data && <span className="quiet numbers">{format.number(data.total)}</span>}
        </Title>
        <Select
          size="xs"
          w={150}
          ml="auto"
          clearable
          aria-label={text.campaigns.allStates}
          placeholder={text.campaigns.allStates}
          value={status}
          data={STATES.map(value => ({ value, label: choiceLabel(text, value) }))}
          onChange={value => setStatus(value)}
        />
        {data && data.total > 0 && (
          <Button
            variant="default"
            leftSection={<IconDownload size={14} />}
            onClick={() =>
              saveFile('/campaign-contacts/export', `${campaign.name}.csv`, {
                format: 'csv',
                campaignId: campaign.id,
                ...(status ? { status } : {}),
              })
            }
          >
            {text.table.export}
          </Button>
        )}
        {mayChange(campaign) && (
          <Button variant="default" leftSection={<IconUserPlus size={14} />} onClick={() => add(true)}>
            {text.campaigns.add}
          </Button>
        )}
      </div>
      {error ? <Fault error={error} retry={refetch} /> : !data ? <Waiting /> : null}
      {data?.total === 0 && (
        <Blank
          icon={IconUsers}
          title={status ? text.campaigns.nobodyInState : text.campaigns.nobodyYet}
          text={status || !mayChange(campaign) ? undefined : text.campaigns.nobodyHint}
        />
      )}
      {data && data.total > 0 && (
        <ul className={classes.people}>
          {data.rows.map(row => (
            <Recipient key={row.id} campaignId={campaign.id} row={row} />
          ))}
        </ul>
      )}
      {data && data.total > data.rows.length && limit < SHOWN_AT_MOST && (
        <Button variant="subtle" fullWidth onClick={() => setLimit(SHOWN_AT_MOST)}>
          {text.common.showMore}
        </Button>
      )}
      {isAdding && <AddContacts campaignId={campaign.id} close={() => add(false)} />}
    </section>
  )
}

function Recipient({ campaignId, row }: { campaignId: string; row: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const format = useFormat()
  const contactId = row.contactId as string | null
  const name = useTitle('contact', contactId)
  const removing = useMutation({
    mutationFn: () => api.delete(`/campaigns/${campaignId}/contacts/${contactId}`),
    onSuccess: refreshCampaign,
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const status = row.status as string
  const at = row[TIMES[status] ?? ''] as string | null | undefined
  const reason = row.reason as string | null
  const said = reason ? (text.campaigns.reasons[reason] ?? reason) : at ? format.ago(at) : null
  return (
    <li className={classes.person}>
      {contactId === null || name === null ? (
        <span className="quiet one-line">{text.campaigns.hiddenContact}</span>
      ) : (
        <RecordLink type="contact" id={contactId} />
      )}
      <span className={classes.state}>
        <span className={`quiet one-line ${classes.reason}`} title={said ?? undefined}>
          {said}
        </span>
        <Choice value={status} />
      </span>
      {mayChange(row) && contactId && REMOVABLE.has(status) ? (
        <ActionIcon
          size="sm"
          aria-label={text.campaigns.remove(name ?? text.campaigns.hiddenContact)}
          loading={removing.isPending}
          onClick={() => removing.mutate()}
        >
          <IconX size={14} />
        </ActionIcon>
      ) : (
        <span />
      )}
    </li>
  )
}
