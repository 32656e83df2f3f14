import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { de } from './de.ts'
import { en, type Text } from './en.ts'

const LANGUAGES: Record<string, Text> = { en, de }
export const languages = Object.entries(LANGUAGES).map(([code, { language }]) => ({ code, language }))
const KEPT = 'ascendore.language'

function preferred(): string {
  const kept = localStorage.getItem(KEPT)
  const wanted = kept ? [kept] : navigator.languages.map(code => code.slice(0, 2))
  return wanted.find(code => code in LANGUAGES) ?? 'en'
}

/** The strings, for what is shown from outside of components. */
export const textNow = (): Text => LANGUAGES[preferred()]!

type Spoken = { text: Text; language: string; speak: (language: string) => void }
const Context = createContext<Spoken>({ text: en, language: 'en', speak: () => {} })

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferred)
  const spoken = useMemo(
    () => ({
      text: LANGUAGES[language]!,
      language,
      speak(code: string) {
        if (!(code in LANGUAGES)) return
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
export const useText = (): Text => useContext(Context).text
export const useLanguage = () => useContext(Context)

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
