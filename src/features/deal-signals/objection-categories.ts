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
