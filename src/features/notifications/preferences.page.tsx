import { Checkbox, Table } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, messageOf, queries, useMay } from '#web/api.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'

type Preference = { kind: string; inApp: boolean; email: boolean }
type Preferences = { rows: Preference[] }
const KEY = ['notifications', 'preferences']

/** What I am told of, in the app and by mail. */
export default function NotificationPreferences() {
  const text = useText()
  const may = useMay()
  const { data, isPending, isError, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<Preferences>('/notifications/preferences'),
  })
  const choosing = useMutation({
    mutationFn: (preference: Partial<Preference> & { kind: string }) =>
      api.patch<Preferences>('/notifications/preferences', { preferences: [preference] }),
    onMutate({ kind, ...change }) {
      const before = queries.getQueryData<Preferences>(KEY)
      queries.setQueryData<Preferences>(
        KEY,
        known => known && { rows: known.rows.map(row => (row.kind === kind ? { ...row, ...change } : row)) },
      )
      return before
    },
    onSuccess: answer => queries.setQueryData(KEY, answer),
    onError(fault, _change, before) {
      queries.setQueryData(KEY, before)
      tellFault(messageOf(fault, text.common.offline))
    },
  })
  if (isPending) return <Waiting />
  if (isError) return <Fault error={error} retry={refetch} />
  return (
    <SettingsPage title={text.notices.preferences} hint={text.notices.preferencesHint}>
      <ScrollBox label={text.notices.preferences}>
        <Table verticalSpacing="sm" horizontalSpacing="md" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.notices.kind}</Table.Th>
              <Table.Th>{text.notices.inApp}</Table.Th>
              <Table.Th>{text.notices.byMail}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.rows
              .filter(({ kind }) => kind !== 'WEBHOOK_PAUSED' || may.administer)
              .map(row => (
                <Table.Tr key={row.kind}>
                  <Table.Td>{text.notices.kinds[row.kind] ?? row.kind}</Table.Td>
                  {(['inApp', 'email'] as const).map(way => (
                    <Table.Td key={way}>
                      <Checkbox
                        aria-label={`${text.notices.kinds[row.kind] ?? row.kind}: ${way === 'inApp' ? text.notices.inApp : text.notices.byMail}`}
                        checked={row[way]}
                        onChange={event =>
                          choosing.mutate({ kind: row.kind, [way]: event.currentTarget.checked })
                        }
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
