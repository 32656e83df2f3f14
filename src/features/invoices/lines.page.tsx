import { Button, Group, Text as P, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, issuesByPath, messageOf, useMayChange } from '#web/api.ts'
import { useDraft } from '#web/kit/draft.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import { addUp } from './amounts.ts'
import type { InvoiceItem } from './invoices.contract.ts'
import { type Line, LineRow } from './line.page.tsx'
import classes from './lines.module.css'

const LINES_AT_MOST = 200
const UNCHANGED = {}
const BLANK: Line = { description: '', quantity: 1, unitPrice: null, taxRate: 0 }

/** The lines of an invoice and what they come to, reckoned as the server does it. They are changed while it is a draft. */
export function InvoiceLines({ invoice }: { invoice: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const list = useRef<HTMLTableElement>(null)
  const { draft, isRestored, change, forget } = useDraft(`lines.${invoice.id}`, UNCHANGED)
  const stored = (invoice.items as InvoiceItem[]).map(({ amount: _, ...line }): Line => line)
  const isOpen = mayChange(invoice) && invoice.status === 'DRAFT'
  const lines = isOpen ? ((draft.lines as Line[] | undefined) ?? stored) : stored
  const isChanged = isOpen && draft.lines !== undefined
  const put = (next: Line[]) => change({ lines: next, version: draft.version ?? invoice.version })
  const currency = invoice.currency as string
  const totals = addUp(lines.map(reckoned), currency)
  const saving = useSaving(invoice, draft, { forget, change })
  const focusOn = useFocusOn(list)
  const add = () => {
    if (lines.length >= LINES_AT_MOST) return
    put([...lines, { ...BLANK, taxRate: lines.at(-1)?.taxRate ?? 0 }])
    focusOn(lines.length)
  }
  const swap = (from: number, to: number) => {
    if (to < 0 || to >= lines.length) return
    const next = [...lines]
    next.splice(to, 0, ...next.splice(from, 1))
    put(next)
    focusOn(to)
  }
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const isSave = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
    if (isSave) saving.mutate(lines)
    else if (event.key === 'Enter' && index === lines.length - 1) add()
    else if (event.altKey && event.key === 'ArrowUp') swap(index, index - 1)
    else if (event.altKey && event.key === 'ArrowDown') swap(index, index + 1)
    else return
    event.preventDefault()
  }
  const issues = issuesByPath(saving.error)
  if (!lines.length && !isOpen) return null
  return (
    <section className={`card ${classes.lines}`} aria-label={text.invoices.lines}>
      <Group justify="space-between">
        <Title order={2}>{text.invoices.lines}</Title>
        {isChanged && isRestored && (
          <P size="xs" className="quiet">
            {text.common.draftKept}
          </P>
        )}
      </Group>
      <table ref={list} className={classes.table} aria-label={text.invoices.lines}>
        <HeadRow isOpen={isOpen} />
        <tbody>
          {lines.map((line, index) => (
            <LineRow
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name than their place
              key={index}
              {...{ line, index, currency, isOpen }}
              amount={totals.items[index]!.amount}
              issue={key => issues[`items.${index}.${key}`]}
              change={next => put(lines.map((other, at) => (at === index ? next : other)))}
              remove={() => put(lines.filter((_, at) => at !== index))}
              move={by => swap(index, index + by)}
              onKeyDown={event => onKeyDown(event, index)}
            />
          ))}
        </tbody>
      </table>
      {isOpen && (
        <Button variant="subtle" leftSection={<IconPlus size={14} />} onClick={add} className={classes.add}>
          {text.invoices.addLine}
        </Button>
      )}
      {lines.length > 0 && <Totals totals={totals} currency={currency} />}
      {isChanged && (
        <Group justify="flex-end" gap="xs">
          {issues.items && <span className="late">{issues.items}</span>}
          <Button variant="default" onClick={forget}>
            {text.invoices.discard}
          </Button>
          <Button loading={saving.isPending} onClick={() => saving.mutate(lines)}>
            {text.invoices.saveLines}
          </Button>
        </Group>
      )}
    </section>
  )
}

const reckoned = ({ description, quantity, unitPrice, taxRate }: Line) => ({
  description,
  quantity: quantity ?? 0,
  unitPrice: unitPrice ?? 0,
  taxRate: taxRate ?? 0,
})

type Draft = ReturnType<typeof useDraft>

function useSaving(
  invoice: Row,
  draft: Draft['draft'],
  { forget, change }: Pick<Draft, 'forget' | 'change'>,
) {
  const text = useText()
  return useMutation({
    mutationFn: (lines: Line[]) =>
      api.patch(
        `/invoices/${invoice.id}`,
        { items: lines.map(reckoned) },
        { headers: { 'if-match': `"${draft.version ?? invoice.version}"` } },
      ),
    onSuccess() {
      forget()
      tell(text.common.saved)
      refreshAround('invoice')
    },
    onError(error) {
      const isStale = error instanceof ApiError && error.status === 412
      tellFault(isStale ? text.invoices.conflict : messageOf(error, text.common.offline))
      // Whoever saves again after having been told means it.
      if (isStale) change({ version: undefined })
      refreshAround('invoice')
    },
  })
}

/** Puts the focus on the first field of a line once it is there. */
function useFocusOn(list: React.RefObject<HTMLTableElement | null>) {
  const wanted = useRef<number>(undefined)
  useEffect(() => {
    if (wanted.current === undefined) return
    list.current?.querySelector<HTMLElement>(`[data-line="${wanted.current}"] input`)?.focus()
    wanted.current = undefined
  })
  return (index: number) => {
    wanted.current = index
  }
}

function HeadRow({ isOpen }: { isOpen: boolean }) {
  const text = useText()
  const { description, quantity, unitPrice, taxRate, amount } = text.invoices.columns
  return (
    <thead className="quiet">
      <tr className={classes.row} data-open={isOpen || undefined}>
        {[description, quantity, unitPrice, taxRate, amount].map(label => (
          <th key={label}>{label}</th>
        ))}
        {isOpen && <td />}
      </tr>
    </thead>
  )
}

type TotalsGiven = { totals: ReturnType<typeof addUp>; currency: string }

function Totals({ totals, currency }: TotalsGiven) {
  const text = useText()
  const format = useFormat()
  const money = (amount: number) => format.exactMoney(amount, currency)
  return (
    <dl className={`numbers ${classes.totals}`}>
      <dt>{text.invoices.net}</dt>
      <dd>{money(totals.subtotal)}</dd>
      {totals.taxes
        .filter(({ taxRate }) => taxRate !== 0)
        .map(({ taxRate, net, tax }) => (
          <div key={taxRate} className={classes.tax}>
            <dt>{text.invoices.taxOn(format.number(taxRate), money(net))}</dt>
            <dd>{money(tax)}</dd>
          </div>
        ))}
      <dt className={classes.sum}>{text.invoices.total}</dt>
      <dd className={classes.sum}>{money(totals.amount)}</dd>
    </dl>
  )
}
