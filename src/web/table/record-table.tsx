import { Button, Group, Menu, Title } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconDownload, IconPlus, IconUpload } from '@tabler/icons-react'
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useMay } from '../api.ts'
import { saveFile } from '../kit/download.ts'
import { seeList } from '../kit/list-seen.ts'
import { MoreMenu } from '../kit/more-menu.tsx'
import { SearchBox } from '../kit/search-box.tsx'
import { Waiting } from '../kit/states.tsx'
import { type AnyContract, useColumns } from '../record/model.ts'
import { RecordForm } from '../record/record-form.tsx'
import type { Text } from '../text/en.ts'
import { useText } from '../text/index.tsx'
import { FilterBar } from './filter-bar.tsx'
import { type Condition, filterOf } from './filters.ts'
import type { BulkActions, Layout, LayoutGiven } from './layout.ts'
import classes from './table.module.css'
import { tableLayout } from './table-body.tsx'
import { useView, type View } from './view.ts'
import { ViewTabs } from './view-tabs.tsx'

export type TableOptions = {
  contract: AnyContract
  /** The columns that a reader sees before choosing their own; the first links to the record. */
  columns: readonly string[]
  /** The fields that the form for a new record asks for. */
  form: readonly string[]
  /** What the table is narrowed by until the reader asks for something else, and what it is called then. */
  begin?: { conditions: readonly Condition[]; title: (text: Text) => string }
  /** What the page is called, where it is not the record type. */
  title?: string
  /** Buttons of the feature's own, beside those of every table. */
  actions?: ReactNode
  /** What may be done with selected rows beside what every table offers. */
  bulk?: BulkActions
  /** The ways to show the records; a table where not given. The first is the standard one. */
  layouts?: readonly [Layout, ...Layout[]]
  /** What the page narrows every layout by, beside the filter that is seen. */
  narrow?: (view: View) => object | undefined
  /** What a new record knows, whatever is asked. */
  initial?: (view: View) => Record<string, unknown>
}

const ONLY_TABLE = [tableLayout] as const

/** The records of one type: saved views, search and filter over all layouts that the type has. */
export function RecordTable(options: TableOptions) {
  const { contract, columns: standard, form, actions, layouts = ONLY_TABLE, narrow, begin } = options
  const text = useText()
  const may = useMay()
  const navigate = useNavigate()
  const state = useView({
    name: contract.name,
    columns: standard,
    layout: layouts[0].name,
    conditions: begin?.conditions,
  })
  const { view, change } = state
  const search = useSearch({ strict: false }) as { new?: boolean }
  const [newWith, create] = useState<object | undefined>(search.new && may.write ? {} : undefined)
  const columns = useColumns(contract)
  const label = text.labels[contract.name] ?? contract.label
  const plural = text.plurals[contract.name] ?? contract.label
  const layout = layouts.find(({ name }) => name === view.layout) ?? layouts[0]
  const filter = filterOf(view.conditions, view.extra, narrow?.(view))
  const { bulk } = options
  const begun = JSON.stringify(begin?.conditions ?? [])
  const isAsBegun = !view.q && !view.extra && JSON.stringify(view.conditions) === begun
  const given: LayoutGiven = {
    ...{ contract, columns, view, change, filter, isAsBegun, create, label, plural, standard, bulk },
  }
  useHotkeys([['n', () => may.write && create({})]])
  useSeen(contract)
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Title order={1}>{options.title ?? plural}</Title>
        {layouts.length > 1 && <LayoutSwitch layouts={layouts} value={layout.name} onChange={change} />}
        <Group gap={6} ml="auto" wrap="nowrap">
          {actions}
          <TableMenu contract={contract} view={view} filter={filter} />
          {may.write && (
            <Button
              leftSection={<IconPlus size={14} />}
              onClick={() => create({})}
              aria-keyshortcuts="N"
              className={classes.new}
            >
              {text.table.newRecord(label)}
            </Button>
          )}
        </Group>
      </div>
      <ViewTabs
        entity={contract.name}
        all={begin ? begin.title(text) : text.views.all(plural)}
        state={state}
      />
      <div className={classes.tools}>
        <SearchBox className={classes.search} value={view.q} onChange={q => change({ q })} />
        <FilterBar {...{ contract, view }} onChange={change} />
        {layout.Tools && <layout.Tools {...given} />}
      </div>
      {state.isPending ? <Waiting /> : <layout.Body key={layout.name} {...given} />}
      {newWith && (
        <RecordForm
          contract={contract}
          fields={form}
          initial={{ ...options.initial?.(view), ...newWith }}
          close={() => create(undefined)}
          created={row =>
            Object.keys(newWith).length === 0 &&
            navigate({ to: `/${contract.path}/$id`, params: { id: row.id } })
          }
        />
      )}
    </div>
  )
}

/** Keeps where the list is, for the way back to it. */
function useSeen({ name }: AnyContract): void {
  const { href, pathname } = useLocation()
  const search = useSearch({ strict: false }) as { new?: boolean }
  // The address changes before the page that is left goes away.
  const own = useRef(pathname)
  useEffect(() => {
    if (pathname === own.current && !search.new) seeList(name, href)
  }, [name, href, pathname, search.new])
}

type SwitchGiven = { layouts: readonly Layout[]; value: string; onChange: (change: Partial<View>) => void }

function LayoutSwitch({ layouts, value, onChange }: SwitchGiven) {
  const text = useText()
  const group = useId()
  return (
    // The library's measures itself, and so the whole page, whenever one comes here.
    <div role="radiogroup" aria-label={text.views.layout} className={classes.layouts}>
      {layouts.map(({ name, label, icon: Icon }) => (
        <label key={name} data-active={name === value || undefined}>
          <input
            type="radio"
            name={group}
            checked={name === value}
            onChange={() => onChange({ layout: name })}
          />
          <Icon size={14} />
          <span className={classes.layoutName}>{label(text)}</span>
        </label>
      ))}
    </div>
  )
}

type MenuGiven = { contract: AnyContract; view: View; filter: object | undefined }

function TableMenu({ contract, view, filter }: MenuGiven) {
  const text = useText()
  const navigate = useNavigate()
  const may = useMay()
  if (!contract.importable && !contract.exportable) return null
  const download = async (format: 'xlsx' | 'csv') => {
    const query = {
      format,
      ...(view.q ? { q: view.q } : {}),
      ...(filter ? { filter } : {}),
      ...(view.sort ? { sort: view.sort } : {}),
    }
    await saveFile(`/${contract.path}/export`, `${contract.path}.${format}`, query)
  }
  return (
    <MoreMenu>
      {may.write && contract.importable && (
        <Menu.Item
          leftSection={<IconUpload size={14} />}
          onClick={() => navigate({ to: '/imports/new/$entity', params: { entity: contract.name } })}
        >
          {text.table.import}
        </Menu.Item>
      )}
      {contract.exportable && (
        <>
          <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => download('xlsx')}>
            {text.table.exportSheet}
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => download('csv')}>
            {text.table.export}
          </Menu.Item>
        </>
      )}
    </MoreMenu>
  )
}
