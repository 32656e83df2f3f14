import { useQuery } from '@tanstack/react-query'
import { fetched } from '../kit/later.tsx'
import { type AnyContract, useLinkedColumns } from '../record/model.ts'
import { hangingOn } from './hanging.ts'

const NONE: readonly AnyContract[] = []

/** What a filter of a record type reaches beyond its own fields. The contracts come with the first filter that is opened. */
export function useReach(contract: AnyContract) {
  const { data: types = NONE } = useQuery({
    queryKey: ['contracts'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await fetched(() => import('#features/reports/entities.page.tsx'))).REPORTED,
  })
  return {
    linked: useLinkedColumns(contract, types),
    hanging: hangingOn(contract, types),
    isKnown: types !== NONE,
  }
}
