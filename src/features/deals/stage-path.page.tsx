import { UnstyledButton } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useMayChange, usePipelines } from '#web/api.ts'
import type { Row } from '#web/record/model.ts'
import classes from './board.module.css'
import { useMove } from './move.page.tsx'

/** The stages of the deal's pipeline, the present one marked; a click moves the deal. */
export function StagePath({ deal }: { deal: Row }) {
  const mayMove = useMayChange()(deal)
  const { move, dialog } = useMove()
  const stages = usePipelines().find(({ id }) => id === deal.pipelineId)?.stages ?? []
  const present = stages.findIndex(({ id }) => id === deal.stageId)
  const path = useRef<HTMLDivElement>(null)
  // On a phone the stages are wider than the page, and the present one is what one looks for.
  useEffect(() => {
    const step = path.current?.children[present] as HTMLElement | undefined
    if (step) path.current!.scrollLeft = step.offsetLeft - (path.current!.clientWidth - step.clientWidth) / 2
  }, [present])
  return (
    <div ref={path} className={classes.path}>
      {stages.map((stage, index) => (
        <UnstyledButton
          key={stage.id}
          className={classes.step}
          data-kind={stage.kind}
          data-passed={index < present || undefined}
          aria-current={index === present ? 'step' : undefined}
          disabled={!mayMove || index === present}
          onClick={() => move(deal, stage)}
        >
          <span className="one-line">{stage.name}</span>
        </UnstyledButton>
      ))}
      {dialog}
    </div>
  )
}
