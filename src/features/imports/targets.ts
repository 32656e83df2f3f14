import { z } from 'zod'
import type { MappingTarget } from '#core/csv/index.ts'
import { words } from '#core/csv/mapping.ts'
import { writableFields } from '#core/record/contract.ts'
import { type CustomField, fieldOf } from '#core/record/custom-fields.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import { hasRecord } from '#core/record/registry.ts'

/**
 * How a cell becomes part of a record: as the field's own value, as one part of an object (an address' city), as
 * a custom field, as the name of a linked record or of a member, as a linked record's e-mail address or domain, as a person's full name or one half of it, as the
 * moment of one outcome, or as the id by which the record is found.
 */
export type Via =
  | 'field'
  | 'part'
  | 'custom'
  | 'linkName'
  | 'linkKey'
  | 'memberName'
  | 'fullName'
  | 'halfName'
  | 'outcome'
  | 'id'

/** What a column may fill. `key` is the contract's field (or the custom field's key) that it ends in. */
export type Target = MappingTarget & { via: Via; key: string; of: Field; part?: string }

/** What records that others are linked to are known by before their name. */
export const LINK_KEYS: Record<string, { part: 'domain' | 'email'; aliases: string[] }> = {
  company: { part: 'domain', aliases: ['company domain name', 'account domain', 'organization domain'] },
  contact: { part: 'email', aliases: ['contact email', 'contact person email', 'person email'] },
}

const labelOf = (key: string): string => {
  const text = words(key)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Everything that a column of an import into the record type may fill. */
export function targetsOf(record: RecordDefinition, custom: Map<string, CustomField>): Target[] {
  const { fields } = record.contract
  const own = writableFields(fields, 'create', true).flatMap(([key, of]) => fieldTargets(key, of))
  return [
    { field: 'id', label: 'ID', via: 'id', key: 'id', of: fields.id! },
    ...own,
    ...personTargets(fields),
    ...outcomeTargets(fields),
    ...[...custom.values()].map(
      (field): Target => ({
        field: `customFields.${field.key}`,
        label: field.label,
        aliases: [field.key],
        via: 'custom',
        key: field.key,
        of: fieldOf(field),
      }),
    ),
  ]
}

function fieldTargets(key: string, of: Field): Target[] {
  if (of.kind === 'custom') return []
  const self: Target = { field: key, label: labelOf(key), aliases: of.aliases, via: 'field', key, of }
  if (of.kind === 'object') return [self, ...partTargets(key, of)]
  if ((of.kind === 'link' || of.kind === 'links') && hasRecord(of.target!)) {
    const name = of.kind === 'link' ? key.replace(/Id$/, 'Name') : key.replace(/Ids$/, 'Names')
    const named: Target = { field: name, label: labelOf(name), via: 'linkName', key, of }
    const known = of.kind === 'link' ? LINK_KEYS[of.target!] : undefined
    if (!known) return [self, named]
    const { part, aliases } = known
    const field = key.replace(/Id$/, part.charAt(0).toUpperCase() + part.slice(1))
    return [self, named, { field, label: labelOf(field), aliases, via: 'linkKey', key, of, part }]
  }
  if (of.kind !== 'member') return [self]
  return ['Name', 'Email']
    .map((word): Target => {
      const name = key.replace(/Id$/, word)
      return { field: name, label: labelOf(name), via: 'memberName', key, of }
    })
    .concat(self)
}

/** What the parts of an address are called where nothing says whose address it is: that of the first one then. */
const ADDRESS: Record<string, string[]> = {
  street: [
    'street',
    'street address',
    'address',
    'address line 1',
    'strasse',
    'strasse und hausnummer',
    'adresse',
    'anschrift',
    'rue',
    'calle',
    'direccion',
  ],
  city: ['city', 'town', 'ort', 'stadt', 'ville', 'ciudad'],
  state: ['state', 'province', 'state province', 'state region', 'bundesland', 'provincia'],
  postalCode: [
    'zip',
    'zip code',
    'postal code',
    'postcode',
    'zip postal code',
    'plz',
    'postleitzahl',
    'code postal',
    'codigo postal',
  ],
  country: ['country', 'country region', 'land', 'staat', 'pays', 'pais'],
}

/** The parts of an address have names of their own in every export: `Billing City`, `Mailing Zip`. */
function partTargets(key: string, of: Field): Target[] {
  if (!(of.schema instanceof z.ZodObject)) return []
  return Object.keys(of.schema.shape).map(part => ({
    field: `${key}.${part}`,
    label: `${labelOf(key)} ${words(part)}`,
    aliases: [
      `${words(key).replace(/ address$/, '')} ${words(part)}`,
      ...(key === 'billingAddress' ? (ADDRESS[part] ?? []) : []),
    ],
    via: 'part',
    key,
    of,
    part,
  }))
}

/** Other systems keep two moments where the record has one, which is that of its outcome. */
function outcomeTargets({ closedAt, status }: Record<string, Field>): Target[] {
  if (!closedAt) return []
  return ['WON', 'LOST']
    .filter(outcome => status?.options?.includes(outcome))
    .map(outcome => {
      const field = `${outcome.toLowerCase()}At`
      return { field, label: labelOf(field), via: 'outcome', key: 'closedAt', of: closedAt, part: outcome }
    })
}

/** One column with a whole name where the record has two fields for it, and two columns where it has one. */
function personTargets(fields: Record<string, Field>): Target[] {
  if (fields.firstName && fields.lastName)
    return [
      {
        field: 'fullName',
        label: 'Full name',
        aliases: ['name', 'contact name', 'person'],
        via: 'fullName',
        key: 'lastName',
        of: fields.lastName,
      },
    ]
  const { name } = fields
  if (!name || !fields.email || fields.firstName) return []
  return (['firstName', 'lastName'] as const).map(field => ({
    field,
    label: labelOf(field),
    via: 'halfName',
    key: 'name',
    of: name,
    part: field,
  }))
}
