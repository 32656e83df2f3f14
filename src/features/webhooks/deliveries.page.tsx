import { Button, Code, Text as P, Select, Stack, Table, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { Part } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import { type Delivery, DeliveryStatus, webhooksKey } from './model.page.tsx'

type Page = { rows: Delivery[]; nextCursor: string | null }
/** While something is on its way, how soon what became of it is looked for. */
const LOOK_MS = 3000
const STATUSES = ['PENDING', 'DELIVERED', 'FAILED'] as const

/** What was sent and what came of it, newest first. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const text = useText()
  const [status, setStatus] = useState<string | null>(null)
  const [open, setOpen] = useState<string>()
  const list = useInfiniteQuery({
    queryKey: [...webhooksKey, webhookId, 'deliveries', status],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      api.get<Page>(`/webhooks/${webhookId}/deliveries`, {
        query: { limit: 50, ...(status ? { status } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    // What a delivery comes to is no event of the workspace, so no live update tells it.
    refetchInterval: query =>
      query.state.data?.pages[0]?.rows.some(row => row.status === 'PENDING') ? LOOK_MS : false,
  })
  const rows = list.data?.pages.flatMap(page => page.rows) ?? []
  return (
    <Part
      title={text.webhooks.deliveries}
      hint={text.webhooks.deliveriesHint}
      action={
        <Select
          size="xs"
          w={150}
          clearable
          placeholder={text.common.all}
          aria-label={text.webhooks.status}
          value={status}
          data={STATUSES.map(value => ({ value, label: text.webhooks.statuses[value] }))}
          onChange={setStatus}
        />
      }
    >
      {list.isError ? (
        <Fault error={list.error} retry={() => list.refetch()} />
      ) : list.isPending ? (
        <Waiting />
      ) : rows.length ? (
        <DeliveryTable rows={rows} show={setOpen} />
      ) : (
        <Blank title={status ? text.states.emptyFilter : text.webhooks.nothingSent} />
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {text.common.showMore}
        </Button>
      )}
      {open && <OneDelivery webhookId={webhookId} id={open} close={() => setOpen(undefined)} />}
    </Part>
  )
}

function DeliveryTable({ rows, show }: { rows: Delivery[]; show: (id: string) => void }) {
  const text = useText()
  const format = useFormat()
  return (
    <ScrollBox label={text.webhooks.deliveries}>
      <Table verticalSpacing={6} horizontalSpacing="md" fz="sm" style={{ whiteSpace: 'nowrap' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.webhooks.event}</Table.Th>
            <Table.Th>{text.webhooks.status}</Table.Th>
            <Table.Th>{text.webhooks.answer}</Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              {text.webhooks.attempts}
            </Table.Th>
            <Table.Th visibleFrom="sm">{text.webhooks.at}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(row => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <UnstyledButton fz="sm" className="subtle-link" onClick={() => show(row.id)}>
                  {row.eventType}
                </UnstyledButton>{' '}
                {row.kind !== 'EVENT' && <span className="quiet">{text.webhooks.kinds[row.kind]}</span>}
                <P size="xs" className="quiet numbers" hiddenFrom="sm">
                  {format.moment(row.createdAt)}
                </P>
              </Table.Td>
              <Table.Td>
                <DeliveryStatus status={row.status} />
              </Table.Td>
              <Table.Td className="quiet one-line" maw={240} title={row.error ?? undefined}>
                {row.responseStatus ?? row.error ?? '–'}
              </Table.Td>
              <Table.Td ta="right" className="numbers" visibleFrom="sm">
                {row.attempts}
              </Table.Td>
              <Table.Td className="quiet numbers" visibleFrom="sm">
                {format.moment(row.createdAt)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  )
}

type Whole = Delivery & {
  request: { url: string; headers: Record<string, string>; body: string }
  log: Array<{
    at: string
    status: number | null
    error: string | null
    excerpt: string | null
    durationMs: number
  }>
}

function OneDelivery({ webhookId, id, close }: { webhookId: string; id: string; close: () => void }) {
  const text = useText()
  const path = `/webhooks/${webhookId}/deliveries/${id}`
  const { data, error, refetch } = useQuery({
    queryKey: [...webhooksKey, webhookId, 'delivery', id],
    queryFn: () => api.get<Whole>(path),
  })
  const replaying = useMutation({
    mutationFn: () => api.post(`${path}/replay`, {}),
    onSuccess() {
      tell(text.webhooks.replayed)
      queries.invalidateQueries({ queryKey: [...webhooksKey, webhookId] })
      close()
    },
    onError: problem => tellFault(messageOf(problem, text.common.offline)),
  })
  return (
    <Dialog onClose={close} title={data?.eventType ?? text.app.loading} size="xl">
      {error ? <Fault error={error} retry={refetch} /> : data ? <Content delivery={data} /> : <Waiting />}
      {data && (
        <Button mt="md" variant="default" loading={replaying.isPending} onClick={() => replaying.mutate()}>
          {text.webhooks.replay}
        </Button>
      )}
    </Dialog>
  )
}

function Content({ delivery: { request, log } }: { delivery: Whole }) {
  const text = useText()
  const format = useFormat()
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  return (
    <Stack gap="sm">
      <P size="sm" fw={500}>
        {text.webhooks.request}
      </P>
      <Code block tabIndex={0} mah={260} style={{ overflow: 'auto' }}>
        {`POST ${request.url}\n${headers.join('\n')}\n\n${pretty(request.body)}`}
      </Code>
      <P size="sm" fw={500}>
        {text.webhooks.attempts}
      </P>
      {log.length === 0 && (
        <P size="sm" className="quiet">
          {text.webhooks.notTried}
        </P>
      )}
      {log.map(({ at, status, error, excerpt, durationMs }) => (
        <div key={at}>
          <P size="sm" className="numbers">
            {format.moment(at)} · {status ?? error ?? '–'} · {format.number(durationMs)} ms
          </P>
          {excerpt && (
            <Code block tabIndex={0} mah={120} style={{ overflow: 'auto' }}>
              {excerpt}
            </Code>
          )}
        </div>
      ))}
    </Stack>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
