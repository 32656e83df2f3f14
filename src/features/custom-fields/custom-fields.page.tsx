import { Badge, Button, Menu, Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, queries } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell, tellUndo } from '#web/kit/notify.tsx'
import { extensibleTypes } from '#web/kit/record-types.ts'
import { Sortable } from '#web/kit/sortable.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import { useText } from '#web/text/index.tsx'
import classes from './custom-fields.module.css'
import { FieldDialog } from './field-dialog.page.tsx'

export type CustomField = {
  id: string
  entity: string
  key: string
  label: string
  type: string
  options: string[]
  required: boolean
  version: number
}
type Fields = CustomField[]

// Under the key by which records read them, so that both see a change.
const keyOf = (entity: string) => ['custom-fields', entity]
export const refreshFields = (entity: string) => queries.invalidateQueries({ queryKey: keyOf(entity) })

/** The fields that the workspace has added to its records. */
export default function CustomFields() {
  const text = useText()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as { entity?: string }
  const entity = extensibleTypes.includes(search.entity ?? '') ? search.entity! : 'contact'
  const [isMaking, setMaking] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: keyOf(entity),
    queryFn: async () =>
      (await api.get<{ rows: Fields }>('/custom-fields', { query: { entity, limit: 200 } })).rows,
  })
  return (
    <SettingsPage
      title={text.customFields.title}
      hint={text.customFields.hint}
      action={<Button onClick={() => setMaking(true)}>{text.customFields.create}</Button>}
    >
      <Select
        maw={260}
        label={text.customFields.entity}
        value={entity}
        data={extensibleTypes.map(value => ({ value, label: text.plurals[value] ?? value }))}
        onChange={value => navigate({ to: '.', search: { entity: value } as never, replace: true })}
      />
      {error ? (
        <Fault error={error} retry={refetch} />
      ) : !data ? (
        <Waiting />
      ) : data.length ? (
        <FieldList key={entity} entity={entity} fields={data} />
      ) : (
        <Blank
          title={text.customFields.empty(text.plurals[entity] ?? entity)}
          text={text.customFields.emptyHint}
        >
          <Button variant="default" onClick={() => setMaking(true)}>
            {text.customFields.create}
          </Button>
        </Blank>
      )}
      {isMaking && <FieldDialog entity={entity} taken={data ?? []} close={() => setMaking(false)} />}
    </SettingsPage>
  )
}

function FieldList({ entity, fields }: { entity: string; fields: Fields }) {
  const text = useText()
  const [asked, ask] = useState<{ what: 'edit' | 'delete'; field: CustomField }>()
  const ordering = useOptimistic<Fields, string[]>({
    key: keyOf(entity),
    apply: (all, ids) => ids.map(id => all.find(field => field.id === id)!),
    send: fieldIds => api.put('/custom-fields/reorder', { entity, fieldIds }),
  })
  return (
    <>
      <Sortable
        label={text.customFields.title}
        items={fields.map(field => ({ ...field, name: field.label }))}
        move={ids => ordering.mutate(ids)}
      >
        {field => (
          <>
            <span className={classes.name}>
              <span className="one-line" title={field.label}>
                {field.label}
              </span>
              <span className={`quiet one-line ${classes.second}`}>
                <code>{field.key}</code> · {text.customFields.types[field.type] ?? field.type}
                {field.options.length > 0 && `: ${field.options.join(', ')}`}
              </span>
            </span>
            {field.required && (
              <Badge variant="light" color="gray" radius="sm" tt="none" miw="max-content">
                {text.customFields.required}
              </Badge>
            )}
            <MoreMenu label={field.label} size={28}>
              <Menu.Item onClick={() => ask({ what: 'edit', field })}>{text.common.edit}</Menu.Item>
              <Menu.Item color="red" onClick={() => ask({ what: 'delete', field })}>
                {text.common.delete}
              </Menu.Item>
            </MoreMenu>
          </>
        )}
      </Sortable>
      {asked?.what === 'edit' && (
        <FieldDialog entity={entity} field={asked.field} taken={fields} close={() => ask(undefined)} />
      )}
      {asked?.what === 'delete' && <RemoveField field={asked.field} close={() => ask(undefined)} />}
    </>
  )
}

/** The values stay with the records, so that a field that comes back has them again. */
function RemoveField({ field, close }: { field: CustomField; close: () => void }) {
  const text = useText()
  const restoring = useMutation({
    mutationFn: () => api.post(`/custom-fields/${field.id}/restore`, {}),
    onSettled: () => refreshFields(field.entity),
    onSuccess: () => tell(text.common.saved),
  })
  const removing = useMutation({
    mutationFn: () => api.delete(`/custom-fields/${field.id}`),
    onSuccess() {
      refreshFields(field.entity)
      tellUndo(text.pipelines.deleted(field.label), text.common.undo, () => restoring.mutate())
      close()
    },
  })
  return (
    <Confirm
      title={text.pipelines.deleteTitle(field.label)}
      text={text.customFields.deleteText}
      submit={text.common.delete}
      color="red"
      close={close}
      run={() => removing.mutate()}
      isSending={removing.isPending}
      error={removing.error}
    />
  )
}
