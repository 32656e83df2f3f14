import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'

/**
 * Gives the browser contracts as plain data. Their schemas, and the libraries behind them, stay on the server, which
 * checks every value anyway: what the forms need (kind, label, options, what is required) is a few kilobytes.
 */
export function contractsAsData(): Plugin {
  return {
    name: 'contracts-as-data',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith('.contract.ts')) return null
      const exported = (await import(pathToFileURL(id).href)) as Record<string, unknown>
      const lines = Object.entries(exported)
        .filter(([, value]) => isData(value))
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value, withoutSchemas)}`)
      return { code: lines.join('\n'), map: null }
    },
  }
}

const withoutSchemas = (key: string, value: unknown) => (key === 'schema' ? undefined : value)

/** A contract, or a constant beside it; functions and bare schemas are for the server alone. */
const isData = (value: unknown): boolean =>
  typeof value !== 'function' &&
  !(typeof value === 'object' && value !== null && ('_zod' in value || 'schema' in value))
