import { Badge, Button, Group, Modal, Switch, Table, TextInput, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, queries, useMay } from '#web/api.ts'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import classes from '#web/kit/list.module.css'
import { tell } from '#web/kit/notify.tsx'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import type { SavedDashboard } from './model.page.tsx'

type Page = { rows: SavedDashboard[]; nextCursor: string | null }

/** The dashboards that the reader made or that are shared. */
export default function Dashboards() {
  const text = useText()
  const may = useMay()
  const [isCreating, creating] = useDisclosure()
  const list = useInfiniteQuery({
    queryKey: ['dashboard', 'list'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>('/dashboards', { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data.pages.flatMap(page => page.rows)
  const create = may.write && (
    <Button leftSection={<IconPlus size={14} />} onClick={creating.open}>
      {text.dashboards.new}
    </Button>
  )
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{text.dashboards.title}</Title>
        {rows.length > 0 && create}
      </div>
      {rows.length === 0 ? (
        <Blank title={text.dashboards.empty} text={text.dashboards.emptyHint}>
          {create}
        </Blank>
      ) : (
        <ScrollBox label={text.dashboards.title}>
          <Table verticalSpacing={8} horizontalSpacing="md" fz="sm" highlightOnHover>
            <Table.Tbody>
              {rows.map(row => (
                <Table.Tr key={row.id}>
                  <Table.Td maw={420}>
                    <Group gap={8} wrap="nowrap">
                      <Link
                        to="/dashboards/$id"
                        params={{ id: row.id }}
                        className="subtle-link one-line"
                        style={{ fontWeight: 500 }}
                      >
                        {row.name}
                      </Link>
                      {!row.shared && (
                        <Badge
                          variant="default"
                          size="sm"
                          radius="sm"
                          tt="none"
                          fw={400}
                          style={{ flex: 'none' }}
                        >
                          {text.reports.isPrivate}
                        </Badge>
                      )}
                    </Group>
                    {row.description && <div className="quiet one-line">{row.description}</div>}
                  </Table.Td>
                  <Table.Td className="quiet numbers">{text.dashboards.tiles(row.tiles.length)}</Table.Td>
                  <Table.Td>
                    <MemberName id={row.createdById} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
      {list.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </Group>
      )}
      {isCreating && <NameDialog close={creating.close} />}
    </div>
  )
}

/** Makes a dashboard, or gives one another name. */
export function NameDialog({ dashboard, close }: { dashboard?: SavedDashboard; close: () => void }) {
  const text = useText()
  const navigate = useNavigate()
  const [name, setName] = useState(dashboard?.name ?? '')
  const [description, setDescription] = useState(dashboard?.description ?? '')
  const [shared, setShared] = useState(dashboard?.shared ?? false)
  const saving = useMutation({
    mutationFn: () => {
      const values = { name, description: description || null, shared }
      return dashboard
        ? api.patch<SavedDashboard>(`/dashboards/${dashboard.id}`, values)
        : api.post<SavedDashboard>('/dashboards', values)
    },
    onSuccess(saved) {
      queries.invalidateQueries({ queryKey: ['dashboard'] })
      close()
      if (dashboard) return
      tell(text.dashboards.created)
      navigate({ to: '/dashboards/$id', params: { id: saved.id }, search: { edit: true } as never })
    },
  })
  return (
    <Modal opened onClose={close} title={dashboard ? text.dashboards.rename : text.dashboards.new}>
      <form
        onSubmit={event => {
          event.preventDefault()
          saving.mutate()
        }}
      >
        <TextInput
          data-autofocus
          required
          maxLength={120}
          label={text.dashboards.name}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextInput
          mt="sm"
          maxLength={500}
          label={text.reports.description}
          value={description}
          onChange={event => setDescription(event.currentTarget.value)}
        />
        <Switch
          mt="md"
          label={text.reports.shared}
          description={text.reports.sharedHint}
          checked={shared}
          onChange={event => setShared(event.currentTarget.checked)}
        />
        <DialogFoot
          submit={dashboard ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
        />
      </form>
    </Modal>
  )
}
