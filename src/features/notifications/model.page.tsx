import { queryOptions, useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, messageOf, queries } from '#web/api.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { findPlace, type Place } from '#web/kit/place.ts'
import { useText } from '#web/text/index.tsx'
import type { Kind } from './kinds.ts'

export type Notice = {
  id: string
  kind: Kind
  message: string
  title: string | null
  count: number
  detail: string | null
  actorId: string | null
  actorName: string | null
  entityType: string
  entityId: string
  readAt: string | null
  createdAt: string
}
export type Notices = { rows: Notice[]; total: number; nextCursor: string | null }

/** How many there are; told by the live connection afterwards. */
export const countQuery = queryOptions({
  queryKey: ['notifications', 'count'],
  staleTime: 60_000,
  queryFn: () => api.get<{ unread: number }>('/notifications/count'),
})

/** A notification as a sentence in the reader's language; one of a kind that is not known here in the server's words. */
export function useSaid(): (notice: Notice) => string {
  const text = useText()
  return notice => {
    const say = text.notices.say[notice.kind]
    if (!say) return notice.message
    const noun = text.labels[notice.entityType] ?? text.notices.nouns[notice.entityType] ?? notice.entityType
    const what = notice.title ? `${noun} “${notice.title}”` : noun
    return say({ ...notice, what, who: notice.actorName ?? text.notices.somebody })
  }
}

const refresh = () => queries.invalidateQueries({ queryKey: ['notifications'] })

/** Marks as read, and goes to what it is about. */
export function useNotices() {
  const text = useText()
  const navigate = useNavigate()
  const onError = (error: unknown) => tellFault(messageOf(error, text.common.offline))
  const reading = useMutation({
    mutationFn: ({ id }: Notice) => api.post(`/notifications/${id}/read`, {}),
    onSettled: refresh,
    onError,
  })
  const all = useMutation({
    mutationFn: () => api.post('/notifications/read-all', {}),
    onSettled: refresh,
    onError,
  })
  const open = async (notice: Notice) => {
    if (!notice.readAt) reading.mutate(notice)
    const place = await pageOf(notice).catch(() => undefined)
    if (place) navigate(place as never)
    else tellFault(text.notices.gone)
  }
  return { read: reading.mutate, readAll: all.mutate, isReadingAll: all.isPending, open }
}

/** Several at once are shown where their kind is listed. */
async function pageOf({ entityType, entityId, count }: Notice): Promise<Place | { to: string } | undefined> {
  if (entityType === 'deal' && count > 1) return { to: '/deals' }
  return findPlace(entityType, entityId)
}
