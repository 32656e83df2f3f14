import classes from './analytics.module.css'
import { ForecastPanel, PipelinePanel } from './deals.page.tsx'

/** The team's charts for the home page: what is open, and what is to come. */
export default function TeamCharts() {
  return (
    <div className={classes.grid}>
      <PipelinePanel />
      <ForecastPanel />
    </div>
  )
}
