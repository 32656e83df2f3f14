import { Table } from '@mantine/core'
import { useMemo } from 'react'
import { useText } from '#web/text/index.tsx'
import classes from './chart.module.css'
import { inOrder, type Result } from './result.ts'
import { useWords } from './words.ts'

const ROWS_AT_MOST = 200

/** A result in figures: what a chart shows to the eye, for everybody. */
export function ResultTable({ result, label }: { result: Result; label: string }) {
  const text = useText()
  const words = useWords()
  const { groups, measures, totals } = result
  const rows = useMemo(() => inOrder(result, words), [result, words])
  const currencyOf = (keys: Result['rows'][number]['keys']) => {
    const at = groups.findIndex(({ field }) => field === 'currency')
    return result.currency ?? (at < 0 ? null : ((keys[at] as string | null) ?? null))
  }
  const cells = (values: Array<number | null>, currency: string | null) =>
    values.map((value, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a measure has no other name than its place
      <Table.Td key={i} ta="right" className="numbers">
        {value === null ? '–' : words.write(value, measures[i]!, currency)}
      </Table.Td>
    ))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className={classes.table} aria-label={label} tabIndex={0}>
      <Table verticalSpacing={5} horizontalSpacing="md" fz="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {groups.map(group => (
              <Table.Th key={`${group.field}${group.by}`}>{words.groupOf(group)}</Table.Th>
            ))}
            {measures.map((measure, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <Table.Th key={i} ta="right">
                {words.measureOf(measure)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, ROWS_AT_MOST).map(({ keys, names, values }) => (
            <Table.Tr key={keys.join('\u0000')}>
              {groups.map((group, i) => (
                <Table.Td key={`${group.field}${group.by}`}>
                  {words.keyOf(group, keys[i]!, names[i]!)}
                </Table.Td>
              ))}
              {cells(values, currencyOf(keys))}
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            {groups.map((group, i) => (
              <Table.Th key={`${group.field}${group.by}`}>{i === 0 ? text.reports.total : ''}</Table.Th>
            ))}
            {cells(totals, result.currency)}
          </Table.Tr>
        </Table.Tfoot>
      </Table>
      {rows.length > ROWS_AT_MOST && (
        <p className={classes.notes}>{text.reports.firstOf(ROWS_AT_MOST, rows.length)}</p>
      )}
    </section>
  )
}
