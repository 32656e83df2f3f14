export type Slots = Record<string, string>

/** Templates come by the thousand but are few, so each is taken apart once: text, slot, text, slot, … */
const parsed = new Map<string, string[]>()

/** The template with its `{slots}` filled; an unknown slot keeps its name, so that it shows. */
export function fill(template: string, slots: Slots): string {
  let parts = parsed.get(template)
  if (!parts) {
    parts = template.split(/\{(\w+)\}/)
    // Only the word lists' own templates are kept, never text with filled slots.
    if (parts.length > 1) parsed.set(template, parts)
  }
  let text = parts[0]!
  for (let i = 1; i < parts.length; i += 2) text += (slots[parts[i]!] ?? `{${parts[i]}}`) + parts[i + 1]!
  return text
}

export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
