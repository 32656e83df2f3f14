import { ScrollArea, SimpleGrid } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useMemo, useRef } from 'react'
import { api, issuesByPath, useMe, usePipelines } from '../api.ts'
import { Dialog } from '../kit/dialog.tsx'
import { DialogFoot } from '../kit/dialog-foot.tsx'
import { useDraft } from '../kit/draft.ts'
import { DraftNote } from '../kit/draft-note.tsx'
import { FieldInput } from '../kit/input.tsx'
import { tell } from '../kit/notify.tsx'
import { useText } from '../text/index.tsx'
import { type AnyContract, type Column, changeOf, type Row, refreshAround, useColumns } from './model.ts'

type Given = {
  contract: AnyContract
  /** The fields to ask for first; required ones are always there. */
  fields?: readonly string[]
  /** What is known already, such as the company whose page this is. */
  initial?: Record<string, unknown>
  close: () => void
  created?: (row: Row) => void
}

/** Asks for a new record and creates it. What was typed is kept until it is sent. */
export function RecordForm({ contract, fields, initial = EMPTY, close, created }: Given) {
  const text = useText()
  const label = text.labels[contract.name] ?? contract.label
  const columns = useColumns(contract)
  const name = `${contract.name}.${JSON.stringify(initial)}`
  const { draft, isRestored, change, forget } = useDraft(name, initial)
  const asked = useMemo(() => askedFor(columns, fields), [columns, fields])
  const creating = useMutation({
    mutationFn: () => api.post<Row>(`/${contract.path}`, bodyOf(draft)),
    onSuccess(row) {
      forget()
      refreshAround(contract.name)
      tell(text.common.created(label))
      close()
      created?.(row)
    },
  })
  const spans = useMemo(() => spansOf(asked), [asked])
  const issues = issuesByPath(creating.error)
  const form = useRef<HTMLFormElement>(null)
  // What is refused may stand above what is in sight.
  useEffect(() => {
    if (creating.error) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [creating.error])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    creating.mutate()
  }
  const defaultOf = useDefaults(draft)
  const set = (column: Column, value: unknown) => {
    // The stages of one pipeline are none of another's.
    if (column.path === 'pipelineId') return change({ pipelineId: value, stageId: undefined })
    if (!column.isCustom) return change(changeOf(column, value))
    const key = column.path.slice('customFields.'.length)
    change({ customFields: { ...(draft.customFields as object), [key]: value } })
  }
  return (
    <Dialog
      onClose={close}
      title={text.table.newRecord(label)}
      size="lg"
      scrollAreaComponent={ScrollArea.Autosize}
    >
      <form ref={form} onSubmit={submit} noValidate>
        <DraftNote {...{ isRestored, forget }} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {asked.map((column, index) => (
            <div key={column.path} style={spans[index] ? { gridColumn: '1 / -1' } : undefined}>
              <FieldInput
                field={column.field}
                name={column.path}
                label={column.label}
                value={shown(column.read(draft as Row), defaultOf(column))}
                onChange={value => set(column, value)}
                error={issues[column.path]}
                autoFocus={index === 0}
                row={draft}
              />
            </div>
          ))}
        </SimpleGrid>
        <DialogFoot
          submit={text.common.create}
          close={close}
          isSending={creating.isPending}
          error={creating.error}
          beside={asked.map(({ path }) => path)}
        />
      </form>
    </Dialog>
  )
}

const EMPTY = {}

/** Of any length, and often filled in already: as an invoice's from the title of its deal. */
const TITLES = new Set(['title', 'name'])

/** Which fields take a whole line: titles, long texts, and what would else stand beside nothing. */
function spansOf(asked: readonly Column[]): boolean[] {
  const isLong = asked.map(({ field, path }) => field.kind === 'longText' || TITLES.has(path))
  let isBegun = false
  return asked.map((_, at) => {
    const isAlone = !isBegun && (isLong[at + 1] ?? true)
    const spans = Boolean(isLong[at]) || isAlone
    isBegun = !spans && !isBegun
    return spans
  })
}

/** What the server takes where a field is left as it is, so that nobody has to guess. */
function useDefaults(draft: Record<string, unknown>) {
  const { user, workspace } = useMe()
  const pipelines = usePipelines()
  const own =
    pipelines.find(({ id }) => id === draft.pipelineId) ?? pipelines.find(({ isDefault }) => isDefault)
  return ({ path, field }: Column): unknown => {
    if (path === 'ownerId' || path === 'assigneeId') return user.id
    if (field.default !== undefined || field.nullable) return field.default
    if (field.kind === 'currency') return workspace.currency
    if (field.target === 'pipeline') return own?.id
    return field.target === 'stage' ? own?.stages.find(({ kind }) => kind === 'OPEN')?.id : undefined
  }
}

function askedFor(columns: Column[], fields: readonly string[] | undefined): Column[] {
  const writable = columns.filter(column => column.isWritable && column.field.kind !== 'object')
  if (!fields) return writable
  const first = fields.flatMap(path => writable.filter(column => column.path === path))
  return [...first, ...writable.filter(column => column.field.required && !first.includes(column))]
}

/** What was emptied stays empty, and does not turn into the default again under the hand. */
const shown = (value: unknown, standard: unknown): unknown => (value === undefined ? standard : value)

/** Whose it is the server decides by itself unless told that it is nobody's. */
const MAY_BE_NOBODYS = ['ownerId', 'assigneeId']

const bodyOf = (draft: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(draft).filter(
      ([key, value]) =>
        value !== undefined && value !== '' && (value !== null || MAY_BE_NOBODYS.includes(key)),
    ),
  )
