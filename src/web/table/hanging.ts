import type { AnyContract } from '../record/model.ts'

/** Records of a type that hang on those of another, by the name that filters give them. */
export type Hanging = { path: string; contract: AnyContract }

/** What may hang on a record, or is listed by it, as the server's filters reach it. */
export function hangingOn(contract: AnyContract, types: readonly AnyContract[]): Hanging[] {
  const listed = Object.entries(contract.fields).flatMap(([key, { kind, target }]): Hanging[] => {
    const type = kind === 'links' ? types.find(({ name }) => name === target) : undefined
    return type ? [{ path: key.replace(/Ids$/, 's'), contract: type }] : []
  })
  const hanging = types
    .filter(type => type.name !== contract.name && hangsOn(type, contract.name))
    .map(type => ({ path: type.path, contract: type }))
  return [...listed, ...hanging.filter(({ path }) => !listed.some(one => one.path === path))]
}

const hangsOn = ({ fields }: AnyContract, name: string): boolean =>
  Object.entries(fields).some(([key, { kind, target, writable }]) => {
    if (writable === 'never') return false
    if (kind === 'link' || kind === 'links') return target === name
    return kind === 'related' && (fields[key.replace(/Id$/, 'Type')]?.options?.includes(name) ?? false)
  })
