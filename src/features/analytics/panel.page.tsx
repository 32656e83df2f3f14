import { ActionIcon, Table, Title } from '@mantine/core'
import { IconTable } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api } from '#web/api.ts'
import { Notes } from '#web/chart/report-figure.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './analytics.module.css'

/** What narrows all panels of the page. */
export type Asked = { dateFrom: string; pipelineId?: string; ownerId?: string }

export type Money = {
  currency: string
  rates: Record<string, number>
  unconverted: Array<{ currency: string; count: number }>
}

/** Reads an analysis; parameters without a value are left out. */
export function useAnalysis<T>(path: string, query: Record<string, string | undefined> = {}) {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
  return useQuery({
    queryKey: ['dashboard', 'analysis', path, given],
    queryFn: () => api.get<T>(path, { query: given }),
    placeholderData: before => before,
  })
}

export type Figures = { head: string[]; rows: ReactNode[][]; foot?: ReactNode[] }

type Given<T> = {
  title: string
  hint: string
  query: ReturnType<typeof useAnalysis<T>>
  isEmpty: (data: T) => boolean
  /** As a picture; without one the table is all. */
  chart?: (data: T) => ReactNode
  figures: (data: T) => Figures
  money?: (data: T) => Money
  tools?: ReactNode
  isWide?: boolean
}

/** One analysis: what it is, its picture, and behind the switch its figures. */
export function Panel<T>({ title, hint, query, isEmpty, chart, figures, money, tools, isWide }: Given<T>) {
  const text = useText()
  const [isTable, setTable] = useState(false)
  const { data } = query
  const hasRows = data !== undefined && !isEmpty(data)
  return (
    <section className={`card ${classes.panel} ${isWide ? classes.wide : ''}`} aria-label={title}>
      <div className={classes.panelHead}>
        <div>
          <Title order={2}>{title}</Title>
          <div className={`quiet ${classes.hint}`}>{hint}</div>
        </div>
        {tools}
        {chart && hasRows && (
          <ActionIcon
            size={24}
            aria-pressed={isTable}
            aria-label={`${text.reports.showTable}: ${title}`}
            title={isTable ? text.reports.showChart : text.reports.showTable}
            variant={isTable ? 'light' : 'subtle'}
            onClick={() => setTable(!isTable)}
          >
            <IconTable size={14} />
          </ActionIcon>
        )}
      </div>
      {query.isPending ? (
        <Waiting />
      ) : data === undefined ? (
        <Fault error={query.error} retry={query.refetch} />
      ) : !hasRows ? (
        <p className="quiet">{text.analytics.nothing}</p>
      ) : chart && !isTable ? (
        chart(data)
      ) : (
        <FigureTable {...figures(data)} label={title} />
      )}
      {money && hasRows && <Notes result={money(data)} />}
    </section>
  )
}

function FigureTable({ head, rows, foot, label }: Figures & { label: string }) {
  const align = (i: number) => (i ? 'right' : 'left')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <Table verticalSpacing={5} horizontalSpacing="sm" fz="sm">
        <Table.Thead>
          <Table.Tr>
            {head.map((name, i) => (
              <Table.Th key={name} ta={align(i)}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of figures have no other name than their place
            <Table.Tr key={at}>
              {cells.map((cell, i) => (
                <Table.Td key={head[i]} ta={align(i)} className={i ? 'numbers' : undefined}>
                  {cell ?? '–'}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
        {foot && (
          <Table.Tfoot>
            <Table.Tr>
              {foot.map((cell, i) => (
                <Table.Th key={head[i]} ta={align(i)} className="numbers">
                  {cell ?? '–'}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Tfoot>
        )}
      </Table>
    </section>
  )
}
