import { ActionIcon, Group } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { api } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { Fault } from '../kit/states.tsx'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'

type Source = {
  subject?: string | null
  content?: string | null
  body?: string
  occurredAt?: string
  createdAt: string
  type?: string
}
const PATHS: Record<string, string> = { interaction: 'activities', note: 'notes' }

/** The talk or note that the address names, with the words that were quoted marked, above what happened. */
export function QuotedSource() {
  const text = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const [id, type] = [String(search.quote), String(search.in)]
  const [from, to] = [Number(search.from), Number(search.to)]
  const place = useRef<HTMLElement>(null)
  const { data, error } = useQuery({
    queryKey: ['quoted', type, id],
    queryFn: () => api.get<Source>(`/${PATHS[type]}/${id}`),
    enabled: type in PATHS,
  })
  const key = `${id} ${from}`
  useEffect(() => {
    if (data && key) place.current?.scrollIntoView({ block: 'center' })
  }, [data, key])
  if (!(type in PATHS)) return null
  if (error) return <Fault error={error} />
  if (!data) return null
  const words = data.content ?? data.body ?? ''
  const isMarked = from >= 0 && to > from && to <= words.length
  const close = () => navigate({ to: '.', search: {} as never, replace: true })
  return (
    <section ref={place} className={`card ${classes.quoted}`} aria-label={text.ai.quoted}>
      <Group justify="space-between" wrap="nowrap">
        <span className="quiet">
          {text.ai.quoted} · {text.choices[data.type ?? ''] ?? text.labels[type]} ·{' '}
          {format.shortDay((data.occurredAt ?? data.createdAt).slice(0, 10))}
        </span>
        <ActionIcon size={22} aria-label={text.common.close} onClick={close}>
          <IconX size={14} />
        </ActionIcon>
      </Group>
      {data.subject && <b>{data.subject}</b>}
      <p>
        {isMarked ? (
          <>
            {words.slice(0, from)}
            <mark>{words.slice(from, to)}</mark>
            {words.slice(to)}
          </>
        ) : (
          words
        )}
      </p>
    </section>
  )
}
