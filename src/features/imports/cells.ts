import {
  type CellResult,
  type DateOrder,
  isBlankCell,
  isErrorCell,
  parseBooleanCell,
  parseDateCell,
  parseDateTimeCell,
  parseListCell,
  parseNumberCell,
} from '#core/csv/index.ts'
import { issuesOf } from '#core/errors.ts'
import type { Field, FieldKind } from '#core/record/fields.ts'

/** How the cells of a column are written, as its sample shows. */
export type Dialect = { order?: DateOrder; decimal?: ',' | '.'; timeZone: string }

const TEXTS: readonly FieldKind[] = ['text', 'longText']
const LISTS: readonly FieldKind[] = ['tags', 'texts', 'links']

/** Whether a cell of the kind holds several values. */
export const isListKind = (kind: FieldKind): boolean => LISTS.includes(kind)

/** Whether the cell gives nothing. In text, "none" and "-" may be meant as they stand. */
export const isEmptyCell = (text: string, kind: FieldKind): boolean =>
  TEXTS.includes(kind) ? text.trim() === '' || isErrorCell(text) : isBlankCell(text)

/**
 * The value of a cell that is not empty, validated and normalised by the field's own schema; or a sentence on
 * why it has none.
 */
export function readCell(text: string, field: Field, dialect: Dialect): CellResult<unknown> {
  const parsed = parse(text, field, dialect)
  if (!parsed.ok || parsed.value === null) return parsed
  const checked = field.schema.safeParse(parsed.value)
  if (checked.success) return { ok: true, value: checked.data }
  const [issue] = issuesOf(checked.error)
  return { ok: false, problem: issue!.message, code: issue!.code ?? 'WRONG_FORMAT', params: issue!.params }
}

function parse(text: string, field: Field, { order, decimal, timeZone }: Dialect): CellResult<unknown> {
  switch (field.kind) {
    case 'integer':
    case 'number':
    case 'money':
      return parseNumberCell(text, { decimal })
    case 'boolean':
      return parseBooleanCell(text)
    case 'date':
      return parseDateCell(text, { order })
    case 'moment':
      return parseDateTimeCell(text, { order, timeZone })
    case 'choice':
      return choose(text, field.options ?? [])
    case 'object':
      return parseJson(text)
    case 'email':
      return { ok: true, value: addressIn(text) }
    case 'phone':
      return numberIn(text)
    case 'longText':
      return { ok: true, value: text }
    case 'url':
      return {
        ok: true,
        value: /^[a-z][a-z0-9+.-]*:/i.test(text.trim()) ? text.trim() : `https://${text.trim()}`,
      }
    default:
      if (isListKind(field.kind)) return listOf(text, field)
      // What a form cannot hold a spreadsheet may: line breaks inside a name.
      return { ok: true, value: text.replace(/\s*[\r\n\t]+\s*/g, ' ').trim() }
  }
}

/** Without what cannot be seen and comes along where something is copied: marks of direction, zero-width spaces, soft hyphens. */
const visible = (text: string): string => text.replace(/\p{Cf}/gu, '').trim()

/** The address of mail in what mail programs and links write around it: `Ida Lee <ida@acme.example>`, `mailto:ida@acme.example`. */
const addressIn = (text: string): string =>
  firstOf(text)
    .replace(/^[^<>]*<([^<>\s]+)>$/s, '$1')
    .replace(/^mailto:/i, '')

/** Of several, as Google writes them, the first. */
const firstOf = (text: string): string => visible(text.split(' ::: ')[0]!)

/** The number in what links (`tel:`) and spreadsheets (a leading apostrophe) write around it. */
function numberIn(text: string): CellResult<string> {
  const number = firstOf(text).replace(/^(tel:|['’])/i, '')
  const isCut = /^\d[.,]\d+E\+?\d+$/i.test(number)
  return isCut
    ? { ok: false, problem: 'was cut short by a spreadsheet; format the column as text', code: 'CUT_NUMBER' }
    : { ok: true, value: number }
}

function listOf(text: string, field: Field): CellResult<string[]> {
  const items = parseListCell(text)
  if (!items.ok || !field.options) return items
  const chosen = (items.value ?? []).map(item => choose(item, field.options!))
  const wrong = chosen.find(result => !result.ok)
  return wrong && !wrong.ok
    ? wrong
    : { ok: true, value: chosen.map(result => (result.ok ? result.value! : '')) }
}

function parseJson(text: string): CellResult<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, problem: 'must be JSON', code: 'NOT_JSON' }
  }
}

/** Nothing but letters and digits, in lower case and without accents. */
export const letters = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** What other systems call the states that records have here; each counts only where the field has the state. */
const SYNONYMS: Record<string, readonly string[]> = {
  WON: ['closedwon', 'gewonnen', 'gagne', 'ganado'],
  LOST: ['closedlost', 'verloren', 'perdu', 'perdido'],
  OPEN: ['inprogress', 'active', 'offen', 'ouvert', 'abierto'],
  NEW: ['open', 'opennotcontacted', 'notcontacted', 'neu', 'nouveau', 'nuevo'],
  CONTACTED: ['workingcontacted', 'working', 'inprogress', 'attemptedtocontact', 'connected', 'kontaktiert'],
  QUALIFIED: ['opendeal', 'qualifiziert', 'qualifie', 'calificado'],
  UNQUALIFIED: ['closednotconverted', 'notconverted', 'disqualified', 'badtiming', 'junklead', 'lost'],
  CONVERTED: ['closedconverted', 'konvertiert', 'converti', 'convertido', 'won'],
  CUSTOMER: ['client', 'kunde', 'cliente'],
  CHURNED: ['formercustomer', 'lost', 'former', 'ehemaligerkunde'],
  PROSPECT: ['interessent', 'prospecto'],
  ACTIVE: ['aktiv', 'actif', 'activo'],
  INACTIVE: ['inaktiv', 'inactif', 'inactivo'],
  PENDING: ['notstarted', 'open', 'offen', 'todo'],
  IN_PROGRESS: ['started', 'inbearbeitung', 'encours'],
  COMPLETED: ['done', 'closed', 'finished', 'erledigt', 'abgeschlossen', 'termine', 'completado'],
  CANCELLED: ['canceled', 'abgebrochen', 'storniert', 'annule', 'cancelado'],
  LOW: ['niedrig', 'faible', 'baja'],
  MEDIUM: ['normal', 'mittel', 'moyenne', 'media'],
  HIGH: ['hoch', 'haute', 'alta'],
  URGENT: ['dringend', 'critical', 'highest', 'urgente'],
}

/** Whether other systems call what is named so by the text. */
export const meansInGeneral = (name: string, text: string): boolean =>
  SYNONYMS[
    name
      .trim()
      .toUpperCase()
      .replace(/[^A-Z]+/g, '_')
  ]?.includes(letters(text)) ?? false

/** One of the options, whatever its case, spaces and accents, or by what other systems call it. */
function choose(text: string, options: readonly string[]): CellResult<string> {
  const wanted = letters(text)
  const option =
    options.find(known => letters(known) === wanted) ??
    options.find(known => SYNONYMS[known]?.includes(wanted))
  if (option) return { ok: true, value: option }
  const listed = options.slice(0, 12).join(', ')
  return {
    ok: false,
    problem: `“${text.trim().slice(0, 40)}” is none of ${listed}`,
    code: 'NONE_OF',
    params: { options: listed },
  }
}
