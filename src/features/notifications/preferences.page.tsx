import { Checkbox, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '#web/api.ts'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import { useText } from '#web/text/index.tsx'

type Preference = { kind: string; inApp: boolean; email: boolean }
type Preferences = { rows: Preference[] }
const KEY = ['notifications', 'preferences']
const WAYS = ['inApp', 'email'] as const

/** Of what one is told, and how. */
export default function NotificationPreferences() {
  const text = useText()
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<Preferences>('/notifications/preferences'),
  })
  const choosing = useOptimistic<Preferences, Preference>({
    key: KEY,
    apply: ({ rows }, chosen) => ({ rows: rows.map(row => (row.kind === chosen.kind ? chosen : row)) }),
    send: chosen => api.patch('/notifications/preferences', { preferences: [chosen] }),
  })
  if (error) return <Fault error={error} retry={refetch} />
  if (!data) return <Waiting />
  return (
    <SettingsPage title={text.told.title} hint={text.told.hint}>
      <ScrollBox label={text.told.title}>
        <Table verticalSpacing={8} horizontalSpacing="md" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.told.when}</Table.Th>
              <Table.Th w={90}>{text.told.inApp}</Table.Th>
              <Table.Th w={90}>{text.told.email}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.rows.map(row => (
              <Table.Tr key={row.kind}>
                <Table.Td>{text.told.kinds[row.kind] ?? row.kind}</Table.Td>
                {WAYS.map(way => (
                  <Table.Td key={way}>
                    <Checkbox
                      aria-label={`${text.told.kinds[row.kind] ?? row.kind}: ${text.told[way]}`}
                      checked={row[way]}
                      onChange={event => choosing.mutate({ ...row, [way]: event.currentTarget.checked })}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
    </SettingsPage>
  )
}
