import { Alert, Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { api, messageOf, useMayChange } from '#web/api.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { useText } from '#web/text/index.tsx'
import { visitContract } from './visits.contract.ts'

export const prefetch = prefetchRecord(visitContract)

export default function Visit() {
  return (
    <RecordPage
      contract={visitContract}
      facts={['contactId', 'date', 'time', 'durationMinutes', 'status', 'ownerId']}
      related={[]}
      actions={visit => <Turn visit={visit} />}
      banner={visit => <Overlap visit={visit} />}
    />
  )
}

function Overlap({ visit }: { visit: Row }) {
  const text = useText()
  if (!(visit.warnings as unknown[]).length) return null
  return (
    <Alert color="orange" variant="light" radius={0} py={8} icon={<IconAlertTriangle size={16} />}>
      {text.calendar.overlap}
    </Alert>
  )
}

/** A visit took place, or does not; either may be taken back. */
function Turn({ visit }: { visit: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const turning = useMutation({
    mutationFn: (status: string) => api.patch(`/visits/${visit.id}`, { status }),
    onSuccess: () => refreshAround('visit'),
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!mayChange(visit)) return null
  const turn = (status: string) => () => turning.mutate(status)
  if (visit.status !== 'SCHEDULED')
    return (
      <Button variant="default" loading={turning.isPending} onClick={turn('SCHEDULED')}>
        {text.visits.again}
      </Button>
    )
  return (
    <>
      <Button variant="default" disabled={turning.isPending} onClick={turn('CANCELLED')}>
        {text.visits.cancel}
      </Button>
      <Button loading={turning.isPending} onClick={turn('COMPLETED')}>
        {text.visits.done}
      </Button>
    </>
  )
}
