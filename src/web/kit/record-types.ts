import { recordTypes } from 'virtual:record-types'
import { textNow } from '../text/index.tsx'

export { recordTypes }

/** Record types as people look for them: in the order of the catalogue's names, others behind them. */
const ORDER = Object.keys(textNow().plurals)
const placeOf = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1)
const named = (isAsked: (type: (typeof recordTypes)[number]) => boolean): string[] =>
  recordTypes
    .filter(isAsked)
    .map(({ name }) => name)
    .sort((a, b) => placeOf(a) - placeOf(b))

export const allTypes = named(() => true)
export const deletedTypes = named(({ softDelete }) => softDelete)
export const importedTypes = named(({ importable }) => importable)
export const exportedTypes = named(({ exportable }) => exportable).map(
  name => recordTypes.find(type => type.name === name)!,
)
export const extensibleTypes = named(({ hasCustomFields }) => hasCustomFields)
