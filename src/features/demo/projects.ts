import { DAY_MS } from '#core/time.ts'
import { clamp, HOUR_MS, iso, isoDate, numberInOrder, workMoment } from './clock.ts'
import type { World } from './companies.ts'
import type { Deal } from './deals.ts'
import { SALES } from './market.ts'
import type { Random } from './random.ts'
import type { DemoProject, DemoTask } from './types.ts'

const COUNT = 36
const LATEST = 6
const SPAN_DAYS = 420
const LEAST_UNITS = 12
/** The steps of a rollout, with the share of its time at which each is due, and how long it takes. */
const STEPS = [
  ['Survey the site and the Wi-Fi', 0.12, 0.1],
  ['Configure the devices', 0.3, 0.2],
  ['Connect the warehouse system', 0.45, 0.25],
  ['Pilot with one shift', 0.6, 0.15],
  ['Train the shift leads', 0.78, 0.1],
  ['Roll out to all', 0.92, 0.15],
  ['Hand over to support', 1, 0.05],
] as const

type Made = { project: DemoProject; tasks: DemoTask[] }

function statusOf(random: Random, startMs: number, dueMs: number, nowMs: number): DemoProject['status'] {
  if (startMs > nowMs) return 'PLANNING'
  if (dueMs > nowMs) return random.chance(0.12) ? 'ON_HOLD' : 'IN_PROGRESS'
  return random.weighted([
    ['COMPLETED', 84],
    ['IN_PROGRESS', 9],
    ['CANCELLED', 7],
  ])
}

function stepTask(
  project: DemoProject,
  step: (typeof STEPS)[number],
  bounds: { startMs: number; endMs: number; nowMs: number },
  random: Random,
): DemoTask {
  const { startMs, endMs, nowMs } = bounds
  const dueMs = startMs + step[1] * (endMs - startMs)
  const createdMs = Math.min(Date.parse(project.createdAt) + HOUR_MS, nowMs)
  const isLive = project.status === 'IN_PROGRESS' || project.status === 'ON_HOLD'
  // Whoever is late with a project is late with its last steps.
  const isDone = project.status === 'COMPLETED' || (isLive && dueMs < nowMs - 6 * DAY_MS && step[1] < 0.9)
  const isNext = isLive && !isDone && dueMs - step[2] * (endMs - startMs) < nowMs
  const doneMs = workMoment(random, dueMs + random.between(-3, 2) * DAY_MS, createdMs, nowMs)
  return {
    key: '',
    title: step[0],
    description: project.name,
    type: 'TODO',
    priority: project.priority,
    dueAt: iso(Math.max(dueMs, createdMs)),
    completedAt: isDone ? iso(doneMs) : null,
    progress: isDone
      ? 'COMPLETED'
      : project.status === 'CANCELLED'
        ? 'CANCELLED'
        : isNext
          ? 'IN_PROGRESS'
          : 'PENDING',
    assigneeKey: project.projectManagerKey,
    createdByKey: project.ownerKey,
    relatedType: 'project',
    relatedKey: project.key,
    createdAt: iso(createdMs),
  }
}

function projectOf(world: World, random: Random, deal: Deal, key: string): Made {
  const { nowMs } = world
  const { record, product, quantity, planMs } = deal
  const createdMs = workMoment(
    random,
    planMs + random.between(0, 4) * DAY_MS,
    planMs,
    Math.max(planMs, nowMs),
  )
  const startMs = createdMs + random.between(5, 20) * DAY_MS
  const dueMs = startMs + clamp(20 + quantity / 2, 28, 100) * random.between(0.85, 1.2) * DAY_MS
  const status = statusOf(random, startMs, dueMs, nowMs)
  const isCompleted = status === 'COMPLETED'
  const completedMs = clamp(dueMs + random.between(-8, 6) * DAY_MS, startMs + DAY_MS, nowMs)
  const estimatedHours = Math.round((14 + quantity * 0.6) * 2) / 2
  const elapsed = clamp((nowMs - startMs) / (dueMs - startMs), 0, 1)
  const spent = isCompleted ? random.between(0.8, 1.35) : elapsed * random.between(0.6, 1.2)
  const project: DemoProject = {
    key,
    name: `Rollout of ${product.noun} at ${deal.company.record.name}`,
    description: `${quantity} × ${product.name}, from delivery to daily use.`,
    status,
    priority: quantity >= 60 ? 'HIGH' : 'MEDIUM',
    companyKey: record.companyKey,
    dealKey: record.key,
    ownerKey: record.ownerKey,
    projectManagerKey: random.chance(0.5) ? 'member-admin' : record.ownerKey,
    startDate: isoDate(startMs),
    dueDate: isoDate(dueMs),
    completionDate: isCompleted ? isoDate(completedMs) : null,
    estimatedHours,
    actualHours: Math.round(estimatedHours * spent * 4) / 4,
    tags: [product.line],
    createdAt: iso(createdMs),
  }
  const bounds = { startMs, endMs: isCompleted ? completedMs : dueMs, nowMs }
  const steps = STEPS.filter((_, i) => i === 0 || i > 4 || random.chance(0.75))
  return { project, tasks: steps.map(step => stepTask(project, step, bounds, random)) }
}

/** Rollouts of the larger deals that were won of late, and the tasks of each. */
export function addProjects(
  world: World,
  deals: readonly Deal[],
): { projects: DemoProject[]; tasks: DemoTask[] } {
  const random = world.random.stream('projects')
  const large = deals
    .filter(
      ({ record, quantity, planMs }) =>
        record.status === 'WON' &&
        record.pipelineKey === SALES &&
        quantity >= LEAST_UNITS &&
        planMs > world.nowMs - SPAN_DAYS * DAY_MS &&
        planMs < world.nowMs - DAY_MS,
    )
    .sort((a, b) => a.planMs - b.planMs)
  // The latest always, so that some have not begun.
  const made = [...large.slice(-LATEST), ...random.sample(large.slice(0, -LATEST), COUNT - LATEST)]
    .sort((a, b) => a.planMs - b.planMs)
    .map((deal, i) => projectOf(world, random, deal, `project-${i + 1}`))
  const tasks = made.flatMap(each => each.tasks)
  return {
    projects: made.map(({ project }) => project),
    tasks: numberInOrder(
      tasks.map(record => ({ atMs: Date.parse(record.createdAt), record })),
      'project-task',
    ),
  }
}
