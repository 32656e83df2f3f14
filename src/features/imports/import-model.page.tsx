import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { api } from '#web/api.ts'
import type { Text } from '#web/text/en.ts'
import type { PreviewAnswer } from './answers.ts'
import type { Reading } from './import-reading.page.tsx'
import { type Distinct, type Meanings, useValues, valueMappingOf } from './import-values.page.tsx'
import { reasonsOf } from './reasons.page.tsx'

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const isWorkbook = ({ name, type }: File): boolean => type === XLSX_TYPE || /\.xlsx$/i.test(name)

/** A field that a column may fill, in the reader's language: also of what a record is linked to, by its name, e-mail or domain. */
export function targetLabel({ fields, imports }: Text, field: string, label = field): string {
  if (fields[field]) return fields[field]
  const [, link, by] = /^(\w+?)(Name|Email|Domain)s?$/.exec(field) ?? []
  const linked = link && (fields[`${link}Id`] ?? fields[`${link}Ids`])
  if (linked)
    return `${linked} (${{ Name: imports.byName, Email: imports.byEmail, Domain: imports.byDomain }[by!]})`
  const [whole, part] = field.split('.')
  return part && fields[whole!] && fields[part] ? `${fields[whole!]}: ${fields[part]}` : label
}

/** As much of a file as the server looks at to suggest what fills what. */
const HEAD_BYTES = 1 << 20

export type OnDuplicate = 'skip' | 'update' | 'create'

type Tried = {
  entity: string
  file: File
  sheet: string | undefined
  mapping: Record<string, string>
  onDuplicate: OnDuplicate
  reading: Reading
  meanings: Meanings
  /** The trial, which met values that stand behind what is looked at beforehand. */
  importId?: string
}
/** What the last trial was made with: whoever comes back from its result goes on from there. */
let tried: Tried | undefined

/** What the wizard knows and does: the file, what fills what, what values mean, and how it is started. */
export function useWizard(entity: string, path: string) {
  const navigate = useNavigate()
  const [before] = useState(() => (tried?.entity === entity ? tried : undefined))
  const [file, setFile] = useState(before?.file)
  const [mapping, setMapping] = useState(before?.mapping ?? {})
  const [onDuplicate, setOnDuplicate] = useState<OnDuplicate>(before?.onDuplicate ?? 'skip')
  const [reading, setReading] = useState<Reading>(
    before?.reading ?? { createLinked: false, ignoreUnknownMembers: false, dateOrder: null },
  )
  const [meanings, setMeanings] = useState<Meanings>(before?.meanings ?? {})
  const looking = useMutation({
    mutationFn: ({ chosen, sheet }: { chosen: File; sheet?: string; isAgain?: boolean }) =>
      previewOf(path, chosen, sheet),
    onSuccess(preview, { isAgain }) {
      if (isAgain) return
      setMapping(preview.mapping)
      setMeanings({})
      setOnDuplicate(preview.matchBy ? 'skip' : 'create')
    },
  })
  const distinct = useDistinct(looking.data, file === before?.file ? before?.importId : undefined)
  const values = useValues(entity, mapping, distinct)
  const starting = useMutation({
    mutationFn(dryRun: boolean) {
      const form = new FormData()
      form.set('mapping', JSON.stringify(mapping))
      form.set('valueMapping', JSON.stringify(valueMappingOf(values.data?.columns, meanings)))
      form.set('onDuplicate', onDuplicate)
      form.set('dryRun', String(dryRun))
      for (const [key, value] of Object.entries(reading)) if (value) form.set(key, String(value))
      if (looking.data?.sheet !== undefined) form.set('sheet', looking.data.sheet)
      // Last, since the server reads a form's settings before its file.
      form.set('file', file!)
      tried = dryRun
        ? { entity, file: file!, sheet: looking.data?.sheet, mapping, onDuplicate, reading, meanings }
        : undefined
      return api.post<{ id: string }>(`${path}/import`, form, { timeoutMs: 3_600_000 })
    },
    onSuccess({ id }) {
      if (tried) tried.importId = id
      return navigate({ to: '/imports/$id', params: { id } })
    },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, where a trial came before
  useEffect(() => {
    tried = undefined
    if (before) looking.mutate({ chosen: before.file, sheet: before.sheet, isAgain: true })
  }, [])
  const choose = (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen)
    starting.reset()
    looking.mutate({ chosen })
  }
  /** What was said of the values of a column no longer holds where it fills another field. */
  const changeMapping = (next: Record<string, string>) => {
    setMeanings(
      Object.fromEntries(Object.entries(meanings).filter(([header]) => next[header] === mapping[header])),
    )
    setMapping(next)
  }
  return {
    ...{ file, choose, looking, starting, values, distinct },
    ...{ mapping, changeMapping, meanings, setMeanings, onDuplicate, setOnDuplicate, reading, setReading },
  }
}

function previewOf(path: string, chosen: File, sheet: string | undefined): Promise<PreviewAnswer> {
  if (isWorkbook(chosen))
    return api.post<PreviewAnswer>(`${path}/import/preview`, chosen, {
      headers: { 'content-type': XLSX_TYPE },
      query: sheet === undefined ? {} : { sheet },
      timeoutMs: 600_000,
    })
  return api.post<PreviewAnswer>(`${path}/import/preview`, chosen.slice(0, HEAD_BYTES), {
    headers: { 'content-type': 'text/csv' },
  })
}

/** The values that the head of the file shows, and those at which a trial of the whole file stopped. */
function useDistinct(preview: PreviewAnswer | undefined, importId: string | undefined): Distinct | undefined {
  const { data } = useQuery({ ...reasonsOf(importId ?? '', 1), enabled: importId !== undefined })
  return useMemo(() => {
    if (!preview || !data) return preview?.distinct
    const all: Distinct = { ...preview.distinct }
    for (const { column, value, count } of data.rows) {
      if (column === null || !value || !preview.header.includes(column)) continue
      const known = all[column] ?? []
      if (!known.some(one => one.value === value)) all[column] = [...known, { value, count }]
    }
    return all
  }, [preview, data])
}
