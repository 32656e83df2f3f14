import { Button } from '@mantine/core'
import { IconSpeakerphone } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { tell } from '#web/kit/notify.tsx'
import { RecordPicker } from '#web/kit/record-picker.tsx'
import { useText } from '#web/text/index.tsx'
import { refreshCampaign } from './campaign-data.page.tsx'

type Given = { ids: string[]; clear: () => void }
type Added = { added: number; alreadyThere: number }
/** What one request takes. */
const AT_ONCE = 1000

/** Puts selected contacts into a campaign. */
export function AddToCampaign({ ids, clear }: Given) {
  const text = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" leftSection={<IconSpeakerphone size={14} />} onClick={() => setOpen(true)}>
        {text.campaigns.addTo}
      </Button>
      {isOpen && <AddDialog ids={ids} close={() => setOpen(false)} done={clear} />}
    </>
  )
}

type DialogGiven = { ids: string[]; close: () => void; done: () => void }

function AddDialog({ ids, close, done }: DialogGiven) {
  const text = useText()
  const [campaignId, setCampaign] = useState<string | null>(null)
  const adding = useMutation({
    async mutationFn() {
      const all: Added = { added: 0, alreadyThere: 0 }
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const contactIds = ids.slice(at, at + AT_ONCE)
        const answer = await api.post<Added>(`/campaigns/${campaignId}/contacts`, { contactIds })
        all.added += answer.added
        all.alreadyThere += answer.alreadyThere
      }
      return all
    },
    onSuccess({ added, alreadyThere }) {
      tell(text.campaigns.added(added, alreadyThere))
      refreshCampaign()
      close()
      done()
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (campaignId) adding.mutate()
  }
  return (
    <Dialog onClose={close} title={`${text.campaigns.addTo}: ${text.campaigns.chosen(ids.length)}`}>
      <form noValidate onSubmit={onSubmit}>
        <RecordPicker
          type="campaign"
          label={text.labels.campaign}
          autoFocus
          value={campaignId}
          onChange={setCampaign}
        />
        <DialogFoot
          submit={text.common.add}
          close={close}
          isSending={adding.isPending}
          isDisabled={!campaignId}
          error={adding.error}
        />
      </form>
    </Dialog>
  )
}
