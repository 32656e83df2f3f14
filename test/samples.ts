import { newId } from '#core/ids.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import { allRecords, recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { importing } from '#features/imports/testing.ts'
import { type Form, formOf } from './form.ts'
import type { Person } from './world.ts'

let made = 0
/** A word that no other sample has. */
export const fresh = (word = 'sample'): string => `${word}${(++made).toString(36)}x${process.pid}`

/** The header under which a table is the body itself. */
export const CSV = { 'content-type': 'text/csv' }

/** A table of one row with these values; what has no place in a cell is left out. */
export function csvOf(values: Record<string, unknown>): string {
  const cells = Object.entries(values).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  )
  const line = (texts: unknown[]) =>
    `${texts.map(text => `"${String(text).replaceAll('"', '""')}"`).join(',')}\n`
  return line(cells.map(([key]) => key)) + line(cells.map(([, value]) => value))
}

/** Record types that no generic route creates, and what makes one. */
const OWN_WAY: Record<string, (samples: Samples) => Promise<Made>> = {
  file: async samples => {
    const form = await samples.fileForm()
    const reply = await samples.person.post('/files/upload', form.body, { headers: form.headers })
    if (reply.status !== 201) throw new Error(`cannot attach a file: ${reply.text}`)
    return reply.body
  },
  merge: async samples => {
    const reply = await samples.person.post('/companies/merge', await samples.mergeBody('company'))
    if (reply.status !== 200) throw new Error(`cannot merge: ${reply.text}`)
    return (await samples.person.get(`/merges/${reply.body.mergeId}`)).body
  },
  // Written straight away: one that is being sent would change while it is looked at.
  email: async samples => {
    const contactId = await samples.idOf('contact')
    const values = { contactId, status: 'SENT', subject: fresh('Mail '), body: 'Hello' }
    return samples.person.inWorkspace(tx => store.create(tx, recordNamed('email'), values))
  },
  campaignContact: async samples => {
    const { id, contactId } = await samples.campaignContact()
    const { rows } = (await samples.person.get(`/campaigns/${id}/contacts?contactId=${contactId}`)).body
    return rows[0]
  },
  import: ({ person }) =>
    importing(person, 'companies', `name,city\n${fresh('Imported ')},Bern\n,a row that is refused\n`),
}
type Made = { id: string; version: number; [key: string]: any }

/** Values that a record type's own rules ask for, where its contract alone does not say them. */
const OWN_RULES: Record<string, () => Record<string, unknown>> = {
  savedView: () => ({ entity: 'deal' }),
  report: () => ({ entity: 'deal', groupBy: ['ownerId'], measures: [{ op: 'count' }] }),
  contact: () => ({ firstName: fresh('Ida') }),
  customField: () => ({ entity: 'deal', key: fresh('key'), label: 'Region', type: 'text' }),
}

/** Links that are left to the rules: their records must fit each other. */
const LEFT_OUT: Record<string, string[]> = {
  deal: ['pipelineId', 'stageId', 'actualCloseDate'],
  customField: ['options'],
  // Only what has been paid has a date of payment.
  invoice: ['paidAt'],
  project: ['completionDate'],
  // They speak of the fields of a record type.
  savedView: ['filter', 'sort', 'columns'],
  report: ['filter', 'groupBy', 'measures', 'schedule'],
}

const CANDIDATES: Partial<Record<Field['kind'], () => unknown[]>> = {
  text: () => [fresh('Text '), `${fresh('site')}.example`],
  longText: () => [fresh('Long text, ')],
  email: () => [`${fresh()}@sample.example`],
  phone: () => ['+41 44 668 18 00'],
  url: () => ['https://sample.example/a?b=c'],
  integer: () => [1, 10, 100, 1000],
  number: () => [0.5, 1, 10, 100],
  money: () => [1234.56, 10],
  currency: () => ['EUR'],
  boolean: () => [false],
  date: () => ['2026-03-29'],
  moment: () => ['2026-03-29T01:30:00.000Z'],
  time: () => ['09:30'],
  tags: () => [['vip', 'a "b", {c}']],
  texts: () => [['price', 'late']],
  custom: () => [{}],
  object: () => [{}, []],
}

/**
 * Bodies for records of every type, made from their contracts. Linked records are created once per type,
 * by the same person.
 */
export class Samples {
  readonly person: Person
  private readonly linked = new Map<string, Promise<string>>()
  private readonly kept: Map<string, Promise<Made>> | undefined

  /** `reuses`: one record of each type does for all calls, where none of them changes anything. */
  constructor(person: Person, { reuses = false } = {}) {
    this.person = person
    this.kept = reuses ? new Map() : undefined
  }

  /** A body that creates a record; with `full` every field that a caller may write is in it. */
  async body(record: RecordDefinition, full = false): Promise<Record<string, unknown>> {
    const { name, fields } = record.contract
    const values: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(fields)) {
      if (field.writable !== 'always' && field.writable !== 'create') continue
      if (LEFT_OUT[name]?.includes(key) || (!full && !field.required)) continue
      values[key] = await this.value(name, key, field)
    }
    return { ...values, ...OWN_RULES[name]?.() }
  }

  /** A value that the field takes. @throws where none of the candidates fits, so that one is added */
  async value(type: string, key: string, field: Field): Promise<unknown> {
    if (field.kind === 'member') return this.person.id
    if (field.kind === 'link') return this.idOf(field.target!)
    if (field.kind === 'links') return [await this.idOf(field.target!)]
    if (field.kind === 'related') return this.idOf(this.relatedType(type))
    if (field.options) return key === 'relatedType' ? this.relatedType(type) : field.options[0]
    const fitting = CANDIDATES[field.kind]?.().find(candidate => field.schema.safeParse(candidate).success)
    if (fitting === undefined)
      throw new Error(`test/samples.ts has no value for ${type}.${key} (${field.kind})`)
    return fitting
  }

  private relatedType(type: string): string {
    const options = recordNamed(type).contract.fields.relatedType?.options ?? ['deal']
    return options.find(option => option !== type && allRecords().some(r => r.contract.name === option))!
  }

  /** The id of a record of that type which others may link to. */
  idOf(type: string): Promise<string> {
    let id = this.linked.get(type)
    if (!id) {
      id = this.create(recordNamed(type)).then(row => row.id)
      this.linked.set(type, id)
    }
    return id
  }

  /** A record of the type: one of its own, or with `reuses` the one that there is. */
  create(record: RecordDefinition, full = false): Promise<Made> {
    const { name } = record.contract
    const made = this.kept?.get(name) ?? this.another(record, full)
    this.kept?.set(name, made)
    return made
  }

  async another(record: RecordDefinition, full = false): Promise<Made> {
    const own = OWN_WAY[record.contract.name]
    if (own) return own(this)
    const reply = await this.person.post(`/${record.contract.path}`, await this.body(record, full))
    if (reply.status !== 201) throw new Error(`cannot create a ${record.contract.name}: ${reply.text}`)
    return reply.body
  }

  /** A form that attaches a file to a deal. */
  async fileForm(): Promise<Form> {
    // Nothing that a job would read: it would change the row some time later.
    const file = { filename: `${fresh('file ')}.dat`, bytes: `\u0000\u0001${fresh()}` }
    return formOf({ attachedToType: 'deal', attachedToId: await this.idOf('deal') }, file)
  }

  /** Two records of the type, to be made one. */
  async mergeBody(type: string): Promise<Record<string, unknown>> {
    const record = recordNamed(type)
    return { targetId: (await this.another(record)).id, sourceIds: [(await this.another(record)).id] }
  }

  /** A campaign with a contact, by their ids. */
  async campaignContact(): Promise<{ id: string; contactId: string }> {
    const { id } = await this.create(recordNamed('campaign'))
    const contactId = (await this.create(recordNamed('contact'))).id
    await this.person.post(`/campaigns/${id}/contacts`, { contactIds: [contactId] })
    return { id, contactId }
  }

  /** An import that waits and whose turn does not come: nobody has put it into the queue. */
  async waitingImport(): Promise<string> {
    const values = { entity: 'company', filename: 'waiting.csv', mapping: {}, unmapped: [], options: {} }
    const made = await this.person.inWorkspace(tx => store.create(tx, recordNamed('import'), values))
    return made.id
  }

  /** A job that has failed at all its tries; tried once more it finds nothing to do. */
  async failedJob(): Promise<string> {
    const id = newId()
    const { workspaceId, id: userId } = this.person
    const who = { workspaceId, userId, role: 'OWNER', visibility: 'own', timezone: 'UTC' }
    await this.person.inWorkspace(tx =>
      tx.as('ascendore_worker', () =>
        tx.session.rows(
          `insert into pgboss.job (id, name, state, data, completed_on) values ($1::uuid, 'import-undo', 'failed', $2::jsonb, now())`,
          [id, JSON.stringify({ who, input: { importId: newId() } })],
        ),
      ),
    )
    return id
  }

  /** A change that differs from what stands: of one field that a caller may write. */
  async change(record: RecordDefinition): Promise<Record<string, unknown>> {
    const { name, fields } = record.contract
    const [key, field] = Object.entries(fields).find(
      ([, f]) => f.writable === 'always' && (f.kind === 'text' || f.kind === 'longText') && !f.options,
    )!
    return { [key]: await this.value(name, key, field) }
  }
}
