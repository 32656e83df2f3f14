import { useMutation, useQuery } from '@tanstack/react-query'
import { api, messageOf, queries } from '../api.ts'
import { tell, tellFault } from '../kit/notify.tsx'
import { useText } from '../text/index.tsx'

/** The exact words in a record on which a claim rests. */
export type Evidence = {
  recordType: string
  recordId: string
  field?: string
  sentence: string
  /** What a field holds, where the ground is no words. */
  value?: string | number | boolean | null | string[]
  /** What the record is called, beside a value or a day. */
  title?: string
  start?: number
  end?: number
  occurredAt?: string
}
/** A call that is ready to be sent. */
export type OneClick = { method: 'POST'; path: string; body: Record<string, unknown> }
export type Common = {
  evidence: Evidence[]
  confidence: number
  warnings: Array<{ code: string; message: string }>
  provider: string
  model: string
  generatedAt: string
}
export type Advice = {
  key: string
  action: string
  reason: string
  evidence: Evidence[]
  create?: OneClick | null
}

/** An answer is kept for so long before it is asked for anew; each counts against a limit of 20 a minute. */
const FRESH_MS = 5 * 60_000

/** Asks an AI route; where the workspace's model is not to be had, the builtin answer is taken. */
export function useAnswer<T>(path: string, body: object = {}, isWanted = true) {
  return useQuery({
    queryKey: ['ai', path, body],
    enabled: isWanted,
    staleTime: FRESH_MS,
    retry: false,
    queryFn: () => api.post<T & Common>(`${path}?fallback=builtin`, body),
  })
}

/** Creates what a piece of advice proposes. */
export function useOneClick() {
  const text = useText()
  return useMutation({
    mutationFn: ({ path, body }: OneClick) => api.post(path, body),
    onSuccess() {
      tell(text.ai.taskMade)
      for (const key of ['task', 'related', 'timeline']) queries.invalidateQueries({ queryKey: [key] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
}
