import { Badge } from '@mantine/core'
import { useText } from '#web/text/index.tsx'

export const webhooksKey = ['webhooks']

export type Webhook = {
  id: string
  name: string | null
  url: string
  events: string[]
  isActive: boolean
  pausedAt: string | null
  pausedReason: string | null
  waiting: number
  nextAttemptAt: string | null
  previousSecretUntil: string | null
}

export type Delivery = {
  id: string
  kind: 'EVENT' | 'TEST' | 'REPLAY'
  eventType: string
  status: 'PENDING' | 'DELIVERED' | 'FAILED'
  attempts: number
  responseStatus: number | null
  responseExcerpt: string | null
  error: string | null
  durationMs: number | null
  nextAttemptAt: string | null
  deliveredAt: string | null
  createdAt: string
}

const TONES = { PENDING: 'gray', DELIVERED: 'green', FAILED: 'red' }

export function DeliveryStatus({ status }: { status: Delivery['status'] }) {
  const text = useText()
  return (
    <Badge variant="light" color={TONES[status]} radius="sm" size="sm" tt="none" fw={500} miw="max-content">
      {text.webhooks.statuses[status]}
    </Badge>
  )
}
