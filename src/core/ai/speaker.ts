/** How whoever asks writes: the language to answer in, and in which order they write the parts of a date; unknown where nothing tells. */
export type Speaker = { language: 'en' | 'de'; dates?: 'day first' | 'month first' }

const TAGS_READ = 10

/** Told by the languages that the client asks for (RFC 9110 12.5.4, `Accept-Language`), as the web app sends the reader's choice. */
export function speakerFrom(acceptLanguage: string | undefined): Speaker {
  const tags = (acceptLanguage ?? '')
    .split(',')
    .slice(0, TAGS_READ)
    .map(part => {
      const [tag = '', ...more] = part.split(';').map(one => one.trim())
      const weight = Number(more.find(one => one.startsWith('q='))?.slice(2) ?? 1)
      return { tag, weight }
    })
    .filter(({ tag, weight }) => tag !== '' && tag !== '*' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
  const spoken = tags.map(tag => tag.slice(0, 2).toLowerCase()).find(code => code === 'de' || code === 'en')
  return { language: spoken === 'de' ? 'de' : 'en', dates: tags[0] ? orderIn(tags[0]) : undefined }
}

/** English is written both ways: without a region nothing is known. */
function orderIn(tag: string): Speaker['dates'] {
  try {
    const locale = new Intl.Locale(tag)
    if (locale.language === 'en' && !locale.region) return undefined
    const parts = new Intl.DateTimeFormat(tag, { dateStyle: 'short' }).formatToParts()
    const at = (type: string) => parts.findIndex(part => part.type === type)
    return at('day') < at('month') ? 'day first' : 'month first'
  } catch {
    return undefined
  }
}
