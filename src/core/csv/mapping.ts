import { latin } from '../letters.ts'
import { type Aliases, BY_KIND, COMMON, FALLBACK, type Kind } from './aliases.ts'

/** A field that an import can fill; `label` is what the user sees, `aliases` are further names for it. */
export type MappingTarget = { field: string; label: string; aliases?: readonly string[] }

/** The words of a name: camelCase and snake_case split, lower case, Latin accents and punctuation removed. */
export function words(name: string): string {
  const split = name.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
  return latin(split.normalize('NFKD').replace(/[\u0300-\u036f]/g, ''))
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
}

/** Longer ones name no field; each name is compared with those of all fields. */
const NAME_LETTERS_AT_MOST = 100

const NOISE = new Set(['the', 'of', 'a', 'an', 'your', 'what', 'is', 's'])

function stem(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

/** The same words in any order, singular or plural, with or without articles. */
function bag(text: string): string {
  const kept = text.split(' ').filter(word => !NOISE.has(word))
  return kept.map(stem).sort().join(' ')
}

/** At most one letter added, left out, changed, or swapped with its neighbour. */
function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const restA = a.slice(start)
  const restB = b.slice(start)
  if (restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)) return true
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2)
}

/** Long names that differ by a slip of the pen; digits must agree. */
export function misspelt(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < 8 || /\d/.test(a + b)) return false
  return oneSlip(a.replaceAll(' ', ''), b.replaceAll(' ', ''))
}

function kindOf(targets: readonly MappingTarget[]): Kind {
  const fields = new Set(targets.map(target => target.field))
  const has = (...names: string[]) => names.some(name => fields.has(name))
  if (has('firstName', 'lastName')) return fields.has('stage') && fields.has('company') ? 'leads' : 'contacts'
  if (has('stageName', 'pipelineName', 'expectedCloseDate', 'actualCloseDate')) return 'deals'
  if (has('employeeCount', 'annualRevenue', 'domain', 'industry') && !has('email')) return 'companies'
  if (has('email') && has('name') && has('stage', 'company', 'source')) return 'leads'
  if (has('employeeCount', 'annualRevenue', 'domain')) return 'companies'
  return 'other'
}

type Named = { text: string; bag: string; joined: string; field: string; score: number }

const SURE = { own: 100, given: 95, kind: 92, common: 90, fallback: 60 } as const
const LOOSER = { bag: 8, misspelt: 15 } as const

/** Every name of every field on offer, each with the score of a header that equals it. */
function namesOf(targets: readonly MappingTarget[], kind: Kind): Named[] {
  const names: Named[] = []
  const add = (field: string, text: string, score: number) => {
    if (text !== '') names.push({ text, bag: bag(text), joined: text.replaceAll(' ', ''), field, score })
  }
  const addAll = (table: Aliases, field: string, score: number) => {
    for (const alias of Object.hasOwn(table, field) ? table[field]! : []) add(field, alias, score)
  }
  for (const { field, label, aliases = [] } of targets) {
    add(field, words(field), SURE.own)
    add(field, words(label), SURE.own)
    for (const alias of aliases) add(field, words(alias), SURE.given)
    addAll(BY_KIND[kind], field, SURE.kind)
    addAll(COMMON, field, SURE.common)
    addAll(FALLBACK[kind], field, SURE.fallback)
  }
  return names
}

/** How surely a header names each field: field → score; nothing for fields it does not surely name. */
function scoresOf(text: string, names: readonly Named[]): Map<string, number> {
  const scores = new Map<string, number>()
  const bagged = bag(text)
  const joined = text.replaceAll(' ', '')
  for (const name of names) {
    let score = 0
    if (name.text === text) score = name.score
    else if (name.bag === bagged || name.joined === joined) {
      score = name.score - LOOSER.bag
    } else if (name.score > SURE.fallback && misspelt(name.text, text)) score = name.score - LOOSER.misspelt
    if (score > (scores.get(name.field) ?? 0)) scores.set(name.field, score)
  }
  return scores
}

function best(scores: Map<string, number>): string | undefined {
  return [...scores].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** `Email / Phone`: the parts of the name mean different fields, so the column holds no one of them. */
function isCompound(header: string, names: readonly Named[]): boolean {
  const parts = header.split(/[/&|+,;]|\b(?:and|or|und|oder|et|ou|y|o)\b/i).map(words)
  const fields = new Set(parts.filter(part => part !== '').map(part => best(scoresOf(part, names))))
  return parts.length > 1 && fields.size > 1 && !fields.has(undefined)
}

// Salesforce and HubSpot write `CloseDate` and `Close Date` for a date that is expected until the deal closes;
// snake case `close_date` is how data sets of closed deals (Maven's among them) name the day it happened.
function isHappenedDate(header: string): boolean {
  return /^close_date$/i.test(header.trim())
}

/**
 * Suggests which column of a file fills which field: header → field, for the headers that surely name one.
 * A header names a field when its words equal the field's name or label, one of its given aliases, or a name
 * known from other CRMs (English, German, French, Spanish); the order of words, plurals and one slip in a
 * long name are forgiven. No field is given twice: the surest header has it, the first one among equals.
 * Whatever is less than sure is left out, as are columns of two things in one (`Email / Phone`).
 */
export function suggestMapping(
  header: readonly string[],
  targets: readonly MappingTarget[],
): Record<string, string> {
  const names = namesOf(targets, kindOf(targets))
  const offers: { name: string; field: string; score: number; index: number }[] = []
  for (const [index, name] of header.entries()) {
    const text = name.length > NAME_LETTERS_AT_MOST ? '' : words(name)
    if (text === '') continue
    const scores = scoresOf(text, names)
    const top = Math.max(...scores.values())
    if (top < SURE.given && isCompound(name, names)) continue
    if (scores.has('actualCloseDate') && isHappenedDate(name)) scores.set('actualCloseDate', SURE.given)
    for (const [field, score] of scores) offers.push({ name, field, score, index })
  }
  offers.sort((a, b) => b.score - a.score || a.index - b.index)
  const mapping = new Map<string, string>()
  const taken = new Set<string>()
  for (const { name, field } of offers) {
    if (mapping.has(name) || taken.has(field)) continue
    mapping.set(name, field)
    taken.add(field)
  }
  return Object.fromEntries(mapping)
}
