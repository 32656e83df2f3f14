import { Button } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { Suspense, useState } from 'react'
import { useMay } from '../api.ts'
import { later } from '../kit/later.tsx'
import { useText } from '../text/index.tsx'

const AiPanel = later(() => import('./panel.tsx'))

type Given = { type: string; row: { id: string } & Record<string, unknown> }

/** Opens what AI says of a record; its code comes with the first click. */
export function AiButton({ type, row }: Given) {
  const text = useText()
  const may = useMay()
  const [isOpen, open] = useState(false)
  if (!may.write) return null
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconBulb size={14} />}
        aria-expanded={isOpen}
        onClick={() => open(!isOpen)}
      >
        {text.ai.title}
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <AiPanel type={type} row={row} close={() => open(false)} />
        </Suspense>
      )}
    </>
  )
}
