/** The lists that were last seen in this tab, by record type. */
const seen = new Map<string, string>()

/** The way back from a record leads to the list that one came from, as it was searched: of deals, that may be the board. */
export const seeList = (type: string, href: string): void => void seen.set(type, href)

export const listOf = ({ name, path }: { name: string; path: string }): string => seen.get(name) ?? `/${path}`
