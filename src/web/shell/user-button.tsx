import { Avatar, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { type ButtonHTMLAttributes, lazy, type Ref, Suspense, useState } from 'react'
import { useMe } from '../api.ts'

const load = () => import('./user-menu.tsx')
const UserMenu = lazy(load)

/** Who is signed in, and where; behind it stands the menu, which is fetched when somebody reaches for it. */
export function UserButton({ showShortcuts }: { showShortcuts: () => void }) {
  const [isWanted, setWanted] = useState(false)
  const plain = (
    <Face
      aria-haspopup="menu"
      aria-expanded={false}
      onMouseEnter={load}
      onFocus={load}
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
      <Avatar size={30} radius="xl" name={user.name} color="initials" aria-hidden />
    </UnstyledButton>
  )
}
