import type { ComponentType, ReactNode } from 'react'
import type { AnyContract, Column } from '../record/model.ts'
import type { Text } from '../text/en.ts'
import type { View } from './view.ts'

/** What more may be done with selected rows, by their ids. */
export type BulkActions = (ids: string[], clear: () => void) => ReactNode

/** What a layout shows its records by. */
export type LayoutGiven = {
  contract: AnyContract
  /** All fields there are. */
  columns: Column[]
  /** The columns that a table shows first. */
  standard: readonly string[]
  view: View
  change: (change: Partial<View>) => void
  /** What the server is asked for: the view's filter and what the page narrows it by. */
  filter: object | undefined
  /** Whether that is what the page begins with, and nobody has asked for anything else. */
  isAsBegun: boolean
  /** Opens the form for a new record, with what is known of it already. */
  create: (initial: Record<string, unknown>) => void
  /** How a reader calls one of these records, and several. */
  label: string
  plural: string
  bulk?: BulkActions
}

/** One way to show the records of a view: as a table, a board, a calendar. */
export type Layout = {
  name: string
  label: (text: Text) => string
  icon: ComponentType<{ size?: number }>
  Body: ComponentType<LayoutGiven>
  /** Controls of the layout's own, beside search and filter. */
  Tools?: ComponentType<LayoutGiven>
}
