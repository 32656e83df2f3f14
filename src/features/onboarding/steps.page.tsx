import { useMutation } from '@tanstack/react-query'
import { api, type Me, meQuery, messageOf, queries, useMay, useMe, type Workspace } from '#web/api.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'

export const STEPS = ['workspace', 'pipeline', 'team', 'data'] as const
export type Step = (typeof STEPS)[number]
type Change = { name?: string; currency?: string; timezone?: string }

/**
 * The step of setting up that comes next, which the workspace itself keeps: on another device it goes on there, and what has
 * been ended is ended for all admins.
 */
export function useSetup() {
  const text = useText()
  const may = useMay()
  const { workspace } = useMe()
  const kept = workspace.settings.onboarding as Step | undefined
  const step = may.administer ? STEPS.find(each => each === kept) : undefined
  const saving = useMutation({
    mutationFn: ({ to, ...change }: Change & { to: Step | null }) =>
      api.patch<Workspace>('/workspaces/current', { ...change, settings: { onboarding: to } }),
    onSuccess(changed) {
      queries.setQueryData<Me>(
        meQuery.queryKey,
        me => me && { ...me, workspace: { ...me.workspace!, ...changed } },
      )
      queries.invalidateQueries(meQuery)
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const at = step ? STEPS.indexOf(step) : STEPS.length
  return {
    step,
    /** How many steps there are still, this one among them. */
    left: STEPS.length - at,
    isSaving: saving.isPending,
    error: saving.error,
    /** To the next step, or the end. @throws what the server refuses */
    next: (change: Change = {}) => saving.mutateAsync({ ...change, to: STEPS[at + 1] ?? null }),
    back: () => saving.mutate({ to: STEPS[Math.max(0, at - 1)]! }),
    end: () => saving.mutateAsync({ to: null }),
  }
}
