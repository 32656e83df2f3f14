import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import type { Issue } from '#core/errors.ts'
import type { Text } from './en.ts'

/** Each language is fetched by those who read it. A further one is a file more in this folder. */
const files = import.meta.glob<Record<string, Text>>('./??.ts')
/** Read by whoever speaks none of the others. */
const COMMON = 'en'
const fileOf = (code: string): string => `./${code}.ts`
const codes = Object.keys(files)
  .map(path => path.slice(2, 4))
  .sort((a, b) => Number(b === COMMON) - Number(a === COMMON))
const loaded = new Map<string, Text>()

export const languages = codes.map(code => ({
  code,
  language: new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code,
}))
const KEPT = 'ascendore.language'

async function load(code: string): Promise<void> {
  if (loaded.has(code)) return
  const file = await files[fileOf(code)]!()
  loaded.set(code, file[code]!)
}

/** Has the strings of the reader's language at hand before anything is shown. In English where they cannot be fetched. */
export async function loadText(): Promise<void> {
  await load(preferred()).catch(() => load(COMMON))
  document.documentElement.lang = present()
}

function preferred(): string {
  const kept = localStorage.getItem(KEPT)
  const wanted = kept ? [kept] : navigator.languages.map(code => code.slice(0, 2))
  return wanted.find(code => codes.includes(code)) ?? COMMON
}

/** The language to read in, of those that are here. */
const present = (): string => (loaded.has(preferred()) ? preferred() : COMMON)

/** The strings, for what is shown from outside of components. */
export const textNow = (): Text => loaded.get(present())!

type Spoken = { text: Text; language: string; speak: (language: string) => Promise<void> }
const Context = createContext<Spoken | undefined>(undefined)

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(present)
  const spoken = useMemo(
    () => ({
      text: loaded.get(language)!,
      language,
      async speak(code: string) {
        if (!codes.includes(code)) return
        await load(code)
        localStorage.setItem(KEPT, code)
        setLanguage(code)
        document.documentElement.lang = code
      },
    }),
    [language],
  )
  return <Context value={spoken}>{children}</Context>
}

/** The strings of the language that the user reads. */
export const useText = (): Text => useLanguage().text
export function useLanguage(): Spoken {
  const spoken = useContext(Context)
  if (!spoken) throw new Error('no language is spoken here')
  return spoken
}

const words = (code: string): string =>
  code
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The name of a field: from the catalogue, or its key in words. */
export const fieldLabel = (text: Text, key: string): string => text.fields[key] ?? capital(words(key))
/** The name of a choice: from the catalogue, or its code in words. */
export const choiceLabel = (text: Text, code: string): string =>
  text.choices[code] ?? (/^[A-Z0-9_]+$/.test(code) ? capital(words(code)) : code)
/** The name of a field's option. Those of the workspace's own fields stand as they were typed: EU is no code of ours. */
export const optionLabel = (text: Text, path: string, option: string): string =>
  /(^|\.)customFields\./.test(path) ? option : choiceLabel(text, option)

/** What is wrong with a field, in the reader's language where the server has said it by a code. */
export function issueText(text: Text, { path, code, params = {}, message }: Issue): string {
  // What may be chosen instead stands as it does in the forms.
  const named =
    typeof params.options === 'string'
      ? { ...params, options: optionsText(text, path, params.options) }
      : params
  return (code ? (text.issues[code]?.(named) ?? text.refusals[code]) : undefined) ?? message
}
const optionsText = (text: Text, path: string, options: string): string =>
  options
    .split(', ')
    .map(option => optionLabel(text, path, option))
    .join(', ')

/** The field that a path of an issue ends with, as in `customFields.region` and `items.0.quantity`. */
const fieldAt = (path: string): string => path.split('.').findLast(part => !/^\d*$/.test(part)) ?? ''

/** Issues as one sentence each, with the names of their fields. */
export function issuesText(text: Text, issues: readonly Issue[]): string {
  const told = issues.slice(0, ISSUES_TOLD).map(issue => {
    const field = fieldAt(issue.path)
    return field ? `${fieldLabel(text, field)}: ${issueText(text, issue)}` : issueText(text, issue)
  })
  return [...new Set(told), ...(issues.length > ISSUES_TOLD ? ['…'] : [])].join('; ')
}
const ISSUES_TOLD = 5
