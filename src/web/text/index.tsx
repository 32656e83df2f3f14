import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { en, type Text } from './en.ts'

/** Every other language is fetched by those who read it. A further one is a file more in this folder. */
const others = import.meta.glob<Record<string, Text>>(['./??.ts', '!./en.ts'])
const fileOf = (code: string): string => `./${code}.ts`
const codes = ['en', ...Object.keys(others).map(path => path.slice(2, 4))]
const loaded = new Map<string, Text>([['en', en]])

export const languages = codes.map(code => ({
  code,
  language: new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code,
}))
const KEPT = 'ascendore.language'

async function load(code: string): Promise<void> {
  if (loaded.has(code)) return
  const file = await others[fileOf(code)]!()
  loaded.set(code, file[code]!)
}

/** Has the strings of the reader's language at hand before anything is shown. In English where they cannot be fetched. */
export async function loadText(): Promise<void> {
  await load(preferred()).catch(() => {})
  document.documentElement.lang = loaded.has(preferred()) ? preferred() : 'en'
}

function preferred(): string {
  const kept = localStorage.getItem(KEPT)
  const wanted = kept ? [kept] : navigator.languages.map(code => code.slice(0, 2))
  return wanted.find(code => codes.includes(code)) ?? 'en'
}

/** The strings, for what is shown from outside of components. */
export const textNow = (): Text => loaded.get(preferred()) ?? en

type Spoken = { text: Text; language: string; speak: (language: string) => Promise<void> }
const Context = createContext<Spoken>({ text: en, language: 'en', speak: async () => {} })

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => (loaded.has(preferred()) ? preferred() : 'en'))
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
