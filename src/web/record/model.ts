import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Contract } from '#core/record/contract.ts'
import type { Field } from '#core/record/fields.ts'
import { noteContract } from '#features/notes/notes.contract.ts'
import { api, queries } from '../api.ts'
import { customKind } from '../kit/custom-kind.ts'
import type { RelatedValue } from '../kit/related-input.tsx'
import { typeKeyOf } from '../kit/titles.ts'
import type { Text } from '../text/en.ts'
import { fieldLabel, useText } from '../text/index.tsx'

export type Row = { id: string; version: number; mayChange?: boolean } & Record<string, unknown>
/** What the web app needs of a record type's contract. */
export type AnyContract = Pick<
  Contract,
  'name' | 'path' | 'label' | 'title' | 'defaultSort' | 'importable' | 'exportable' | 'softDelete'
> & {
  fields: Record<string, Field>
}

/** Whether notes, and with them tasks and files, may hang on records of the type. */
export const holdsNotes = ({ name }: AnyContract): boolean =>
  noteContract.fields.relatedType.options?.some(type => type === name) ?? false

type CustomField = { key: string; label: string; type: string; options: string[]; required: boolean }

const customQuery = (entity: string) =>
  queryOptions({
    queryKey: ['custom-fields', entity],
    staleTime: 5 * 60_000,
    queryFn: async () =>
      (await api.get<{ rows: CustomField[] }>('/custom-fields', { query: { entity, limit: 200 } })).rows,
  })

/** One field as the web app shows it: of the contract or one that the workspace has defined. */
export type Column = {
  /** `amount`, or `customFields.region` as filters and sorts say it. */
  path: string
  label: string
  field: Field
  isCustom: boolean
  isWritable: boolean
  read: (row: Row) => unknown
}

const HIDDEN = new Set([
  ...['id', 'workspaceId', 'customFields', 'relatedType', 'attachedToType', 'contactIds', 'stages'],
  // Shown where they belong: an invoice's lines, the warnings of a visit.
  ...['items', 'taxes', 'warnings', 'startsAt', 'endsAt', 'datedAt', 'metrics'],
])
const SYSTEM = new Set(['createdById', 'createdAt', 'updatedAt'])
const UNFILTERED: Field['kind'][] = ['object', 'custom', 'links', 'texts']

/** All fields of a record type with the workspace's own, labelled for the reader. */
export function useColumns(contract: AnyContract): Column[] {
  const text = useText()
  const { data: custom = NONE } = useQuery({ ...customQuery(contract.name), enabled: hasCustom(contract) })
  return useMemo(() => columnsOf(text, contract, custom), [contract, custom, text])
}

/** The fields that the workspace has defined for a record type. */
export function useCustomColumns(entity: string, enabled: boolean): Column[] {
  const { data: custom = NONE } = useQuery({ ...customQuery(entity), enabled })
  return useMemo(() => custom.map(customColumn), [custom])
}

/** The fields of the records of these types that a record links to, named after the link: `company.industry`. */
export function useLinkedColumns(contract: AnyContract, types: readonly AnyContract[]): Column[] {
  const text = useText()
  const links = useMemo(
    () =>
      Object.entries(contract.fields).flatMap(([key, { kind, target }]) => {
        const type = kind === 'link' ? types.find(({ name }) => name === target) : undefined
        return type ? [{ key, type }] : []
      }),
    [contract, types],
  )
  const customs = useQueries({
    queries: links.map(({ type }) => ({ ...customQuery(type.name), enabled: hasCustom(type) })),
    combine: results => results.map(({ data }) => data ?? NONE),
  })
  return useMemo(
    () =>
      links.flatMap(({ key, type }, i) =>
        withParts(text, columnsOf(text, type, customs[i]!)).map(column => ({
          ...column,
          path: `${key.replace(/Id$/, '')}.${column.path}`,
          label: text.common.within(fieldLabel(text, key), column.label),
        })),
      ),
    [links, customs, text],
  )
}

const hasCustom = ({ fields }: AnyContract): boolean => 'customFields' in fields

function columnsOf(text: Text, contract: AnyContract, custom: CustomField[]): Column[] {
  const own = Object.entries(contract.fields)
    .filter(([key]) => !HIDDEN.has(key))
    .map(
      ([key, field]): Column => ({
        path: key,
        label: fieldLabel(text, key),
        field: field.kind === 'related' ? withTypes(field, contract.fields[typeKeyOf(key)]) : field,
        isCustom: false,
        isWritable: field.writable === 'always',
        read: row => row[key],
      }),
    )
  const more = custom.map(customColumn)
  // What every record has says least, so it stands last.
  const isSystem = ({ path }: Column) => SYSTEM.has(path)
  return [...own.filter(column => !isSystem(column)), ...more, ...own.filter(isSystem)]
}
const NONE: CustomField[] = []

const customColumn = ({ key, label, type, options, required }: CustomField): Column => ({
  path: `customFields.${key}`,
  label,
  field: { ...customKind(type, options), required },
  isCustom: true,
  isWritable: true,
  read: row => (row.customFields as Record<string, unknown> | undefined)?.[key],
})

/** A link to a record of any type, with the types there are. */
const withTypes = (field: Field, types: Field | undefined): Field => ({ ...field, options: types?.options })

/** The columns with what may be filtered and grouped by of those that hold several values: `billingAddress.city`. */
export const withParts = (text: Text, columns: readonly Column[]): Column[] =>
  columns.flatMap(column => [
    column,
    ...(column.field.parts ?? []).map(
      (part): Column => ({
        ...column,
        path: `${column.path}.${part}`,
        label: text.common.partOf(fieldLabel(text, part), column.label),
        field: { ...column.field, kind: 'text', parts: undefined },
        isWritable: false,
        read: row => (column.read(row) as Record<string, unknown> | null | undefined)?.[part],
      }),
    ),
  ])

export const canFilter = ({ field }: Column): boolean => !UNFILTERED.includes(field.kind)

/** The body that changes one column. */
export const changeOf = (column: Column, value: unknown): Record<string, unknown> =>
  column.field.kind === 'related'
    ? relatedChange(column.path, value as RelatedValue)
    : column.isCustom
      ? { customFields: { [column.path.slice('customFields.'.length)]: value } }
      : { [column.path]: value }

const relatedChange = (path: string, value: RelatedValue): Record<string, unknown> => ({
  [typeKeyOf(path)]: value?.type ?? null,
  [path]: value?.id ?? null,
})

export const recordQuery = (contract: Pick<AnyContract, 'path' | 'name'>, id: string) =>
  queryOptions({
    queryKey: [contract.name, 'one', id],
    queryFn: () => api.get<Row>(`/${contract.path}/${id}`),
  })

/** A record that was changed, as the live connection tells it. */
export type Touched = { entityId: string; changes?: Record<string, { old?: unknown; new?: unknown }> }

const refreshers = new Map<string, (touched: Touched[] | undefined) => void>()
/** What is loaded of a record type in another shape than lists, and knows better what a change concerns. */
export const refreshBy = (name: string, run: (touched: Touched[] | undefined) => void): void =>
  void refreshers.set(name, run)

/** Lists, boards and titles that may show the records are read again; without `touched` any may have changed. */
export function refreshAround(name: string, touched?: Touched[]): void {
  queries.invalidateQueries({ queryKey: [name] })
  queries.invalidateQueries({ queryKey: ['title', name] })
  queries.invalidateQueries({ queryKey: ['timeline'] })
  refreshers.get(name)?.(touched)
  queries.invalidateQueries({ queryKey: ['dashboard'] })
}
