import { decimalsOf } from '#core/record/currency.ts'

const ENGLISH = {
  invoice: 'Invoice',
  number: 'Number',
  date: 'Date',
  due: 'Due',
  paid: 'Paid',
  status: 'Status',
  statuses: { DRAFT: 'DRAFT', VOID: 'VOID', PAID: 'PAID' } as Record<string, string>,
  columns: {
    description: 'Description',
    quantity: 'Quantity',
    unitPrice: 'Price',
    taxRate: 'Tax %',
    amount: 'Net',
  },
  net: 'Net',
  tax: (rate: string, net: string) => `Tax ${rate} % of ${net}`,
  total: (currency: string) => `Total ${currency}`,
}

const GERMAN: typeof ENGLISH = {
  invoice: 'Rechnung',
  number: 'Nummer',
  date: 'Datum',
  due: 'Fällig',
  paid: 'Bezahlt',
  status: 'Status',
  statuses: { DRAFT: 'ENTWURF', VOID: 'STORNIERT', PAID: 'BEZAHLT' },
  columns: {
    description: 'Beschreibung',
    quantity: 'Menge',
    unitPrice: 'Preis',
    taxRate: 'USt. %',
    amount: 'Netto',
  },
  net: 'Netto',
  tax: (rate, net) => `USt. ${rate} % auf ${net}`,
  total: currency => `Gesamt ${currency}`,
}

export type Style = ReturnType<typeof styleOf>

/**
 * How an invoice in a currency is written: words, amounts, numbers and days.
 * @param locale such as `de-AT`; German words for German ones, else English. Days are `2026-01-31` in English of no country
 */
export function styleOf(currency: string, locale = 'en') {
  const words = /^de\b/i.test(locale) ? GERMAN : ENGLISH
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 })
  const dayFormat = new Intl.DateTimeFormat(locale, {
    ...{ day: 'numeric', month: words === GERMAN ? '2-digit' : 'short', year: 'numeric' },
    timeZone: 'UTC',
  })
  const money = new Intl.NumberFormat(locale, {
    ...{ style: 'currency', currency, currencyDisplay: 'code' },
    ...(decimalsOf(currency) ? { minimumFractionDigits: 2 } : {}),
  })
  const { maximumFractionDigits = 2 } = money.resolvedOptions()
  const amount = (value: number): string =>
    money
      .formatToParts(value)
      .filter(({ type }) => type !== 'currency')
      .map(({ value: part }) => part)
      .join('')
      .trim()
  return {
    words,
    /** `1,234.50`, with the decimals of the currency. */
    amount,
    /** A price has the decimals of the currency, or up to four where it is finer. */
    price: (value: number): string =>
      Number(value.toFixed(maximumFractionDigits)) === value ? amount(value) : plain.format(value),
    number: (value: number): string => plain.format(value),
    /** @param day as `2026-01-31` */
    day: (day: string): string => (locale === 'en' ? day : dayFormat.format(new Date(`${day}T00:00:00Z`))),
  }
}
