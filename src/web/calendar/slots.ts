import { addDays, dayIn, momentAt, offsetMs } from '#core/record/relative-time.ts'

export const DAY_MINUTES = 24 * 60
/** What times snap to. */
export const STEP_MINUTES = 15

/** A place in the calendar, by the clock of the workspace. */
export type Slot = {
  /** YYYY-MM-DD */
  day: string
  /** Minutes since midnight; undefined for what belongs to the day alone. */
  start: number | undefined
  minutes: number
}

/** What the calendar shows of a record. */
export type Item = Slot & {
  id: string
  title: string
  hint?: string
  /** The address of its page. */
  path: string
  tone: 'plain' | 'done' | 'late'
  /** What should be looked at. */
  warning?: string
  isMovable: boolean
  isResizable: boolean
}

/** HH:mm of minutes since midnight. */
export const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Where a moment stands on the clock of a zone. */
export function slotAt(moment: string, zone: string, minutes: number): Slot {
  const ms = Date.parse(moment)
  const local = new Date(ms + offsetMs(zone, ms)).toISOString()
  return { day: dayIn(zone, new Date(ms)), start: minutesOf(local.slice(11, 16)), minutes }
}

/** The moment of a slot; of one without a time its midnight. */
export const momentOf = ({ day, start = 0 }: Slot, zone: string): string =>
  momentAt(day, clock(start), zone).toISOString()

/** The slot moved by days and minutes, kept within its day. */
export function moved(slot: Slot, days: number, minutes: number): Slot {
  const day = addDays(slot.day, days)
  if (slot.start === undefined) return { ...slot, day }
  return { ...slot, day, start: within(slot.start + minutes, 0, DAY_MINUTES - STEP_MINUTES) }
}

export const resized = (slot: Slot, by: number): Slot => ({
  ...slot,
  minutes: within(slot.minutes + by, STEP_MINUTES, DAY_MINUTES),
})

const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))

export const snap = (minutes: number): number => Math.round(minutes / STEP_MINUTES) * STEP_MINUTES

export const isSameSlot = (a: Slot, b: Slot): boolean =>
  a.day === b.day && a.start === b.start && a.minutes === b.minutes

export type Placed = { item: Item; column: number; columns: number }

/** Puts what overlaps side by side: each gets the first free column of its group, and all of a group are equally wide. */
export function placed(items: Item[]): Placed[] {
  const sorted = [...items].sort((a, b) => a.start! - b.start! || b.minutes - a.minutes)
  const result: Placed[] = []
  let group: Placed[] = []
  let ends: number[] = []
  const close = () => {
    for (const each of group) each.columns = ends.length
    result.push(...group)
    group = []
    ends = []
  }
  for (const item of sorted) {
    if (ends.every(end => end <= item.start!)) close()
    const free = ends.findIndex(end => end <= item.start!)
    const column = free < 0 ? ends.length : free
    ends[column] = item.start! + Math.max(item.minutes, STEP_MINUTES * 2)
    group.push({ item, column, columns: 1 })
  }
  close()
  return result
}
