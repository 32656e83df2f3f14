import { Checkbox, NumberInput, Text as P, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, issuesByPath } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'

type Converted = { contact: { id: string }; company: { id: string } | null; deal: { id: string } | null }

/** Turns a lead into contact, company and deal. */
export function ConvertDialog({ lead, close }: { lead: Row; close: () => void }) {
  const text = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const form = useForm(`convert.${lead.id}`, {
    withDeal: true,
    title: String(lead.company ?? lead.name),
    amount: null as number | null,
  })
  const { withDeal, title, amount } = form.values
  const converting = useMutation({
    mutationFn: () =>
      api.post<Converted>(`/leads/${lead.id}/convert`, {
        createDeal: withDeal,
        ...(withDeal ? { dealTitle: title, ...(amount === null ? {} : { amount }) } : {}),
      }),
    onSuccess({ deal, contact }) {
      form.forget()
      for (const name of ['lead', 'contact', 'company', 'deal']) refreshAround(name)
      tell(text.leads.converted)
      close()
      if (deal) navigate({ to: '/deals/$id', params: { id: deal.id } })
      else navigate({ to: '/contacts/$id', params: { id: contact.id } })
    },
  })
  const issues = issuesByPath(converting.error)
  return (
    <Dialog onClose={close} title={text.leads.convertTitle}>
      <form
        onSubmit={event => {
          event.preventDefault()
          converting.mutate()
        }}
      >
        <Stack gap="sm">
          <P size="sm" className="quiet">
            {text.leads.convertHint}
          </P>
          <Checkbox
            label={text.leads.createDeal}
            checked={withDeal}
            onChange={event => form.change({ withDeal: event.currentTarget.checked })}
          />
          {withDeal && (
            <>
              <TextInput
                data-autofocus
                label={text.leads.dealTitle}
                value={title}
                maxLength={255}
                error={issues.dealTitle}
                onChange={event => form.change({ title: event.currentTarget.value })}
              />
              <NumberInput
                label={text.leads.amount}
                value={amount ?? ''}
                min={0}
                decimalScale={2}
                thousandSeparator={format.thousands}
                decimalSeparator={format.decimals}
                error={issues.amount}
                onChange={value => form.change({ amount: value === '' ? null : Number(value) })}
              />
            </>
          )}
        </Stack>
        <DialogFoot
          submit={text.leads.convert}
          close={close}
          isSending={converting.isPending}
          error={converting.error}
          beside={withDeal ? ['dealTitle', 'amount'] : []}
        />
      </form>
    </Dialog>
  )
}
