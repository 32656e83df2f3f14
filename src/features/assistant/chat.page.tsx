import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
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
export type Pending = {
  content: string
  parts: Part[]
  error?: string
  /** What was asked and may be asked again, and whether it was the model that failed. */
  again?: { content: string; isWithoutModel: boolean }
}

export type Chat = ReturnType<typeof useChat>

/** A conversation: what was said, what is being said, and what may be done about it. */
export function useChat(id: string | undefined) {
  const text = useText()
  const navigate = useNavigate()
  const kept = useQuery({ ...conversationQuery(id ?? ''), enabled: id !== undefined })
  const [pending, setPending] = useState<Pending>()
  const [decided, setDecided] = useState<ReadonlyMap<string, Proposal>>(NOTHING)
  // Kept here and not with the card: that is drawn anew once the answer has been read as it was kept.
  const [refused, setRefused] = useState<ReadonlyMap<string, unknown>>(NOTHING)
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
    async (content: string, byRules = false) => {
      controller.current = new AbortController()
      const { signal } = controller.current
      let conversationId = id
      let parts: Part[] = []
      let error: string | undefined
      let again: Pending['again']
      setPending({ content, parts })
      try {
        for await (const chunk of ask({ content, conversationId, signal, byRules })) {
          if (chunk.type === 'data-conversation') conversationId = (chunk.data as { id: string }).id
          if (chunk.type === 'error') error = chunk.errorText as string
          parts = withChunk(parts, chunk)
          setPending({ content, parts, error })
        }
      } catch (thrown) {
        if (!signal.aborted) error = messageOf(thrown, text.common.offline)
        again = { content, isWithoutModel: thrown instanceof ApiError && thrown.code === 'AI_UNAVAILABLE' }
      }
      if (!isHere.current) return
      if (!conversationId)
        return setPending({ content, parts, error: error ?? text.assistant.stopped, again })
      await settle(conversationId)
      setPending(error ? { content: '', parts: [], error, again } : undefined)
      if (!id) navigate({ to: '/assistant/$id', params: { id: conversationId }, replace: true })
    },
    [id, navigate, text],
  )
  const decide = useCallback(async (proposal: Proposal, verb: 'confirm' | 'reject') => {
    const refusal = (error: unknown) => setRefused(before => new Map(before).set(proposal.id, error))
    refusal(undefined)
    const result = await api.post<Proposal>(`/ai/proposals/${proposal.id}/${verb}`).catch(refusal)
    if (!result) return
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
    refusal: (proposal: Proposal) => refused.get(proposal.id),
    decide,
  }
}

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>()
const NONE: Message[] = []

/** Reads the conversation as the server has kept it, and the list in which it now stands first. */
async function settle(id: string): Promise<void> {
  queries.invalidateQueries(conversationsQuery)
  await queries.fetchQuery({ ...conversationQuery(id), staleTime: 0 }).catch(() => {})
}
