/** Letters that are none with an accent, as `unaccent` of PostgreSQL writes them. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
}
const OTHERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

/** In lower case, letters that are none with an accent in those of ASCII; accents are the caller's affair. */
export const latin = (text: string): string => text.toLowerCase().replace(OTHERS, letter => LETTERS[letter]!)

/** Case and accents folded away, as the database's `crm_fold` does. */
export const folded = (text: string): string => latin(text.normalize('NFD').replace(/\p{M}/gu, ''))

export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)
