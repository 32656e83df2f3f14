import { Button, Group } from '@mantine/core'
import { IconTable } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { useMay } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { Blank, Fault, Waiting } from '../kit/states.tsx'
import { totalText } from '../kit/total.ts'
import { useText } from '../text/index.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { Grid } from './grid.tsx'
import type { Layout, LayoutGiven } from './layout.ts'
import { useRows } from './rows.ts'
import classes from './table.module.css'

/** The records of a view as a table over all pages, with changes of many. */
function TableBody(given: LayoutGiven) {
  const { contract, view, change, filter, create, label, plural } = given
  const text = useText()
  const may = useMay()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const columns = useMemo(
    () => view.columns.flatMap(path => given.columns.filter(column => column.path === path)),
    [given.columns, view.columns],
  )
  const { rows, total, list } = useRows(given)
  const chosen = useMemo(() => rows.filter(({ id }) => selected.has(id)), [rows, selected])
  const isNarrowed = view.q !== '' || filter !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view shows other rows
  useEffect(() => setSelected(new Set()), [view.q, view.sort, JSON.stringify(filter)])
  if (list.isPending) return <Waiting />
  if (list.isError && !rows.length) return <Fault error={list.error} retry={() => list.refetch()} />
  const nextStep = may.write
    ? contract.importable
      ? text.table.emptyHint
      : text.table.emptyHintAlone
    : undefined
  if (!rows.length)
    return (
      <Blank
        title={isNarrowed ? text.palette.nothing : text.table.empty(plural)}
        text={isNarrowed ? (given.isAsBegun ? undefined : text.states.emptyFilter) : nextStep}
      >
        {(!isNarrowed || given.isAsBegun) && may.write && (
          <Group gap="xs">
            <Button onClick={() => create({})}>{text.table.newRecord(label)}</Button>
            {!isNarrowed && contract.importable && (
              <Button component={Link} to={`/imports/new/${contract.name}`} variant="default">
                {text.table.import}
              </Button>
            )}
          </Group>
        )}
      </Blank>
    )
  return (
    <>
      <Grid
        contract={contract}
        columns={columns}
        widths={view.widths}
        onWidths={widths => change({ widths })}
        rows={rows}
        total={total?.total ?? rows.length}
        sort={view.sort ?? contract.defaultSort}
        onSort={sort => change({ sort })}
        selected={selected}
        onSelect={setSelected}
        onEnd={() => list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()}
        isStale={list.isPlaceholderData}
      />
      {chosen.length > 0 && (
        <BulkBar contract={contract} rows={chosen} clear={() => setSelected(new Set())} more={given.bulk} />
      )}
    </>
  )
}

function TableTools(given: LayoutGiven) {
  const { columns, view, change } = given
  const text = useText()
  const format = useFormat()
  const { total } = useRows(given)
  return (
    <>
      {total && (
        <span className={`quiet numbers ${classes.count}`}>
          {text.table.rows(totalText(text, format, total))}
        </span>
      )}
      <ColumnsMenu
        columns={columns}
        chosen={view.columns}
        standard={given.standard}
        first={given.contract.title.length > 1 ? text.table.name : undefined}
        onChange={paths => change({ columns: paths })}
      />
    </>
  )
}

export const tableLayout: Layout = {
  name: 'table',
  label: text => text.views.table,
  icon: IconTable,
  Body: TableBody,
  Tools: TableTools,
}
