import { Button, Checkbox, Menu, Text as P, Table, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, queries } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import { MergeTags, RemoveTag, RenameTag } from './tag-dialogs.page.tsx'
import classes from './tags.module.css'

export type Tag = { tag: string; total: number; counts: Record<string, number> }
type Page = { rows: Tag[]; total: number; nextCursor: string | null }

export const refreshTags = () => queries.invalidateQueries()

type Asked = { what: 'rename' | 'delete'; tag: Tag } | { what: 'merge' }

/** The words that records are marked with, put in order: renamed, joined, taken off. */
export default function Tags() {
  const text = useText()
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed.trim(), 150)
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set())
  const [asked, ask] = useState<Asked>()
  const list = useInfiniteQuery({
    queryKey: ['tags', q],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      api.get<Page>('/tags', {
        query: {
          limit: 100,
          sort: '-total',
          ...(q ? { q } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const done = () => {
    ask(undefined)
    choose(new Set())
    refreshTags()
  }
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const tags = list.data.pages.flatMap(page => page.rows)
  return (
    <SettingsPage title={text.tags.title} hint={text.tags.hint}>
      {(tags.length > 0 || q) && (
        <div className={classes.bar}>
          <TextInput
            w={280}
            leftSection={<IconSearch size={14} />}
            placeholder={text.common.search}
            aria-label={text.common.search}
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
          />
          <Button variant="default" disabled={chosen.size < 2} onClick={() => ask({ what: 'merge' })}>
            {text.tags.merge(chosen.size)}
          </Button>
        </div>
      )}
      {tags.length ? (
        <TagTable {...{ tags, chosen, choose, ask }} />
      ) : (
        <Blank
          title={q ? text.states.emptyFilter : text.tags.empty}
          text={q ? undefined : text.tags.emptyHint}
        />
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {text.common.showMore}
        </Button>
      )}
      {asked?.what === 'rename' && <RenameTag tag={asked.tag} close={() => ask(undefined)} done={done} />}
      {asked?.what === 'delete' && <RemoveTag tag={asked.tag} close={() => ask(undefined)} done={done} />}
      {asked?.what === 'merge' && (
        // The commonest first, into which the others usually go.
        <MergeTags tags={inTableOrder(chosen, tags)} close={() => ask(undefined)} done={done} />
      )}
    </SettingsPage>
  )
}

/** Those chosen, as the table has them; what a search hides by now stands last. */
const inTableOrder = (chosen: ReadonlySet<string>, tags: Tag[]): string[] => {
  const seen = tags.map(({ tag }) => tag).filter(tag => chosen.has(tag))
  return [...seen, ...[...chosen].filter(tag => !seen.includes(tag))]
}

type TableGiven = {
  tags: Tag[]
  chosen: ReadonlySet<string>
  choose: (tags: ReadonlySet<string>) => void
  ask: (asked: Asked) => void
}

function TagTable({ tags, chosen, choose, ask }: TableGiven) {
  const text = useText()
  const format = useFormat()
  const toggle = (tag: string) =>
    choose(chosen.has(tag) ? new Set([...chosen].filter(each => each !== tag)) : new Set([...chosen, tag]))
  const where = ({ counts }: Tag) =>
    Object.entries(counts)
      .sort((a, b) => b[1] - a[1])
      .map(([entity, n]) => `${text.plurals[entity] ?? entity} ${format.number(n)}`)
      .join(' · ')
  return (
    <ScrollBox label={text.tags.title}>
      <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
        <Table.Tbody>
          {tags.map(row => (
            <Table.Tr key={row.tag}>
              <Table.Td w={36}>
                <Checkbox
                  size="xs"
                  aria-label={text.tags.choose(row.tag)}
                  checked={chosen.has(row.tag)}
                  onChange={() => toggle(row.tag)}
                />
              </Table.Td>
              <Table.Td className={classes.tag}>
                <b>{row.tag}</b>
                <P size="xs" className="quiet" hiddenFrom="sm">
                  {where(row)}
                </P>
              </Table.Td>
              <Table.Td ta="right" className="numbers">
                {format.number(row.total)}
              </Table.Td>
              <Table.Td className="quiet" visibleFrom="sm">
                {where(row)}
              </Table.Td>
              <Table.Td w={44}>
                <MoreMenu label={row.tag} size={28}>
                  <Menu.Item onClick={() => ask({ what: 'rename', tag: row })}>{text.views.rename}</Menu.Item>
                  <Menu.Item color="red" onClick={() => ask({ what: 'delete', tag: row })}>
                    {text.tags.remove}
                  </Menu.Item>
                </MoreMenu>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  )
}
