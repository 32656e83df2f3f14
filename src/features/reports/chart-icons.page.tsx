import {
  IconChartAreaLine,
  IconChartBar,
  IconChartDonut,
  IconChartLine,
  IconNumbers,
  IconStack2,
  IconTable,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { ReportChart } from './reports.contract.ts'

export const CHART_ICONS: Record<ReportChart, ComponentType<{ size?: number; stroke?: number }>> = {
  TABLE: IconTable,
  NUMBER: IconNumbers,
  BAR: IconChartBar,
  STACKED_BAR: IconStack2,
  LINE: IconChartLine,
  AREA: IconChartAreaLine,
  DONUT: IconChartDonut,
}
