/** A day of 24 hours; of the calendar not every one has so many. */
export const DAY_MS = 86_400_000
