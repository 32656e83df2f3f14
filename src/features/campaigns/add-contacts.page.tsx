import { Badge, Group, Text as P, Select, Stack, Tabs } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { contactContract } from '#features/contacts/contacts.contract.ts'
import { api } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { RecordPicker } from '#web/kit/record-picker.tsx'
import { useTitle } from '#web/kit/titles.ts'
import { totalText } from '#web/kit/total.ts'
import { canFilter, useColumns } from '#web/record/model.ts'
import { Conditions } from '#web/table/filter-bar.tsx'
import { type Condition, filterOf, firstCondition } from '#web/table/filters.ts'
import { useSavedViews } from '#web/table/saved-views.ts'
import { useText } from '#web/text/index.tsx'
import { refreshCampaign } from './campaign-data.page.tsx'

type Way = 'filter' | 'view' | 'hand'
type Added = { added: number; alreadyThere: number }

/** Adds contacts by a filter, by a saved view, or one by one. */
export function AddContacts({ campaignId, close }: { campaignId: string; close: () => void }) {
  const text = useText()
  const [way, setWay] = useState<Way>('filter')
  const [conditions, setConditions] = useState<Condition[]>()
  const [savedViewId, setView] = useState<string | null>(null)
  const [contactIds, setIds] = useState<string[]>([])
  const filter = filterOf(conditions ?? [])
  const bodies: Record<Way, object | undefined> = {
    filter: filter && { filter },
    view: savedViewId ? { savedViewId } : undefined,
    hand: contactIds.length ? { contactIds } : undefined,
  }
  const body = bodies[way]
  const adding = useMutation({
    mutationFn: () => api.post<Added>(`/campaigns/${campaignId}/contacts`, body),
    onSuccess({ added, alreadyThere }) {
      tell(text.campaigns.added(added, alreadyThere))
      refreshCampaign()
      close()
    },
  })
  return (
    <Dialog onClose={close} title={text.campaigns.add} size="lg">
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          if (body) adding.mutate()
        }}
      >
        <Tabs value={way} onChange={value => setWay(value as Way)} keepMounted={false}>
          <Tabs.List mb="sm">
            <Tabs.Tab value="filter">{text.campaigns.byFilter}</Tabs.Tab>
            <Tabs.Tab value="view">{text.campaigns.byView}</Tabs.Tab>
            <Tabs.Tab value="hand">{text.campaigns.byHand}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="filter">
            <ByFilter {...{ conditions, filter }} onChange={setConditions} />
          </Tabs.Panel>
          <Tabs.Panel value="view">
            <ByView value={savedViewId} onChange={setView} />
          </Tabs.Panel>
          <Tabs.Panel value="hand">
            <ByHand ids={contactIds} onChange={setIds} />
          </Tabs.Panel>
        </Tabs>
        <DialogFoot
          submit={text.campaigns.add}
          close={close}
          isSending={adding.isPending}
          isDisabled={!body}
          error={adding.error}
        />
      </form>
    </Dialog>
  )
}

type FilterGiven = {
  conditions: Condition[] | undefined
  filter: object | undefined
  onChange: (conditions: Condition[]) => void
}

function ByFilter({ conditions, filter, onChange }: FilterGiven) {
  const text = useText()
  const columns = useColumns(contactContract)
  const first = firstCondition(columns.filter(canFilter))
  return (
    <Stack gap="sm" mih={110}>
      <P size="sm" className="quiet">
        {text.campaigns.filterHint}
      </P>
      <Conditions
        contract={contactContract}
        view={{ conditions: conditions ?? (first ? [first] : []), extra: undefined }}
        onChange={change => change.conditions && onChange(change.conditions)}
      />
      {filter && <Matching query={{ filter }} />}
    </Stack>
  )
}

/** How many contacts it would be. */
function Matching({ query }: { query: Record<string, unknown> }) {
  const text = useText()
  const format = useFormat()
  const { data } = useQuery({
    queryKey: ['contact', 'matching', query],
    placeholderData: before => before,
    queryFn: () =>
      api.get<{ total: number; totalIsEstimate?: boolean }>('/contacts', { query: { limit: 1, ...query } }),
  })
  if (!data) return null
  return (
    <P size="sm" className="quiet" role="status">
      {text.campaigns.matches(data.total, totalText(text, format, data))}
    </P>
  )
}

function ByView({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const text = useText()
  const { views, isPending } = useSavedViews('contact')
  return (
    <Stack gap="sm" mih={110}>
      {!isPending && views.length === 0 ? (
        <P size="sm" className="quiet">
          {text.campaigns.noViews}
        </P>
      ) : (
        <Select
          label={text.campaigns.chooseView}
          value={value}
          data={views.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={onChange}
        />
      )}
      {value && <Matching query={{ view: value }} />}
    </Stack>
  )
}

function ByHand({ ids, onChange }: { ids: string[]; onChange: (ids: string[]) => void }) {
  const text = useText()
  return (
    <Stack gap="sm" mih={110}>
      <RecordPicker
        // Chosen is added to those below, and the next one is looked for.
        key={ids.length}
        type="contact"
        label={text.campaigns.pick}
        value={null}
        onChange={id => id && !ids.includes(id) && onChange([...ids, id])}
      />
      <P size="sm" className="quiet" role="status">
        {text.campaigns.chosen(ids.length)}
      </P>
      <Group gap={6}>
        {ids.map(id => (
          <Chosen key={id} id={id} remove={() => onChange(ids.filter(other => other !== id))} />
        ))}
      </Group>
    </Stack>
  )
}

function Chosen({ id, remove }: { id: string; remove: () => void }) {
  const text = useText()
  const name = useTitle('contact', id) ?? '…'
  return (
    <Badge
      variant="default"
      radius="sm"
      tt="none"
      fw={400}
      size="lg"
      component="button"
      type="button"
      style={{ cursor: 'pointer' }}
      aria-label={text.campaigns.remove(name)}
      onClick={remove}
    >
      {name} ×
    </Badge>
  )
}
