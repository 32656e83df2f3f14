import { globSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'
import type { Contract } from '../core/record/contract.ts'
import type { Fields } from '../core/record/fields.ts'
import { typeKeyOf } from '../core/record/related.ts'

const FEATURES = fileURLToPath(new URL('../features/', import.meta.url))
const LIST = 'virtual:record-types'

/**
 * Gives the browser contracts as plain data. Their schemas, and the libraries behind them, stay on the server, which
 * checks every value anyway: what the forms need (kind, label, options, what is required) is a few kilobytes.
 */
export function contractsAsData(): Plugin {
  return {
    name: 'contracts-as-data',
    enforce: 'pre',
    resolveId: id => (id === LIST ? `\0${LIST}` : undefined),
    async load(id) {
      if (id === `\0${LIST}`) return `export const recordTypes = ${JSON.stringify(await recordTypes())}`
      if (!id.endsWith('.contract.ts')) return null
      const exported = (await import(pathToFileURL(id).href)) as Record<string, unknown>
      const lines = Object.entries(exported)
        .filter(([, value]) => isData(value))
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value, withoutSchemas)}`)
      return { code: lines.join('\n'), map: null }
    },
  }
}

type Listed = Pick<
  Contract,
  'name' | 'path' | 'title' | 'importable' | 'exportable' | 'softDelete' | 'fields'
>
const isContract = (value: unknown): value is Listed =>
  typeof value === 'object' && value !== null && 'fields' in value && 'path' in value && 'name' in value

/** Of every contract what lists of record types ask for, without its fields. */
export async function recordTypes() {
  const files = globSync('*/*.contract.ts', { cwd: FEATURES }).sort()
  const modules = await Promise.all(files.map(file => import(pathToFileURL(FEATURES + file).href)))
  const contracts = modules.flatMap(exported => Object.values(exported)).filter(isContract)
  const linked = new Set(contracts.flatMap(({ fields }) => typesLinkedBy(fields)))
  return contracts.map(({ name, path, title, importable, exportable, softDelete, fields }) => ({
    ...{ name, path, title, importable, exportable, softDelete },
    hasCustomFields: 'customFields' in fields,
    isLinked: linked.has(name),
  }))
}

/** The types of the records to which these fields may point. */
const typesLinkedBy = (fields: Fields): string[] =>
  Object.entries(fields).flatMap(([key, { kind, target }]) => {
    if (kind === 'related') return fields[typeKeyOf(key)]?.options ?? []
    return target ? [target] : []
  })

const withoutSchemas = (key: string, value: unknown) => (key === 'schema' ? undefined : value)

/** A contract, or a constant beside it; functions and bare schemas are for the server alone. */
const isData = (value: unknown): boolean =>
  typeof value !== 'function' &&
  !(typeof value === 'object' && value !== null && ('_zod' in value || 'schema' in value))
