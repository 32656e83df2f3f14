import { type PGlite, protocol } from '@electric-sql/pglite'
import { roleAfter } from './engine.ts'

/** A message of the server, as far as it is read here (PostgreSQL documentation, "Frontend/Backend Protocol"). */
type Message = {
  name: string
  fields?: (string | null)[] | { name: string; dataTypeID: number }[]
}
type Column = { name: string; parse: ((text: string) => unknown) | undefined }
type Parsers = Record<number, ((text: string) => unknown) | undefined>

const { serialize } = protocol
const KEPT_AT_MOST = 300
/** A plan of many rows given as parameters takes more memory than planning it anew takes time. */
const PARAMS_AT_MOST = 100
/** The first time a statement is run under no name: most that come once never come again. */
const SEEN_AT_MOST = 1000
const UNNAMED = { name: '', isNew: false }
const CHANGES_TABLES = /\b(create|alter|drop)\b/i

/**
 * Speaks with PGlite in whole exchanges: all that a statement needs goes in at once and comes out at once, where its own
 * `query` enters the database six times. Statements that come again are kept prepared, so they are read and planned once for
 * each role.
 */
export class Statements {
  private readonly database: PGlite
  private readonly parsers: Parsers
  private role = ''
  /** Name by role and text, least recently used first. */
  private readonly kept = new Map<string, string>()
  private readonly seen = new Set<string>()
  private lastName = 0

  constructor(database: PGlite) {
    this.database = database
    this.parsers = database.parsers as unknown as Parsers
  }

  /** Runs one statement; rows as objects or as arrays. @throws the server's error with its fields */
  async run(text: string, params: (string | null)[], as: 'rows' | 'values'): Promise<unknown[]> {
    const key = `${this.role} ${text}`
    const { name, isNew } = params.length > PARAMS_AT_MOST ? UNNAMED : this.nameOf(key)
    const exchange = [
      ...(isNew ? this.closed() : []),
      ...(isNew || name === '' ? [serialize.parse({ name, text })] : []),
      serialize.bind({ statement: name, values: params }),
      serialize.describe({ type: 'P' }),
      serialize.execute({}),
      serialize.sync(),
    ]
    const messages = await this.exchange(Buffer.concat(exchange))
    const isParsed = messages.some(message => message.name === 'parseComplete')
    if (isNew && isParsed) this.kept.set(key, name)
    if (CHANGES_TABLES.test(text)) this.forget()
    return decoded(messages, this.parsers, as)
  }

  /** Runs several statements without parameters; the rows of all. @throws the server's error with its fields */
  async script(text: string): Promise<unknown[]> {
    this.role = roleAfter(text, this.role)
    const messages = await this.exchange(serialize.query(text))
    if (CHANGES_TABLES.test(text)) this.forget()
    return decoded(messages, this.parsers, 'rows')
  }

  private async exchange(bytes: Uint8Array): Promise<Message[]> {
    const options = { syncToFs: false, throwOnError: false }
    return (await this.database.execProtocolStream(bytes, options)) as Message[]
  }

  private nameOf(key: string): { name: string; isNew: boolean } {
    const name = this.kept.get(key)
    if (name !== undefined) {
      this.kept.delete(key)
      this.kept.set(key, name)
      return { name, isNew: false }
    }
    if (this.seen.delete(key)) return { name: `s${++this.lastName}`, isNew: true }
    if (this.seen.size === SEEN_AT_MOST) this.seen.clear()
    this.seen.add(key)
    return { name: '', isNew: false }
  }

  /** Gives up the one that was not used for longest where there are too many. */
  private closed(): Uint8Array[] {
    const [oldest] = this.kept
    if (this.kept.size < KEPT_AT_MOST || !oldest) return []
    this.kept.delete(oldest[0])
    return [serialize.close({ type: 'S', name: oldest[1] })]
  }

  /** What was prepared before a table changed may answer with other columns than it said. */
  private forget(): void {
    this.kept.clear()
  }
}

function decoded(messages: Message[], parsers: Parsers, as: 'rows' | 'values'): unknown[] {
  const found: unknown[] = []
  let columns: Column[] = []
  for (const message of messages) {
    if (message.name === 'error') throw message
    if (message.name === 'rowDescription')
      columns = (message.fields as { name: string; dataTypeID: number }[]).map(({ name, dataTypeID }) => ({
        name,
        parse: parsers[dataTypeID],
      }))
    if (message.name === 'dataRow') {
      const values = (message.fields as (string | null)[]).map((text, i) => {
        const parse = columns[i]!.parse
        return text === null || !parse ? text : parse(text)
      })
      found.push(
        as === 'values' ? values : Object.fromEntries(columns.map(({ name }, i) => [name, values[i]])),
      )
    }
  }
  return found
}
