import { Button, Group } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, messageOf, queries, useMay } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'

/** Says that there is sample data, to whoever may take it away. */
export function SampleData() {
  const text = useText()
  const format = useFormat()
  const may = useMay()
  const { data } = useQuery({
    queryKey: ['company', 'sample'],
    enabled: may.administer,
    queryFn: () => api.get<{ total: number }>('/companies', { query: { tag: 'Sample', limit: 1 } }),
  })
  const removing = useMutation({
    mutationFn: () => api.delete<{ removed: number }>('/sample-data'),
    onSuccess({ removed }) {
      tell(text.welcome.sampleRemoved(format.number(removed)))
      queries.invalidateQueries()
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!may.administer || !data?.total) return null
  return (
    <Group className="card" p="sm" justify="space-between">
      <span>{text.welcome.hasSample}</span>
      <Button variant="default" loading={removing.isPending} onClick={() => removing.mutate()}>
        {text.welcome.removeSample}
      </Button>
    </Group>
  )
}
