import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api, messageOf, queries } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import {
  ask,
  conversationQuery,
  conversationsQuery,
  type Message,
  type Part,
  type Proposal,
  withChunk,
} from './model.page.tsx'

/** What is being asked and answered at the moment. */
export type Pending = { content: string; parts: Part[]; error?: string }

export type Chat = ReturnType<typeof useChat>

/** A conversation: what was said, what is being said, and what may be done about it. */
export function useChat(id: string | undefined) {
  const text = useText()
  const navigate = useNavigate()
  const kept = useQuery({ ...conversationQuery(id ?? ''), enabled: id !== undefined })
  const [pending, setPending] = useState<Pending>()
  const [decided, setDecided] = useState<ReadonlyMap<string, Proposal>>(NOTHING)
  const controller = useRef<AbortController>(undefined)
  const isHere = useRef(true)
  useEffect(() => {
    isHere.current = true
    return () => {
      isHere.current = false
      controller.current?.abort()
    }
  }, [])
  const send = useCallback(
    async (content: string) => {
      controller.current = new AbortController()
      const { signal } = controller.current
      let conversationId = id
      let parts: Part[] = []
      let error: string | undefined
      setPending({ content, parts })
      try {
        for await (const chunk of ask({ content, conversationId, signal })) {
          if (chunk.type === 'data-conversation') conversationId = (chunk.data as { id: string }).id
          if (chunk.type === 'error') error = chunk.errorText as string
          parts = withChunk(parts, chunk)
          setPending({ content, parts, error })
        }
      } catch (thrown) {
        if (!signal.aborted) error = messageOf(thrown, text.common.offline)
      }
      if (!isHere.current) return
      if (!conversationId) return setPending({ content, parts, error: error ?? text.assistant.stopped })
      await settle(conversationId)
      setPending(error ? { content: '', parts: [], error } : undefined)
      if (!id) navigate({ to: '/assistant/$id', params: { id: conversationId }, replace: true })
    },
    [id, navigate, text],
  )
  const decide = useCallback(async (proposal: Proposal, verb: 'confirm' | 'reject') => {
    const result = await api.post<Proposal>(`/ai/proposals/${proposal.id}/${verb}`)
    setDecided(before => new Map(before).set(result.id, result))
    if (verb === 'confirm')
      queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'assistant' })
  }, [])
  return {
    kept,
    messages: kept.data?.messages ?? NONE,
    pending,
    isBusy: pending !== undefined && !pending.error,
    send,
    stop: () => controller.current?.abort(),
    forget: () => setPending(undefined),
    current: (proposal: Proposal) => decided.get(proposal.id) ?? proposal,
    decide,
  }
}

const NOTHING: ReadonlyMap<string, Proposal> = new Map()
const NONE: Message[] = []

/** Reads the conversation as the server has kept it, and the list in which it now stands first. */
async function settle(id: string): Promise<void> {
  queries.invalidateQueries(conversationsQuery)
  await queries.fetchQuery({ ...conversationQuery(id), staleTime: 0 }).catch(() => {})
}
