/** The record types that the features define, made of their contracts by `contracts-as-data.ts`. */
declare module 'virtual:record-types' {
  export const recordTypes: ReadonlyArray<{
    name: string
    path: string
    /** The fields that name one, joined by a space. */
    title: readonly string[]
    /** Whether fields of records may point to one. */
    isLinked: boolean
    /** Whether a file may be imported into it. */
    importable: boolean
    exportable: boolean
    /** Whether the workspace may add fields of its own. */
    hasCustomFields: boolean
    /** Whether what is deleted goes into the trash. */
    softDelete: boolean
  }>
}
