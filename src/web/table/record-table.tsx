import { Button, Group, Menu, TextInput, Title } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { IconDownload, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { api, useMay } from '../api.ts'
import { saveFile } from '../kit/download.ts'
import { useFormat } from '../kit/format.ts'
import { MoreMenu } from '../kit/more-menu.tsx'
import { Blank, Fault, Waiting } from '../kit/states.tsx'
import { learnTitles } from '../kit/titles.ts'
import { type AnyContract, type Row, useColumns } from '../record/model.ts'
import { RecordForm } from '../record/record-form.tsx'
import { useText } from '../text/index.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { FilterBar } from './filter-bar.tsx'
import { filterOf } from './filters.ts'
import { Grid } from './grid.tsx'
import classes from './table.module.css'
import { useChosenColumns, useView, type View } from './view.ts'

const PAGE = 100

export type TableOptions = {
  contract: AnyContract
  /** The columns that a reader sees before choosing their own; the first links to the record. */
  columns: readonly string[]
  /** The fields that the form for a new record asks for. */
  form: readonly string[]
  /** Buttons of the feature's own, beside those of every table. */
  actions?: ReactNode
}

type Page = { rows: Row[]; total: number; totalIsEstimate?: true; nextCursor: string | null }

/** The records of one type as a table over all pages, with search, filter, order, columns, and changes of many. */
export function RecordTable({ contract, columns: standard, form, actions }: TableOptions) {
  const text = useText()
  const may = useMay()
  const navigate = useNavigate()
  const [view, changeView] = useView()
  const search = useSearch({ strict: false }) as { new?: boolean }
  const [isCreating, setCreating] = useState(Boolean(search.new) && may.write)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const all = useColumns(contract)
  const [chosen, choose] = useChosenColumns(contract.name, standard)
  const columns = useMemo(
    () => chosen.flatMap(path => all.filter(column => column.path === path)),
    [all, chosen],
  )
  const { rows, total, list } = useRows(contract, view)
  const label = text.labels[contract.name] ?? contract.label
  const plural = text.plurals[contract.name] ?? contract.label
  const isNarrowed = view.q !== '' || view.conditions.length > 0
  useHotkeys([['n', () => may.write && setCreating(true)]])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view shows other rows
  useEffect(() => setSelected(new Set()), [view.q, view.sort, JSON.stringify(view.conditions)])
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Title order={1}>{plural}</Title>
        <Total total={total} />
        <Group gap={6} ml="auto" wrap="nowrap">
          {actions}
          <TableMenu contract={contract} view={view} />
          {may.write && (
            <Button
              leftSection={<IconPlus size={14} />}
              onClick={() => setCreating(true)}
              aria-keyshortcuts="N"
            >
              {text.table.newRecord(label)}
            </Button>
          )}
        </Group>
      </div>
      <div className={classes.tools}>
        <SearchBox value={view.q} onChange={q => changeView({ q })} />
        <FilterBar
          columns={all}
          conditions={view.conditions}
          onChange={conditions => changeView({ conditions })}
        />
        <ColumnsMenu columns={all} chosen={chosen} onChange={choose} standard={standard} />
      </div>
      {list.isPending ? (
        <Waiting />
      ) : list.isError && !rows.length ? (
        <Fault error={list.error} retry={() => list.refetch()} />
      ) : rows.length === 0 ? (
        <Blank
          title={isNarrowed ? text.palette.nothing : text.table.empty(plural)}
          text={isNarrowed ? text.states.emptyFilter : text.table.emptyHint}
        >
          {!isNarrowed && may.write && (
            <Button onClick={() => setCreating(true)}>{text.table.newRecord(label)}</Button>
          )}
        </Blank>
      ) : (
        <Grid
          contract={contract}
          columns={columns}
          rows={rows}
          total={total?.total ?? rows.length}
          sort={view.sort ?? contract.defaultSort}
          onSort={sort => changeView({ sort })}
          selected={selected}
          onSelect={setSelected}
          onEnd={() => list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()}
          isStale={list.isPlaceholderData}
        />
      )}
      {selected.size > 0 && (
        <BulkBar contract={contract} ids={[...selected]} clear={() => setSelected(new Set())} />
      )}
      {isCreating && (
        <RecordForm
          contract={contract}
          fields={form}
          close={() => setCreating(false)}
          created={row => navigate({ to: `/${contract.path}/$id`, params: { id: row.id } })}
        />
      )}
    </div>
  )
}

function useRows(contract: AnyContract, view: View) {
  const filter = filterOf(view.conditions)
  const asked = { q: view.q || undefined, sort: view.sort, filter }
  const list = useInfiniteQuery({
    queryKey: [contract.name, 'list', asked],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    async queryFn({ pageParam, signal }) {
      const query = Object.fromEntries(
        Object.entries({ ...asked, limit: PAGE, cursor: pageParam || undefined }).filter(
          ([, value]) => value !== undefined,
        ),
      )
      const page = await api.get<Page>(`/${contract.path}`, { query, signal })
      learnTitles(contract.name, page.rows, contract.title)
      return page
    },
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const rows = useMemo(() => list.data?.pages.flatMap(page => page.rows) ?? [], [list.data])
  return { rows, total: list.data?.pages.at(-1), list }
}

function Total({ total }: { total: Page | undefined }) {
  const text = useText()
  const format = useFormat()
  if (!total) return null
  const number = format.number(total.total)
  return <span className="quiet numbers">{total.totalIsEstimate ? text.common.about(number) : number}</span>
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const text = useText()
  const [typed, setTyped] = useState(value)
  const send = useDebouncedCallback(onChange, 200)
  useEffect(() => setTyped(value), [value])
  return (
    <TextInput
      size="xs"
      w={220}
      leftSection={<IconSearch size={14} />}
      placeholder={text.table.search}
      aria-label={text.common.search}
      value={typed}
      onChange={event => {
        setTyped(event.currentTarget.value)
        send(event.currentTarget.value)
      }}
    />
  )
}

function TableMenu({ contract, view }: { contract: AnyContract; view: View }) {
  const text = useText()
  const navigate = useNavigate()
  const may = useMay()
  if (!contract.importable) return null
  const download = async () => {
    const filter = filterOf(view.conditions)
    const query = {
      format: 'csv',
      ...(view.q ? { q: view.q } : {}),
      ...(filter ? { filter } : {}),
      ...(view.sort ? { sort: view.sort } : {}),
    }
    await saveFile(`/${contract.path}/export`, `${contract.path}.csv`, query)
  }
  return (
    <MoreMenu>
      {may.write && (
        <Menu.Item
          leftSection={<IconUpload size={14} />}
          onClick={() => navigate({ to: '/imports/new/$entity', params: { entity: contract.name } })}
        >
          {text.table.import}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconDownload size={14} />} onClick={download}>
        {text.table.export}
      </Menu.Item>
    </MoreMenu>
  )
}
