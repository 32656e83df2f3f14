import { ActionIcon, Indicator } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { useFormat } from '#web/kit/format.ts'
import { later } from '#web/kit/later.tsx'
import { useText } from '#web/text/index.tsx'
import { countQuery } from './model.page.tsx'

const OpenedBell = later(() => import('./latest.page.tsx'))
const COUNTED_AT_MOST = 99

/** How many I have not read; the latest of them are fetched when somebody reaches for them. */
export default function Bell() {
  const text = useText()
  const format = useFormat()
  const [isWanted, setWanted] = useState(false)
  const unread = useQuery(countQuery).data?.unread ?? 0
  const plain = (
    <ActionIcon
      size="lg"
      aria-label={text.notices.unread(format.number(unread))}
      onMouseEnter={OpenedBell.fetch}
      onFocus={OpenedBell.fetch}
      onClick={() => setWanted(true)}
    >
      <IconBell size={18} />
    </ActionIcon>
  )
  return (
    <Indicator
      disabled={!unread}
      label={unread > COUNTED_AT_MOST ? `${COUNTED_AT_MOST}+` : unread}
      size={16}
      offset={6}
      color="ink"
    >
      {isWanted ? (
        <Suspense fallback={plain}>
          <OpenedBell unread={unread} />
        </Suspense>
      ) : (
        plain
      )}
    </Indicator>
  )
}
