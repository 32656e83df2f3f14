import { Button, Table, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api } from '#web/api.ts'
import { LightLink } from '#web/kit/light-link.tsx'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Fault } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './imports.module.css'

type Page = { rows: Array<{ type: string; id: string; title: string | null }>; nextCursor: string | null }

/** What an import made because its rows name it, each with the way to it. */
export function MadeAlong({
  id,
  counts,
  status,
}: {
  id: string
  counts: Record<string, number>
  status: string
}) {
  const text = useText()
  const list = useInfiniteQuery({
    queryKey: ['import', 'linked', id, status, counts],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>(`/imports/${id}/linked`, { query: pageParam ? { cursor: pageParam } : {} }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: before => before,
    enabled: Object.keys(counts).length > 0,
  })
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data?.pages.flatMap(page => page.rows) ?? []
  if (!rows.length) return null
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {text.imports.madeAlong}
      </Title>
      <ScrollBox label={text.imports.madeAlong}>
        <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
          <Table.Tbody>
            {rows.map(row => (
              <Table.Tr key={row.id}>
                <Table.Td className={classes.reason}>
                  <LightLink href={`/${text.paths[row.type]}/${row.id}`} className="subtle-link">
                    {row.title}
                  </LightLink>
                </Table.Td>
                <Table.Td className="quiet">{text.labels[row.type]}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
      {list.hasNextPage && (
        <Button
          mt="xs"
          variant="default"
          loading={list.isFetchingNextPage}
          onClick={() => list.fetchNextPage()}
        >
          {text.common.showMore}
        </Button>
      )}
    </section>
  )
}
