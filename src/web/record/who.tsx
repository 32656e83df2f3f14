import { useMemberName } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { useText } from '../text/index.tsx'

/** What a member is called; somebody who has left, or a program, is somebody. */
export function useName(id: string | null): string {
  const text = useText()
  return useMemberName(id) ?? text.common.unknown
}

export function When({ at }: { at: string }) {
  const format = useFormat()
  return (
    <time dateTime={at} title={format.moment(at)} className="quiet numbers">
      {format.ago(at)}
    </time>
  )
}
