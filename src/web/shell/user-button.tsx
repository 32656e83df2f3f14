import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import { type ButtonHTMLAttributes, type Ref, Suspense, useState } from 'react'
import { useMe } from '../api.ts'
import { Initials } from '../kit/initials.tsx'
import { later } from '../kit/later.tsx'

const UserMenu = later(() => import('./user-menu.tsx'))

/** Who is signed in, and where; behind it stands the menu, which is fetched when somebody reaches for it. */
export function UserButton({ showShortcuts }: { showShortcuts: () => void }) {
  const [isWanted, setWanted] = useState(false)
  const plain = (
    <Face
      aria-haspopup="menu"
      aria-expanded={false}
      onMouseEnter={UserMenu.fetch}
      onFocus={UserMenu.fetch}
      onClick={() => setWanted(true)}
    />
  )
  if (!isWanted) return plain
  return (
    <Suspense fallback={plain}>
      <UserMenu showShortcuts={showShortcuts} />
    </Suspense>
  )
}

type Given = ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement> }

export function Face(given: Given) {
  const { user, workspace } = useMe()
  return (
    <UnstyledButton {...given}>
      <VisuallyHidden>
        {user.name}, {workspace.name}
      </VisuallyHidden>
      <Initials size={30} name={user.name} />
    </UnstyledButton>
  )
}
