import { Text as P, Progress } from '@mantine/core'
import { dayIn } from '#core/record/relative-time.ts'
import { invoicesOf } from '#features/invoices/invoice-list.page.tsx'
import { tasksOf } from '#features/tasks/task-list.page.tsx'
import { useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import type { Row } from '#web/record/model.ts'
import { RecordPage } from '#web/record/record-page.tsx'
import { prefetchRecord } from '#web/record/timeline.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './project.module.css'
import { projectContract } from './projects.contract.ts'

const RELATED = [tasksOf('project'), invoicesOf('project', project => ({ title: project.name }))]

export const prefetch = prefetchRecord(projectContract)

export default function Project() {
  return (
    <RecordPage
      contract={projectContract}
      facts={['status', 'priority', 'companyId', 'projectManagerId']}
      related={RELATED}
      banner={project => <Standing project={project} />}
    />
  )
}

/** How far it is: tasks, hours and days, each against what was planned. */
function Standing({ project }: { project: Row }) {
  const text = useText()
  const format = useFormat()
  const { workspace } = useMe()
  const hours = project.actualHours as number | null
  const planned = project.estimatedHours as number | null
  const due = project.dueDate as string | null
  const isDone = project.status === 'COMPLETED' || project.status === 'CANCELLED'
  const isLate = due !== null && !isDone && due < dayIn(workspace.timezone)
  const dates =
    project.startDate || due
      ? [project.startDate, due].map(day => (day ? format.day(day as string) : '–')).join(' → ')
      : '–'
  return (
    <section className={classes.standing} aria-label={text.projects.standing}>
      <Meter
        label={text.plurals.task!}
        value={text.projects.tasks(project.completedTaskCount as number, project.taskCount as number)}
        percent={project.progress as number}
      />
      <Meter
        label={text.projects.hours}
        value={
          planned === null
            ? format.number(hours ?? 0)
            : text.projects.of(format.number(hours ?? 0), format.number(planned))
        }
        percent={planned ? ((hours ?? 0) / planned) * 100 : 0}
      />
      <div>
        <P size="xs" className="quiet">
          {text.projects.dates}
        </P>
        <P size="sm" className={`numbers ${isLate ? 'late' : ''}`}>
          {dates}
        </P>
      </div>
    </section>
  )
}

function Meter({ label, value, percent }: { label: string; value: string; percent: number }) {
  const isOver = percent > 100
  return (
    <div>
      <P size="xs" className="quiet">
        {label}
      </P>
      <P size="sm" className={`numbers ${isOver ? 'late' : ''}`}>
        {value}
      </P>
      <Progress
        size="sm"
        mt={4}
        value={Math.min(100, percent)}
        color={isOver ? 'red' : 'ink'}
        aria-label={`${label}: ${value}`}
      />
    </div>
  )
}
