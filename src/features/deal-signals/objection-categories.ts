/** What buyers object to; the categories of `POST /ai/objection-handler`. */
export const OBJECTION_CATEGORIES = [
  'price',
  'timing',
  'authority',
  'need',
  'trust',
  'competitor',
  'product',
  'contract',
] as const
export type ObjectionCategory = (typeof OBJECTION_CATEGORIES)[number]

export const mapOf = <T>(make: (category: ObjectionCategory) => T): Record<ObjectionCategory, T> =>
  Object.fromEntries(OBJECTION_CATEGORIES.map(category => [category, make(category)])) as Record<
    ObjectionCategory,
    T
  >
