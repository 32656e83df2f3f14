import { useMemo } from 'react'
import { usePipelines } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import type { Text } from '#web/text/en.ts'
import { fieldLabel, optionLabel, useText } from '#web/text/index.tsx'
import type { Cell, ResultGroup, ResultMeasure } from './result.ts'

const UNKNOWN = '–'

/**
 * The name of a field, also of a part of one (`billingAddress.city`) and of a linked record's: `company.industry`, whose label the
 * server gives with the same steps before it.
 */
export function labelOf(text: Text, { field, label }: { field: string; label: string }): string {
  if (field.startsWith('customFields.')) return label
  const at = field.indexOf('.')
  if (at < 0) return fieldLabel(text, field)
  const [link, rest] = [field.slice(0, at), field.slice(at + 1)]
  const key = /s$/.test(link) ? `${link.slice(0, -1)}Ids` : `${link}Id`
  const inner = labelOf(text, { field: rest, label: label.slice(at + 1) })
  return text.fields[link] && !text.fields[key]
    ? text.common.partOf(inner, fieldLabel(text, link))
    : text.common.within(fieldLabel(text, key), inner)
}

/** How the keys and measures of a result are called and written for the reader. */
export function useWords() {
  const text = useText()
  const format = useFormat()
  const pipelines = usePipelines()
  return useMemo(() => {
    const { locale } = format
    const month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' })
    const stepOf = (day: string, by: string): string => {
      const year = day.slice(0, 4)
      if (by === 'year') return year
      if (by === 'quarter') return text.reports.quarter(Math.ceil(Number(day.slice(5, 7)) / 3), year)
      if (by === 'month') return month.format(new Date(`${day}T00:00:00Z`))
      return by === 'week' ? text.reports.weekOf(format.shortDay(day)) : format.shortDay(day)
    }
    const places = new Map(
      pipelines.flatMap(({ stages }, at) => stages.map(({ id, order }) => [id, at * 1000 + order] as const)),
    )
    const write = (
      value: number,
      { kind }: Pick<ResultMeasure, 'kind'>,
      currency: string | null,
      isShort = false,
    ) => {
      if (kind === 'rate')
        return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(value)
      if (kind === 'money' && currency)
        return isShort ? format.shortMoney(value, currency) : format.money(value, currency)
      return new Intl.NumberFormat(locale, {
        maximumFractionDigits: 2,
        ...(isShort ? { notation: 'compact' } : {}),
      }).format(value)
    }
    return {
      write,
      keyOf(group: ResultGroup, key: Cell, name: string | null): string {
        if (key === null || key === '') return text.common.none
        if (group.by) return stepOf(String(key), group.by)
        if (group.kind === 'boolean') return key ? text.common.yes : text.common.no
        if (group.kind === 'choice') return optionLabel(text, group.field, String(key))
        if (group.kind === 'date') return format.day(String(key))
        const isId = group.kind === 'member' || group.kind === 'link' || group.kind === 'related'
        return name ?? (isId ? UNKNOWN : String(key))
      },
      measureOf: (measure: ResultMeasure): string =>
        measure.op === 'count'
          ? text.reports.ops.count
          : text.reports.measured(text.reports.ops[measure.op], measureField(text, measure)),
      groupOf: (group: ResultGroup): string =>
        group.by
          ? text.reports.byStep(labelOf(text, group), text.reports.steps[group.by as 'day'])
          : labelOf(text, group),
      others: text.reports.others,
      placeOf: (group: ResultGroup, key: Cell) =>
        group.kind === 'link' ? places.get(String(key)) : undefined,
    }
  }, [text, format, pipelines])
}

/** A custom field's own name stands behind the operation in the label that the server gives. */
function measureField(text: Text, { op, field, label }: ResultMeasure): string {
  const isCustom = field!.startsWith('customFields.')
  if (op === 'rate') {
    const [, value = ''] = / (\S+)$/.exec(label) ?? []
    const name = isCustom ? field!.slice('customFields.'.length) : fieldLabel(text, field!)
    return value === 'true' ? name : `${name}: ${optionLabel(text, field!, value)}`
  }
  return isCustom ? label.slice(`${op} of `.length) : fieldLabel(text, field!)
}
