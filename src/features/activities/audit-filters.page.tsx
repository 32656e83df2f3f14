import { ActionIcon, Select, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { EVENT_ACTIONS } from '#core/events/actions.ts'
import { useMembers } from '#web/api.ts'
import { RecordPicker } from '#web/kit/record-picker.tsx'
import { allTypes } from '#web/kit/record-types.ts'
import { pathOf } from '#web/kit/titles.ts'
import { useText } from '#web/text/index.tsx'
import classes from './audit.module.css'
import { actionLabel, typeLabel } from './audit-words.page.tsx'

const KEYS = ['actorId', 'entityType', 'entityId', 'action', 'dateFrom', 'dateTo'] as const
type Asked = Partial<Record<(typeof KEYS)[number], string>>

/** What is in the log beside records. */
const TYPES = [
  ...allTypes,
  ...['mailbox', 'webhook', 'apiKey', 'aiSettings', 'model', 'job'],
  ...['workspace', 'membership', 'invite', 'user', 'session'],
]
/** What is asked for, as it stands in the address. */
export function useAsked(): [Asked, (change: Asked) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const filled = (from: Record<string, unknown>): Asked =>
    Object.fromEntries(KEYS.flatMap(key => (from[key] ? [[key, String(from[key])]] : [])))
  const asked = filled(search)
  return [
    asked,
    change => navigate({ to: '.', replace: true, search: filled({ ...asked, ...change }) as never }),
  ]
}

export function AuditFilters({ asked, ask }: { asked: Asked; ask: (change: Asked) => void }) {
  const text = useText()
  const members = useMembers()
  const common = { size: 'xs', clearable: true, searchable: true } as const
  const { entityType } = asked
  const options = (codes: string[], label: (code: string) => string, chosen: string | undefined) =>
    [...new Set([...codes, ...(chosen ? [chosen] : [])])].map(value => ({ value, label: label(value) }))
  return (
    <div className={classes.filters}>
      <Select
        {...common}
        placeholder={text.audit.anybody}
        aria-label={text.audit.who}
        value={asked.actorId ?? null}
        data={[...members.values()].map(({ id, name }) => ({ value: id, label: name }))}
        onChange={actorId => ask({ actorId: actorId ?? '' })}
      />
      <Select
        {...common}
        placeholder={text.audit.anyAction}
        aria-label={text.audit.action}
        value={asked.action ?? null}
        data={options([...EVENT_ACTIONS], code => actionLabel(text, code), asked.action)}
        onChange={action => ask({ action: action ?? '' })}
      />
      <Select
        {...common}
        placeholder={text.audit.anything}
        aria-label={text.audit.type}
        value={entityType ?? null}
        data={options(TYPES, code => typeLabel(text, code), entityType)}
        onChange={type => ask({ entityType: type ?? '', entityId: '' })}
      />
      {entityType && pathOf(entityType) && (
        <RecordPicker
          size="xs"
          aria-label={text.audit.record}
          type={entityType}
          value={asked.entityId ?? null}
          onChange={entityId => ask({ entityId: entityId ?? '' })}
        />
      )}
      <TextInput
        size="xs"
        type="date"
        aria-label={text.audit.from}
        title={text.audit.from}
        max={asked.dateTo}
        value={asked.dateFrom ?? ''}
        onChange={event => ask({ dateFrom: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        aria-label={text.audit.to}
        title={text.audit.to}
        min={asked.dateFrom}
        value={asked.dateTo ?? ''}
        onChange={event => ask({ dateTo: event.currentTarget.value })}
      />
      {Object.keys(asked).length > 0 && (
        <ActionIcon
          size={30}
          aria-label={text.audit.clear}
          title={text.audit.clear}
          onClick={() => ask(Object.fromEntries(KEYS.map(key => [key, ''])))}
        >
          <IconX size={14} />
        </ActionIcon>
      )}
    </div>
  )
}
