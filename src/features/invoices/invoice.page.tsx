import { Alert, Button, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconDownload, IconFileTypePdf } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { dayIn } from '#core/record/relative-time.ts'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import { api, useMayChange, useMe } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { openFile, saveFile } from '#web/kit/download.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { useText } from '#web/text/index.tsx'
import { invoiceContract } from './invoices.contract.ts'
import { InvoiceLines } from './lines.page.tsx'

const RELATED = [tasksOf('invoice')]

export const prefetch = prefetchRecord(invoiceContract)

export default function Invoice() {
  return (
    <RecordPage
      contract={invoiceContract}
      facts={['title', 'status', 'amount', 'relatedId', 'issuedAt', 'dueAt', 'paidAt']}
      related={RELATED}
      banner={invoice => <Overdue invoice={invoice} />}
      actions={invoice => <Moves invoice={invoice} />}
      main={invoice => <InvoiceLines key={invoice.id} invoice={invoice} />}
    />
  )
}

function Overdue({ invoice }: { invoice: Row }) {
  const text = useText()
  const format = useFormat()
  if (invoice.status !== 'OVERDUE') return null
  return (
    <Alert color="red" variant="light" radius={0} py={8} icon={<IconAlertTriangle size={16} />}>
      {text.invoices.overdue(format.day(invoice.dueAt as string))}
    </Alert>
  )
}

type Move = 'SENT' | 'PAID' | 'VOID'
/** Where an invoice may go from its state. */
const MOVES: Record<string, readonly Move[]> = {
  DRAFT: ['SENT', 'VOID'],
  SENT: ['PAID', 'VOID'],
  OVERDUE: ['PAID', 'VOID'],
  PAID: ['VOID'],
}

/** Its PDF, and sending, paying and voiding it, each confirmed: none of these can be taken back. */
function Moves({ invoice }: { invoice: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const [asked, ask] = useState<Move>()
  const moves = mayChange(invoice) ? (MOVES[invoice.status as string] ?? []) : []
  const usual = moves.find(move => move !== 'VOID')
  const path = `/invoices/${invoice.id}/pdf`
  const filename = `invoice-${String(invoice.invoiceNumber).replace(/[^\w.-]+/g, '_')}.pdf`
  return (
    <>
      <Button.Group>
        <Button
          variant="default"
          leftSection={<IconFileTypePdf size={14} />}
          onClick={() => openFile(path, filename)}
        >
          {text.invoices.pdf}
        </Button>
        <Button
          variant="default"
          px={8}
          aria-label={text.invoices.download}
          title={text.invoices.download}
          onClick={() => saveFile(path, filename)}
        >
          <IconDownload size={14} />
        </Button>
      </Button.Group>
      {moves.includes('VOID') && (
        <Button variant="default" onClick={() => ask('VOID')}>
          {text.invoices.moves.VOID}
        </Button>
      )}
      {usual && <Button onClick={() => ask(usual)}>{text.invoices.moves[usual]}</Button>}
      {asked && <MoveDialog invoice={invoice} move={asked} close={() => ask(undefined)} />}
    </>
  )
}

type DialogGiven = { invoice: Row; move: Move; close: () => void }

function MoveDialog({ invoice, move, close }: DialogGiven): ReactNode {
  const text = useText()
  const { workspace } = useMe()
  const today = dayIn(workspace.timezone)
  const [paidAt, setPaidAt] = useState(today)
  const moving = useMutation({
    mutationFn: () =>
      api.patch(
        `/invoices/${invoice.id}`,
        // Today is now, for the beginning of the day may lie before it was sent.
        { status: move, ...(move === 'PAID' && paidAt !== today ? { paidAt } : {}) },
        { headers: { 'if-match': `"${invoice.version}"` } },
      ),
    onSuccess() {
      tell(text.invoices.done[move])
      close()
    },
    onSettled: () => refreshAround('invoice'),
  })
  return (
    <Confirm
      title={`${text.invoices.moves[move]}: ${invoice.invoiceNumber}`}
      text={text.invoices.ask[move]}
      submit={text.invoices.moves[move]}
      color={move === 'VOID' ? 'red' : undefined}
      close={close}
      run={() => moving.mutate()}
      isSending={moving.isPending}
      error={moving.error}
    >
      {move === 'PAID' && (
        <TextInput
          data-autofocus
          type="date"
          label={text.invoices.paidOn}
          value={paidAt}
          onChange={event => setPaidAt(event.currentTarget.value)}
        />
      )}
    </Confirm>
  )
}
