import { Button, Switch, Table, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, queries, useMay } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { tell } from '#web/kit/notify.tsx'
import { SavedList, SavedName } from '#web/kit/saved-list.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import type { SavedDashboard } from './model.page.tsx'

/** The dashboards that the reader made or that are shared. */
export default function Dashboards() {
  const text = useText()
  const may = useMay()
  const [isCreating, creating] = useDisclosure()
  const create = may.write && (
    <Button leftSection={<IconPlus size={14} />} onClick={creating.open}>
      {text.dashboards.new}
    </Button>
  )
  const { title, empty, emptyHint } = text.dashboards
  return (
    <>
      <SavedList<SavedDashboard>
        name="dashboard"
        path="dashboards"
        {...{ title, empty, emptyHint, create }}
        line={dashboard => (
          <Table.Tr key={dashboard.id}>
            <Table.Td maw={420}>
              <SavedName saved={dashboard} path="dashboards" />
            </Table.Td>
            <Table.Td className="quiet numbers" style={{ whiteSpace: 'nowrap' }}>
              {text.dashboards.tiles(dashboard.tiles.length)}
            </Table.Td>
            <Table.Td visibleFrom="sm">
              <MemberName id={dashboard.createdById} />
            </Table.Td>
          </Table.Tr>
        )}
      />
      {isCreating && <NameDialog close={creating.close} />}
    </>
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
    <Dialog onClose={close} title={dashboard ? text.dashboards.rename : text.dashboards.new}>
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
    </Dialog>
  )
}
