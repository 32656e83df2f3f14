import { inLanguage, languageSpoken, percentText } from '#core/ai/language.ts'

/** What speaks against a field, by code and figures: shares and correlations as they are, 0 to 1. Kept with the card and worded when it is read. */
export type Finding =
  | { code: 'EMPTY' | 'SAME_EVERYWHERE'; params: Record<string, never> }
  | { code: 'NAMES_ROW'; params: { values: number; rows: number } }
  | { code: 'NO_LONGER_FILLED'; params: { oldest: number; newest: number } }
  | { code: 'FILLED_FOR_ONE'; params: { succeeded: number; failed: number } }
  | { code: 'FILLED_WHEN_DECIDED'; params: { decided: number; open: number } }
  | { code: 'PARTS_OPEN' | 'TELLS_ALONE' | 'NAMED_FOR_END'; params: { auc: number } }
  | { code: 'CEILING_SINKS'; params: { left: number } }
  | { code: 'TOLD_BY'; params: { field: string; share: number } }
  | { code: 'DAY_OF_OUTCOME'; params: { share: number } }
  | { code: 'FOLLOWS_LENGTH'; params: { correlation: number } }
  | { code: 'BLANK_TELLS'; params: { blank: number; ofBlank: number; ofOthers: number; fields?: string[] } }
  | { code: 'SETTLES'; params: Settling }

/** Which values settle the outcome (some of them, or an end of the scale), in how many rows, how many of those against it, and what share of the outcome they are. */
export type Settling = {
  rows: number
  against: number
  isSuccess: boolean
  share: number
  values?: string[]
  isMore?: boolean
  upTo?: number
  from?: number
}

type Words = { [C in Finding['code']]: (params: Extract<Finding, { code: C }>['params']) => string }

const percent = (share: number) => percentText(share * 100)
const figure = (value: number, decimals = 2) =>
  value.toLocaleString(languageSpoken(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
const number = (value: number) =>
  value.toLocaleString(languageSpoken(), { maximumFractionDigits: 2, useGrouping: false })

const ENGLISH: Words = {
  EMPTY: () => 'It is empty',
  SAME_EVERYWHERE: () => 'It is the same everywhere',
  NAMES_ROW: ({ values, rows }) => `${values} values in ${rows} rows: it names the row`,
  NO_LONGER_FILLED: ({ oldest, newest }) =>
    `Filled in ${percent(oldest)} of the oldest rows and ${percent(newest)} of the newest`,
  FILLED_FOR_ONE: ({ succeeded, failed }) =>
    `Filled in ${percent(succeeded)} of those that succeeded and ${percent(failed)} of those that did not`,
  FILLED_WHEN_DECIDED: ({ decided, open }) =>
    `Filled in ${percent(decided)} of those decided, in ${percent(open)} of those still open`,
  PARTS_OPEN: ({ auc }) =>
    `It tells decided from open rows apart (AUC ${figure(auc)}), so it changes when they are decided`,
  TELLS_ALONE: ({ auc }) =>
    `It tells the outcome by itself (AUC ${figure(auc)}): set with the outcome, or after it`,
  NAMED_FOR_END: ({ auc }) =>
    `Its name speaks of the end of a sale or its length, and it tells the outcome (AUC ${figure(auc)})`,
  CEILING_SINKS: ({ left }) =>
    `Its ceiling sinks from the older rows to the newest, to ${percent(left)}: it was counted up to the end, or until it was read`,
  TOLD_BY: ({ field, share }) =>
    `${field} tells ${percent(share)} of it whatever the outcome, and that was counted up to the end`,
  DAY_OF_OUTCOME: ({ share }) => `In ${percent(share)} of the rows it is the day of the outcome`,
  FOLLOWS_LENGTH: ({ correlation }) =>
    `It follows how long it took until the outcome (rank correlation ${figure(correlation)})`,
  BLANK_TELLS: ({ blank, ofBlank, ofOthers, fields }) =>
    `Blank in ${percent(blank)} of the rows; of those ${percent(ofBlank)} succeeded, of the others ${percent(ofOthers)}: filled in by whoever works it${fields?.length ? `, with ${fields.join(', ')} in the same rows` : ''}`,
  SETTLES: ({ rows, against, isSuccess, share, ...which }) =>
    `Of ${rows} rows with ${valuesIn(which)} ${against ? `all but ${against}` : 'all'} ${isSuccess ? 'succeeded' : 'did not succeed'}, and those are ${percent(share)} of all that ${isSuccess ? 'did' : 'did not'}`,
}

const GERMAN: Words = {
  EMPTY: () => 'Es ist leer',
  SAME_EVERYWHERE: () => 'Es ist überall gleich',
  NAMES_ROW: ({ values, rows }) => `${values} Werte in ${rows} Datensätzen: Es benennt den Datensatz`,
  NO_LONGER_FILLED: ({ oldest, newest }) =>
    `Ausgefüllt bei ${percent(oldest)} der ältesten Datensätze und ${percent(newest)} der neuesten`,
  FILLED_FOR_ONE: ({ succeeded, failed }) =>
    `Ausgefüllt bei ${percent(succeeded)} der Erfolge und ${percent(failed)} der Misserfolge`,
  FILLED_WHEN_DECIDED: ({ decided, open }) =>
    `Ausgefüllt bei ${percent(decided)} der entschiedenen und ${percent(open)} der offenen`,
  PARTS_OPEN: ({ auc }) =>
    `Es trennt entschiedene von offenen (AUC ${figure(auc)}), ändert sich also mit der Entscheidung`,
  TELLS_ALONE: ({ auc }) =>
    `Es verrät allein das Ergebnis (AUC ${figure(auc)}): mit dem Ergebnis gesetzt oder danach`,
  NAMED_FOR_END: ({ auc }) =>
    `Sein Name spricht vom Ende eines Verkaufs oder von dessen Dauer, und es verrät das Ergebnis (AUC ${figure(auc)})`,
  CEILING_SINKS: ({ left }) =>
    `Seine Obergrenze sinkt von den älteren Datensätzen zu den neuesten auf ${percent(left)}: Es wurde bis zum Ende gezählt, oder bis es gelesen wurde`,
  TOLD_BY: ({ field, share }) =>
    `„${field}“ verrät ${percent(share)} davon, gleich wie es ausging, und das wurde bis zum Ende gezählt`,
  DAY_OF_OUTCOME: ({ share }) => `Bei ${percent(share)} der Datensätze ist es der Tag des Ergebnisses`,
  FOLLOWS_LENGTH: ({ correlation }) =>
    `Es folgt der Zeit bis zum Ergebnis (Rangkorrelation ${figure(correlation)})`,
  BLANK_TELLS: ({ blank, ofBlank, ofOthers, fields }) =>
    `Leer bei ${percent(blank)} der Datensätze; davon ${percent(ofBlank)} Erfolge, bei den anderen ${percent(ofOthers)}: ausgefüllt von denen, die daran arbeiten${fields?.length ? `, in denselben Datensätzen wie ${fields.join(', ')}` : ''}`,
  SETTLES: ({ rows, against, isSuccess, share, ...which }) =>
    `Von ${rows} Datensätzen mit ${valuesIn(which)} waren alle${against ? ` bis auf ${against}` : ''} ${isSuccess ? 'Erfolge' : 'Misserfolge'}, und das sind ${percent(share)} aller ${isSuccess ? 'Erfolge' : 'Misserfolge'}`,
}

function valuesIn({ values = [], isMore, upTo, from }: Partial<Settling>): string {
  if (upTo !== undefined) return inLanguage(`up to ${number(upTo)}`, `Werten bis ${number(upTo)}`)
  if (from !== undefined) return inLanguage(`from ${number(from)} on`, `Werten ab ${number(from)}`)
  const named = values.map(value => inLanguage(`“${value}”`, `„${value}“`)).join(inLanguage(' or ', ' oder '))
  return named + (isMore ? inLanguage(' or like values', ' oder Ähnlichem') : '')
}

/** A finding in the language that is spoken. */
export const findingText = ({ code, params }: Finding): string =>
  (inLanguage(ENGLISH, GERMAN)[code] as (params: unknown) => string)(params)
