import { Button, Group, Text as P, Table, Title } from '@mantine/core'
import { IconBrain } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, messageOf, queries, useMay } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import { InUse } from './in-use.page.tsx'
import type { ModelInfo } from './models.ts'
import classes from './scoring.module.css'

const ASK_AGAIN_MS = 2000

/** What was learned from the workspace's outcomes, version by version. */
export default function Models() {
  const text = useText()
  const may = useMay()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['models'],
    queryFn: () => api.get<{ rows: ModelInfo[] }>('/ai/models'),
    refetchInterval: ({ state }) => (state.data?.rows.some(isBusy) ? ASK_AGAIN_MS : false),
  })
  if (isPending) return <Waiting />
  if (error) return <Fault error={error} retry={refetch} />
  return (
    <div className={classes.page}>
      <Group justify="space-between">
        <Title order={1}>{text.scoring.title}</Title>
        {may.administer && <Train rows={data.rows} />}
      </Group>
      {data.rows.length > 0 && (
        <P size="sm" className="quiet">
          {text.scoring.hint}
        </P>
      )}
      {data.rows.length ? (
        <div className={`card ${classes.versions}`}>
          <Versions rows={data.rows} />
        </div>
      ) : (
        <Blank icon={IconBrain} title={text.scoring.empty} text={text.scoring.emptyHint} />
      )}
    </div>
  )
}

const isBusy = ({ status }: ModelInfo) => status === 'QUEUED' || status === 'TRAINING'

function Train({ rows }: { rows: ModelInfo[] }) {
  const text = useText()
  const training = useMutation({
    mutationFn: (kind: 'lead' | 'deal') => api.post(`/ai/models/${kind}/train`, {}),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['models'] }),
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <Group gap="xs">
      {(['lead', 'deal'] as const).map(kind => (
        <Button
          key={kind}
          variant="default"
          loading={rows.some(row => row.kind === kind && isBusy(row))}
          onClick={() => training.mutate(kind)}
        >
          {text.scoring.train[kind]}
        </Button>
      ))}
    </Group>
  )
}

function Versions({ rows }: { rows: ModelInfo[] }) {
  const text = useText()
  const format = useFormat()
  const figures = (row: ModelInfo) => row.card?.holdOut ?? row.card?.crossValidation
  return (
    <Table highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{text.scoring.model}</Table.Th>
          <Table.Th>{text.scoring.state}</Table.Th>
          <Table.Th ta="right">{text.scoring.rows}</Table.Th>
          <Table.Th ta="right">{text.scoring.accuracy}</Table.Th>
          <Table.Th ta="right">{text.scoring.auc}</Table.Th>
          <Table.Th>{text.scoring.trainedAt}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(row => (
          <Table.Tr key={row.id}>
            <Table.Td>
              <Link to={`/ai/models/${row.id}`}>
                {text.scoring.name[row.kind]} {row.version}
              </Link>
            </Table.Td>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <span>{text.scoring.states[row.status]}</span>
                {row.isCurrent && <InUse />}
              </Group>
            </Table.Td>
            <Table.Td ta="right">{row.card ? format.number(row.card.rows) : ''}</Table.Td>
            <Table.Td ta="right">{figures(row) ? format.percent(figures(row)!.accuracy) : ''}</Table.Td>
            <Table.Td ta="right">{figures(row) ? format.fixed(figures(row)!.auc, 2) : ''}</Table.Td>
            <Table.Td>{row.trainedAt ? format.moment(row.trainedAt) : ''}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
