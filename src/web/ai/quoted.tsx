import { ActionIcon, Group } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { api } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { Fault } from '../kit/states.tsx'
import { pathOf } from '../kit/titles.ts'
import { fieldLabel, useText } from '../text/index.tsx'
import classes from './ai.module.css'

type Source = {
  subject?: string | null
  content?: string | null
  body?: string
  occurredAt?: string
  createdAt: string
  type?: string
  [field: string]: unknown
}
const TALKS: Record<string, string> = { interaction: 'activities', note: 'notes' }

/** What stands in the field; of a contact's name, both parts of it. */
function wordsIn(source: Source, field: string | undefined): string {
  if (!field) return source.content ?? source.body ?? ''
  const value = source[field] ?? (field === 'name' ? [source.firstName, source.lastName] : '')
  return Array.isArray(value) ? value.filter(Boolean).join(field === 'name' ? ' ' : ', ') : String(value)
}

/** The talk, note or field that the address names, with the words that were quoted marked, above what happened. */
export function QuotedSource() {
  const text = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const [id, type] = [String(search.quote), String(search.in)]
  const [from, to] = [Number(search.from), Number(search.to)]
  const field = typeof search.field === 'string' ? search.field : undefined
  const path = TALKS[type] ?? pathOf(type)
  const place = useRef<HTMLElement>(null)
  const { data, error } = useQuery({
    queryKey: ['quoted', type, id],
    queryFn: () => api.get<Source>(`/${path}/${id}`),
    enabled: path !== undefined,
  })
  const key = `${id} ${field} ${from}`
  useEffect(() => {
    if (data && key) place.current?.scrollIntoView({ block: 'center' })
  }, [data, key])
  if (path === undefined) return null
  if (error) return <Fault error={error} />
  if (!data) return null
  const words = wordsIn(data, field)
  const isPart = from >= 0 && to > from && to <= words.length
  // A field that is quoted without a place is quoted as a whole.
  const [start, end] = isPart ? [from, to] : field ? [0, words.length] : [0, 0]
  const isText = field === undefined || field === 'content' || field === 'body'
  const when = (data.occurredAt ?? data.createdAt).slice(0, 10)
  const close = () => navigate({ to: '.', search: {} as never, replace: true })
  return (
    <section ref={place} className={`card ${classes.quoted}`} aria-label={text.ai.quoted}>
      <Group justify="space-between" wrap="nowrap">
        <span className="quiet">
          {text.ai.quoted} · {(type in TALKS && text.choices[data.type ?? '']) || text.labels[type]} ·{' '}
          {isText ? format.shortDay(when) : fieldLabel(text, field)}
        </span>
        <ActionIcon size={22} aria-label={text.common.close} onClick={close}>
          <IconX size={14} />
        </ActionIcon>
      </Group>
      {isText && data.subject && <b>{data.subject}</b>}
      <p>
        {words.slice(0, start)}
        {end > start && <mark>{words.slice(start, end)}</mark>}
        {words.slice(end)}
      </p>
    </section>
  )
}
