import type { Embedder } from '#core/ai/provider.ts'
import type { Scope } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { markAll } from './queue.ts'
import { countWords, rarityFrom } from './statistics.ts'
import { embedded } from './texts.ts'
import { BUILTIN, denseLiteralOf, literalOf, vectorOfWords } from './words.ts'

/** Words are counted anew when there are so many times as many records as at the last time, and at least some. */
const GROWN = 2
const GROWN_AT_LEAST = 50
const YIELD_AFTER = 20
const REMEMBERED_AT_MOST = 50

type State = {
  model: string | null
  isStale: boolean
  rarity: string | null
  /** How many records there were when words were counted. */
  documents: number
  live: number
}

/** Makes texts into literals of vectors; undefined for a text in which there is nothing to compare. */
export type Make = (texts: string[]) => Promise<Array<string | undefined>>

async function readState(scope: Scope, workspaceId: string): Promise<State> {
  const [row] = await scope.session.rows(
    `select s.model, coalesce(s.is_stale, false) as "isStale", s.rarity, coalesce(s.documents, 0) as documents,
       (select coalesce(sum(live), 0)::float8 from record_counts c where c.workspace_id = w.id) as live
     from (select $1::uuid as id) w left join embedding_states s on s.workspace_id = w.id`,
    [workspaceId],
  )
  return row as State
}

/** How vectors are made, and the name under which they are kept. */
export type Embedding = { name: string; make: Make }

/** How the vectors of workspaces are made, and under which name they are kept. */
export class Embedders {
  private readonly app: App
  private readonly rarities = new Map<
    string,
    { kept: string | null; rarity: ReturnType<typeof rarityFrom> }
  >()

  private readonly signal: AbortSignal | undefined

  /** @param signal that the program wants to stop: what takes long then ends where it stands */
  constructor(app: App, signal?: AbortSignal) {
    this.app = app
    this.signal = signal
  }

  private readonly inSystem = async <T>(work: (scope: Scope) => Promise<T>): Promise<T> => {
    this.signal?.throwIfAborted()
    return this.app.database.inSystem('ascendore_worker', work, 'unheard')
  }

  /** The model of this moment. Words weigh as they did when they were counted. */
  async of(workspaceId: string): Promise<Embedding> {
    const remote = await this.app.ai.embedder(workspaceId)
    if (remote) return { name: remote.name, make: remoteMaker(remote) }
    const { rarity } = await this.inSystem(scope => readState(scope, workspaceId))
    return { name: BUILTIN, make: this.byWords(workspaceId, rarity) }
  }

  /**
   * The same, before a workspace's records are embedded: counts words anew where there are many more records than at the last time,
   * and puts all records into the queue where the model is another one.
   */
  async prepare(workspaceId: string): Promise<Embedding> {
    const remote = await this.app.ai.embedder(workspaceId)
    const name = remote?.name ?? BUILTIN
    const state = await this.inSystem(scope => readState(scope, workspaceId))
    const isGrown = !remote && state.live >= GROWN * state.documents + GROWN_AT_LEAST
    const rarity = isGrown ? await countWords(this.inSystem, embedded(), workspaceId) : state.rarity
    // Not how many were counted: of many only the newest are.
    const documents = isGrown ? state.live : state.documents
    const made = { name, make: remote ? remoteMaker(remote) : this.byWords(workspaceId, rarity) }
    if (state.model === name && !state.isStale && !isGrown) return made
    if (state.model !== null && state.model !== name)
      await markAll(this.inSystem, workspaceId, name, 'missing')
    // What was embedded by the old counts is made anew by the new ones.
    else if (isGrown && state.documents) await markAll(this.inSystem, workspaceId, name, 'all')
    await this.inSystem(scope =>
      scope.session.rows(
        `insert into embedding_states (workspace_id, id, model, rarity, documents) values ($1::uuid, $2::uuid, $3, $4, $5::int)
         on conflict (workspace_id) do update set model = excluded.model, rarity = excluded.rarity, documents = excluded.documents, is_stale = false`,
        [workspaceId, newId(), name, rarity, documents],
      ),
    )
    return made
  }

  private byWords(workspaceId: string, kept: string | null): Make {
    const known = this.rarities.get(workspaceId)
    const rarity = known && known.kept === kept ? known.rarity : rarityFrom(kept)
    if (this.rarities.size >= REMEMBERED_AT_MOST) this.rarities.clear()
    this.rarities.set(workspaceId, { kept, rarity })
    return async texts => {
      const made: Array<string | undefined> = []
      for (const [at, text] of texts.entries()) {
        const vector = vectorOfWords(text, rarity)
        made.push(vector && literalOf(vector))
        // Requests come first.
        if (at % YIELD_AFTER === YIELD_AFTER - 1) await new Promise(resolve => setImmediate(resolve))
      }
      return made
    }
  }
}

const remoteMaker =
  ({ embed }: Embedder): Make =>
  async texts => {
    const full = texts.flatMap((text, at) => (text.trim() ? [at] : []))
    const vectors = full.length ? await embed(full.map(at => texts[at]!)) : []
    const made = new Map(full.map((at, i) => [at, vectors[i]]))
    return texts.map((_, at) => {
      const vector = made.get(at)
      return vector && denseLiteralOf(vector)
    })
  }
