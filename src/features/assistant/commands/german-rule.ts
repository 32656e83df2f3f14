/** A German sentence and the English command that it is. */
export type GermanRule = readonly [RegExp, (...found: string[]) => string]

/** The pattern stands for the whole sentence, but for a `bitte` in front of it; what it captures makes the English one. */
export const germanRule = (pattern: string, to: (...found: string[]) => string): GermanRule => [
  new RegExp(`^(?:bitte\\s+)?(?:${pattern})$`, 'iu'),
  (_, ...found) => to(...found),
]
