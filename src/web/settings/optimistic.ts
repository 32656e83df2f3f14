import { type QueryKey, useMutation } from '@tanstack/react-query'
import { messageOf, queries } from '../api.ts'
import { tellFault } from '../kit/notify.tsx'
import { useText } from '../text/index.tsx'

type Given<Data, Change> = {
  key: QueryKey
  /** What the page shows at once. */
  apply: (data: Data, change: Change) => Data
  send: (change: Change) => Promise<unknown>
  /** What else shows the same. */
  beside?: QueryKey[]
  /** What is said of it once the server has taken it. */
  done?: (change: Change) => void
}

/** A change that is shown at once, and taken back with a message where the server refuses it. */
export function useOptimistic<Data, Change>({ key, apply, send, beside = [], done }: Given<Data, Change>) {
  const text = useText()
  return useMutation({
    mutationFn: send,
    async onMutate(change: Change) {
      await queries.cancelQueries({ queryKey: key })
      const before = queries.getQueryData<Data>(key)
      if (before !== undefined) queries.setQueryData(key, apply(before, change))
      return { before }
    },
    onSuccess: (_answer, change) => done?.(change),
    onError(error, _change, context) {
      if (context?.before !== undefined) queries.setQueryData(key, context.before)
      tellFault(messageOf(error, text.common.offline))
    },
    onSettled: () => Promise.all([key, ...beside].map(queryKey => queries.invalidateQueries({ queryKey }))),
  })
}
