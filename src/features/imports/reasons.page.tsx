import { Table, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Issue, IssueParams } from '#core/errors.ts'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Fault } from '#web/kit/states.tsx'
import { fieldLabel, issueText, useText } from '#web/text/index.tsx'
import classes from './imports.module.css'

export type Reason = {
  field: string
  message: string
  column: string | null
  value: string | null
  code: string | null
  params: IssueParams | null
  count: number
  rows: number[]
}
type Reasons = { rows: Reason[]; total: number }

/** Why an import refused rows. @param failed how many it has refused so far: more of them may have further reasons */
export const reasonsOf = (id: string, failed: number) => ({
  queryKey: ['import', 'reasons', id, failed],
  queryFn: () => api.get<Reasons>(`/imports/${id}/reasons`),
  enabled: failed > 0,
})

/** Why rows were refused, the commonest reason first, with the first rows that each was found in. */
export function RefusedRows({ id, failed }: { id: string; failed: number }) {
  const text = useText()
  const format = useFormat()
  const found = useQuery({ ...reasonsOf(id, failed), placeholderData: before => before })
  if (!failed || found.isPending) return null
  if (found.isError) return <Fault error={found.error} retry={found.refetch} />
  const { rows, total } = found.data
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {text.imports.reasons}
      </Title>
      <ScrollBox label={text.imports.reasons}>
        <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.imports.reason}</Table.Th>
              <Table.Th ta="right">{text.imports.refusedCount}</Table.Th>
              <Table.Th>{text.imports.inRows}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(reason => (
              <Table.Tr key={`${reason.field} ${reason.message} ${reason.value}`}>
                <Table.Td className={classes.reason}>
                  <ReasonText reason={reason} />
                </Table.Td>
                <Table.Td ta="right" className="numbers">
                  {format.number(reason.count)}
                </Table.Td>
                <Table.Td className="numbers">
                  {reason.rows.join(', ')}
                  {reason.count > reason.rows.length && ', …'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
      {total > rows.length && <p className="quiet">{text.imports.moreReasons(total - rows.length)}</p>}
    </section>
  )
}

/** Messages cut long values off. */
const SHOWN_VALUE = 40

/** The message, and what stood in the cell where the message does not say it. */
function ReasonText({ reason: { message, value, column, field, code, params } }: { reason: Reason }) {
  const text = useText()
  const known = code && text.issues[code]
  const where = column ?? (field && fieldLabel(text, field))
  const issue: Issue = { path: field ?? '', message, code: code ?? undefined, params: params ?? undefined }
  const told = known ? `${where ? `${where}: ` : ''}${issueText(text, issue)}` : message
  return (
    <>
      {told}
      {value && !told.includes(value.slice(0, SHOWN_VALUE)) && <span className="quiet"> “{value}”</span>}
    </>
  )
}
