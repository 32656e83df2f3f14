import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import { api, messageOf, useMayChange } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { TemplatePicker } from '#web/kit/template-picker.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { fieldLabel, useText } from '#web/text/index.tsx'
import { Audience } from './audience.page.tsx'
import { metricsQuery, refreshCampaign } from './campaign-data.page.tsx'
import { campaignContract } from './campaigns.contract.ts'
import { Results } from './results.page.tsx'

const RELATED = [tasksOf('campaign')]

export const prefetch = prefetchRecord(campaignContract)

export default function Campaign() {
  return (
    <RecordPage
      contract={campaignContract}
      facts={['type', 'status', 'startDate', 'endDate', 'templateId']}
      related={RELATED}
      banner={campaign => <Results campaign={campaign} />}
      actions={campaign => <Sending campaign={campaign} />}
      main={campaign => <Audience key={campaign.id} campaign={campaign} />}
    />
  )
}

/** Sending, which is confirmed, pausing and going on. */
function Sending({ campaign }: { campaign: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const [isAsking, ask] = useState(false)
  const moving = useMutation({
    mutationFn: (status: 'PAUSED' | 'ACTIVE') => api.patch(`/campaigns/${campaign.id}`, { status }),
    onSuccess: (_, status) => tell(status === 'PAUSED' ? text.campaigns.paused : text.campaigns.sending),
    onError: error => tellFault(messageOf(error, text.common.offline)),
    onSettled: () => refreshAround('campaign'),
  })
  if (campaign.type !== 'EMAIL' || !mayChange(campaign)) return null
  const { status } = campaign
  const isSending = campaign.sendingSince !== null
  if (isSending && status === 'ACTIVE')
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPause size={14} />}
        loading={moving.isPending}
        onClick={() => moving.mutate('PAUSED')}
      >
        {text.campaigns.pause}
      </Button>
    )
  if (isSending && status === 'PAUSED')
    return (
      <Button
        leftSection={<IconPlayerPlay size={14} />}
        loading={moving.isPending}
        onClick={() => moving.mutate('ACTIVE')}
      >
        {text.campaigns.resume}
      </Button>
    )
  if (isSending || status === 'COMPLETED' || status === 'CANCELLED') return null
  return (
    <>
      <Button leftSection={<IconSend size={14} />} onClick={() => ask(true)}>
        {text.campaigns.send}
      </Button>
      {isAsking && <SendDialog campaign={campaign} close={() => ask(false)} />}
    </>
  )
}

function SendDialog({ campaign, close }: { campaign: Row; close: () => void }) {
  const text = useText()
  const format = useFormat()
  const { data } = useQuery(metricsQuery(campaign.id))
  const [templateId, setTemplate] = useState(campaign.templateId as string | null)
  const sending = useMutation({
    async mutationFn() {
      if (templateId !== campaign.templateId) await api.patch(`/campaigns/${campaign.id}`, { templateId })
      await api.post(`/campaigns/${campaign.id}/send`, {})
    },
    onSuccess() {
      tell(text.campaigns.sending)
      refreshAround('campaign')
      refreshCampaign()
      close()
    },
  })
  const { campaigns } = text
  const pending = data?.pending ?? 0
  const isEmpty = data?.pending === 0
  return (
    <Confirm
      title={campaigns.sendTitle(String(campaign.name))}
      text={isEmpty ? campaigns.nobody : campaigns.sendText(pending, format.number(pending))}
      submit={campaigns.send}
      close={close}
      run={() => sending.mutate()}
      isSending={sending.isPending}
      isDisabled={isEmpty || !templateId}
      error={sending.error}
    >
      {!isEmpty && (
        <TemplatePicker
          label={fieldLabel(text, 'templateId')}
          required
          value={templateId}
          onChange={setTemplate}
        />
      )}
    </Confirm>
  )
}
