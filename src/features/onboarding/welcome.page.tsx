import { Button, Group, Progress, Title } from '@mantine/core'
import { Navigate } from '@tanstack/react-router'
import { type ComponentType, type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import { useText } from '#web/text/index.tsx'
import { DataStep } from './data-step.page.tsx'
import { PipelineStep } from './pipeline-step.page.tsx'
import { STEPS, type Step, useSetup } from './steps.page.tsx'
import { TeamStep } from './team-step.page.tsx'
import classes from './welcome.module.css'
import { WorkspaceStep } from './workspace-step.page.tsx'

const BODIES: Record<Step, ComponentType> = {
  workspace: WorkspaceStep,
  pipeline: PipelineStep,
  team: TeamStep,
  data: DataStep,
}

/** The first minutes of a workspace: each step may be skipped, left and taken up again; afterwards it is gone. */
export default function Welcome() {
  const text = useText()
  const { step, end, isSaving } = useSetup()
  if (!step) return <Navigate to="/" />
  const Body = BODIES[step]
  const number = STEPS.indexOf(step) + 1
  return (
    <div className={classes.page}>
      <div className={classes.column}>
        <Group justify="space-between">
          <Title order={1}>{text.welcome.title}</Title>
          <Button variant="subtle" color="gray" disabled={isSaving} onClick={() => end().catch(() => {})}>
            {text.welcome.skipAll}
          </Button>
        </Group>
        <div>
          <p className={`quiet ${classes.text}`} role="status">
            {text.welcome.step(number, STEPS.length)}
          </p>
          <Progress
            mt={6}
            size="xs"
            value={(number / STEPS.length) * 100}
            aria-label={text.welcome.step(number, STEPS.length)}
          />
        </div>
        <Body key={step} />
      </div>
    </div>
  )
}

type FrameGiven = {
  title: string
  hint: string
  children: ReactNode
  /** Does what the step is for; then the next one comes. */
  submit?: () => Promise<unknown>
  isSending?: boolean
}

/** One step: what it is for, its fields, and the ways on and back. */
export function StepFrame({ title, hint, children, submit, isSending }: FrameGiven) {
  const text = useText()
  const { step, next, back, isSaving } = useSetup()
  const head = useRef<HTMLHeadingElement>(null)
  // The step before is gone with its focus.
  useEffect(() => head.current?.focus(), [])
  const skip = () => next().catch(() => {})
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    submit?.().catch(() => {})
  }
  return (
    <form className={`card ${classes.step}`} noValidate onSubmit={onSubmit}>
      <div>
        <Title order={2} ref={head} tabIndex={-1} className={classes.stepTitle}>
          {title}
        </Title>
        <p className={`quiet ${classes.text}`}>{hint}</p>
      </div>
      {children}
      <Group justify="space-between">
        {step === STEPS[0] ? (
          <span />
        ) : (
          <Button variant="subtle" color="gray" disabled={isSaving} onClick={back}>
            {text.welcome.back}
          </Button>
        )}
        <Group gap="xs">
          <Button variant="default" disabled={isSaving} onClick={skip}>
            {text.welcome.skip}
          </Button>
          {submit && (
            <Button type="submit" loading={isSending || isSaving}>
              {text.welcome.next}
            </Button>
          )}
        </Group>
      </Group>
    </form>
  )
}
