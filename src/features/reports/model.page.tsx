import type { Spec } from '#web/chart/result.ts'
import { type Column, canFilter, type Row } from '#web/record/model.ts'
import type { ReportChart, ReportGroup, ReportMeasure, ReportSchedule } from './reports.contract.ts'

/** A saved report as the API answers it. */
export type SavedReport = Row & {
  name: string
  description: string | null
  entity: string
  filter: object | null
  groupBy: ReportGroup[]
  measures: ReportMeasure[]
  chart: ReportChart
  shared: boolean
  schedule: ReportSchedule | null
  nextSendAt: string | null
  lastSentAt: string | null
  scheduleError: string | null
  receivesMail: boolean
  createdById: string | null
}

/** What somebody edits of a report. */
export type Edited = Pick<
  SavedReport,
  'name' | 'description' | 'entity' | 'filter' | 'groupBy' | 'measures' | 'chart' | 'shared'
>

export const NEW_REPORT: Edited = {
  name: '',
  description: null,
  entity: 'deal',
  filter: null,
  groupBy: ['stageId'],
  measures: [{ op: 'sum', field: 'amount' }],
  chart: 'BAR',
  shared: false,
}

export const editedOf = (report: Edited): Edited => ({
  name: report.name,
  description: report.description,
  entity: report.entity,
  filter: report.filter,
  groupBy: report.groupBy,
  measures: report.measures,
  chart: report.chart,
  shared: report.shared,
})

export const specOf = ({ entity, filter, groupBy, measures }: Edited): Spec => ({
  entity,
  ...(filter ? { filter } : {}),
  groupBy,
  measures,
})

export const fieldOfGroup = (group: ReportGroup): string => (typeof group === 'string' ? group : group.field)
export const stepOfGroup = (group: ReportGroup | undefined) =>
  typeof group === 'object' ? group.by : undefined

const NUMBERS = ['integer', 'number', 'money']
const UNGROUPED = ['longText', 'links', 'object', 'custom', 'id', 'email', 'phone', 'url']

export const canGroup = ({ field }: Column): boolean => !UNGROUPED.includes(field.kind)
export const isNumber = ({ field }: Column): boolean => NUMBERS.includes(field.kind)
export const isTime = ({ field }: Column): boolean => field.kind === 'date' || field.kind === 'moment'
/** Whose values one may ask the share of. */
export const canRate = (column: Column): boolean =>
  canFilter(column) && ['choice', 'boolean', 'member'].includes(column.field.kind)

export const isComplete = ({ measures }: Edited): boolean =>
  measures.length > 0 &&
  measures.every(
    ({ op, field, value }) => op === 'count' || (field && (op !== 'rate' || value !== undefined)),
  )
