import { ActionIcon, Button, Select, Switch, Title, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { chartsFor } from '#web/chart/result.ts'
import { FieldInput } from '#web/kit/input.tsx'
import { type Column, useColumns, useLinkedColumns, withParts } from '#web/record/model.ts'
import { FilterBar } from '#web/table/filter-bar.tsx'
import { type conditionsOf, filterOf } from '#web/table/filters.ts'
import { useText } from '#web/text/index.tsx'
import { CHART_ICONS } from './chart-icons.page.tsx'
import { contractOf, REPORTED } from './entities.page.tsx'
import { canGroup, canRate, type Edited, fieldOfGroup, isNumber, isTime, stepOfGroup } from './model.page.tsx'
import classes from './report.module.css'
import {
  REPORT_CHARTS,
  REPORT_OPS,
  REPORT_STEPS,
  type ReportChart,
  type ReportGroup,
  type ReportMeasure,
} from './reports.contract.ts'

export type ShownFilter = ReturnType<typeof conditionsOf>

type Given = {
  edited: Edited
  change: (values: Partial<Edited>) => void
  /** The filter as it is being built: conditions without a value yet are in no filter. */
  shown: ShownFilter
  show: (filter: ShownFilter) => void
  mayShare: boolean
}

const GROUPS_AT_MOST = 2
const MEASURES_AT_MOST = 10

/** Everything that a report asks, each choice of it answered at once beside it. */
export function Panel({ edited, change, shown, show, mayShare }: Given) {
  const text = useText()
  const columns = useColumns(contractOf(edited.entity))
  const linked = useLinkedColumns(contractOf(edited.entity), REPORTED)
  const isTimed = stepOfGroup(edited.groupBy[0]) !== undefined
  const chooseEntity = (entity: string | null) => {
    if (!entity || entity === edited.entity) return
    show({ conditions: [], extra: undefined })
    change({ entity, filter: null, groupBy: [], measures: [{ op: 'count' }] })
  }
  return (
    <section className={classes.panel} aria-label={text.reports.asked}>
      <Select
        label={text.reports.records}
        value={edited.entity}
        data={REPORTED.map(({ name, label }) => ({ value: name, label: text.plurals[name] ?? label }))}
        onChange={chooseEntity}
      />
      <div>
        <FilterBar
          contract={contractOf(edited.entity)}
          view={shown}
          onChange={({ conditions = shown.conditions, ...more }) => {
            const next = { conditions, extra: 'extra' in more ? more.extra : shown.extra }
            show(next)
            change({ filter: filterOf(next.conditions, next.extra) ?? null })
          }}
        />
      </div>
      <Groups {...{ edited, change, columns: [...withParts(text, columns), ...linked] }} />
      <Measures {...{ edited, change, columns }} />
      <div className={classes.section}>
        <Title order={2}>{text.reports.chart}</Title>
        <Charts
          value={edited.chart}
          fitting={chartsFor(edited.groupBy.length, isTimed)}
          onChange={chart => change({ chart })}
        />
      </div>
      {mayShare && (
        <Switch
          label={text.reports.shared}
          description={text.reports.sharedHint}
          checked={edited.shared}
          onChange={event => change({ shared: event.currentTarget.checked })}
        />
      )}
    </section>
  )
}

type Part = Pick<Given, 'edited' | 'change'> & { columns: Column[] }

function Groups({ edited, change, columns }: Part) {
  const text = useText()
  const places = edited.groupBy.length < GROUPS_AT_MOST ? [...edited.groupBy, undefined] : edited.groupBy
  const set = (at: number, group: ReportGroup | undefined) => {
    const groupBy = [...edited.groupBy]
    groupBy.splice(at, 1, ...(group ? [group] : []))
    const isTimed = stepOfGroup(groupBy[0]) !== undefined
    const fitting = chartsFor(groupBy.length, isTimed)
    change({ groupBy, ...(fitting.includes(edited.chart) ? {} : { chart: fitting[0]! }) })
  }
  const choose = (at: number, path: string | null) => {
    const column = columns.find(one => one.path === path)
    if (!column) return set(at, undefined)
    set(at, isTime(column) ? { field: column.path, by: 'month' } : column.path)
  }
  const data = columns.filter(canGroup).map(({ path, label }) => ({ value: path, label }))
  return (
    <div className={classes.section}>
      {places.map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a group has no other name than its place
        <div key={at} className={classes.section}>
          <Select
            label={at ? text.reports.thenBy : text.reports.groupBy}
            placeholder={text.reports.noGroup}
            searchable
            clearable
            value={group ? fieldOfGroup(group) : null}
            data={data}
            onChange={path => choose(at, path)}
          />
          {group && typeof group === 'object' && (
            <Select
              size="xs"
              aria-label={`${text.reports.step} ${at + 1}`}
              value={group.by}
              data={REPORT_STEPS.map(step => ({ value: step, label: text.reports.steps[step] }))}
              onChange={by => by && set(at, { field: group.field, by: by as (typeof REPORT_STEPS)[number] })}
            />
          )}
        </div>
      ))}
    </div>
  )
}

function Measures({ edited: { measures }, change, columns }: Part) {
  const text = useText()
  const set = (at: number, measure: ReportMeasure | undefined) => {
    const next = [...measures]
    next.splice(at, 1, ...(measure ? [measure] : []))
    change({ measures: next })
  }
  return (
    <div className={classes.section}>
      <Title order={2}>{text.reports.measures}</Title>
      {measures.map((measure, at) => (
        <Measure
          // biome-ignore lint/suspicious/noArrayIndexKey: a measure has no other name than its place
          key={at}
          {...{ measure, at, columns }}
          onChange={next => set(at, next)}
          remove={measures.length > 1 ? () => set(at, undefined) : undefined}
        />
      ))}
      {measures.length < MEASURES_AT_MOST && (
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => change({ measures: [...measures, { op: 'count' }] })}
          >
            {text.reports.addMeasure}
          </Button>
        </div>
      )}
    </div>
  )
}

type MeasureGiven = {
  measure: ReportMeasure
  at: number
  columns: Column[]
  onChange: (measure: ReportMeasure) => void
  remove: (() => void) | undefined
}

function Measure({ measure, at, columns, onChange, remove }: MeasureGiven) {
  const text = useText()
  const { op, field, value } = measure
  const fields = columns.filter(op === 'rate' ? canRate : isNumber)
  const column = fields.find(({ path }) => path === field)
  const chooseOp = (next: string | null) => {
    if (!next) return
    const kept = next !== 'count' && next !== 'rate' && op !== 'rate' && op !== 'count' ? { field } : {}
    onChange({ op: next as ReportMeasure['op'], ...kept } as ReportMeasure)
  }
  return (
    <div className={classes.measure}>
      <Select
        size="xs"
        aria-label={text.reports.measure(at + 1)}
        value={op}
        data={REPORT_OPS.map(one => ({ value: one, label: text.reports.ops[one] }))}
        onChange={chooseOp}
      />
      {op === 'count' ? (
        <span />
      ) : (
        <Select
          size="xs"
          searchable
          aria-label={text.reports.measureField(at + 1)}
          value={column?.path ?? null}
          data={fields.map(({ path, label }) => ({ value: path, label }))}
          onChange={path =>
            path &&
            onChange({
              op,
              field: path,
              ...(op === 'rate' && fields.find(one => one.path === path)?.field.kind === 'boolean'
                ? { value: true }
                : {}),
            })
          }
        />
      )}
      {remove ? (
        <ActionIcon
          size="sm"
          aria-label={text.reports.removeMeasure(text.reports.measure(at + 1))}
          onClick={remove}
        >
          <IconX size={14} />
        </ActionIcon>
      ) : (
        <span />
      )}
      {op === 'rate' && column && column.field.kind !== 'boolean' && (
        <div className={classes.measureValue}>
          <FieldInput
            field={{ ...column.field, required: false }}
            name={column.path}
            label={text.reports.measureValue(at + 1)}
            value={value ?? null}
            onChange={next =>
              onChange({ op, field: column.path, ...(next === null ? {} : { value: next as string }) })
            }
            isBare
            size="xs"
          />
        </div>
      )}
    </div>
  )
}

type ChartsGiven = { value: ReportChart; fitting: ReportChart[]; onChange: (chart: ReportChart) => void }

function Charts({ value, fitting, onChange }: ChartsGiven) {
  const text = useText()
  return (
    <fieldset className={classes.kinds} style={{ border: 0, padding: 0, margin: 0 }}>
      <VisuallyHidden component="legend">{text.reports.chart}</VisuallyHidden>
      {REPORT_CHARTS.map(chart => {
        const Icon = CHART_ICONS[chart]
        return (
          <UnstyledButton
            key={chart}
            className={classes.kind}
            data-chosen={chart === value || undefined}
            aria-pressed={chart === value}
            disabled={!fitting.includes(chart)}
            onClick={() => onChange(chart)}
          >
            <Icon size={18} stroke={1.5} />
            {text.reports.charts[chart]}
          </UnstyledButton>
        )
      })}
    </fieldset>
  )
}
