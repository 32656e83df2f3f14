import type { Text } from '#web/text/en.ts'
import { fieldLabel } from '#web/text/index.tsx'

/** What happened, in a word; what the catalogue does not know is its code in words. */
export const actionLabel = (text: Text, action: string): string =>
  text.audit.actions[action] ?? fieldLabel(text, action)

/** With what it happened. */
export const typeLabel = (text: Text, type: string): string =>
  text.labels[type] ?? text.audit.types[type] ?? fieldLabel(text, type)
