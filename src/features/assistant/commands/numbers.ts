/** An amount or a number in a sentence: `50k`, `€1.5 million`, `12,500`, `3 000 EUR`. */
export const NUMBER =
  '(?:[$€£¥]\\s?|(?:eur|usd|gbp|chf|jpy)\\s)?\\d[\\d.,]*(?:\\s?(?:k|m|mn|mio|bn|thousand|million|billion))?(?:\\s?(?:[€$£¥%]|eur|usd|gbp|chf|jpy|euros?|dollars?|pounds?|percent)(?!\\w))?(?!\\w)'

const FACTORS: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
}
const CURRENCIES: Record<string, string> = {
  $: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  '€': 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  '£': 'GBP',
  pound: 'GBP',
  pounds: 'GBP',
  '¥': 'JPY',
}

/** The number that a text says, and its currency where it names one. */
export function numberFrom(text: string): { value: number; currency?: string } | undefined {
  const found =
    /^\s*([$€£¥]|eur|usd|gbp|chf|jpy)?\s?(\d[\d.,]*)\s?(k|mn|mio|million|m|bn|billion|thousand)?\s?([€$£¥%]|eur|usd|gbp|chf|jpy|euros?|dollars?|pounds?|percent)?\s*$/i.exec(
      text,
    )
  if (!found) return undefined
  const value = digits(found[2]!) * (FACTORS[found[3]?.toLowerCase() ?? ''] ?? 1)
  const sign = (found[1] ?? found[4])?.toLowerCase()
  const currency = sign && (CURRENCIES[sign] ?? (/^[a-z]{3}$/.test(sign) ? sign.toUpperCase() : undefined))
  return Number.isFinite(value)
    ? { value: Math.round(value * 100) / 100, ...(currency ? { currency } : {}) }
    : undefined
}

/** A point or a comma before exactly three digits parts thousands, before others decimals. */
function digits(text: string): number {
  const bare = text.replace(/[.,]$/, '')
  if (/^\d{1,3}([.,]\d{3})+$/.test(bare)) return Number(bare.replace(/[.,]/g, ''))
  const at = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','))
  if (at < 0) return Number(bare)
  return Number(`${bare.slice(0, at).replace(/[.,]/g, '')}.${bare.slice(at + 1)}`)
}
