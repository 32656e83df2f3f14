import { sql } from 'drizzle-orm'
import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { ginIndex } from '#core/db/columns.ts'
import { type Add, adderOf, arrayLiteral, type Row } from '#core/db/engine.ts'
import type { ExtraWalls } from '#core/db/policies.ts'
import { type Database, type Scope, type Tx, together } from '#core/db/workspace.ts'
import type { EventRow, Follower } from '#core/events/follow.ts'
import type { Schedule } from '#core/jobs/jobs.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { distance } from './distance.ts'

const LETTERS_AT_LEAST = 3
const LETTERS_AT_MOST = 40
/** So much of a text is read for its words. */
const CHARACTERS_READ = 20_000
/** A word shorter than that has too few letters to be known by some of them. */
const TYPO_LETTERS = 4
/** From so many letters on two of them may be wrong. */
const TWO_TYPOS_LETTERS = 6
/** Of pg_trgm's `similarity`: two letters of four that changed places leave two of eight trigrams. */
const ALIKE = 0.2
/** One wrong letter, or two that changed places, spoils so many trigrams of a word at most, and adds as many. */
const TRIGRAMS_SPOILT = 4
const ALIKE_AT_MOST = 200
const MEANT_AT_MOST = 3
/** Changes that the follower has not read yet, whose words are read beside its own. */
const FRESH_AT_MOST = 500

/**
 * The words that a workspace has written, so that a word with a typo is compared with words and not with texts. They follow
 * the events; those in which a digit stands (numbers, codes) are no words.
 */
export const searchWordTable = pgTable(
  'search_words',
  { workspaceId: uuid('workspace_id').notNull(), word: text('word').notNull() },
  t => [
    primaryKey({ columns: [t.workspaceId, t.word] }),
    ginIndex('search_words_alike', t.workspaceId, sql`${t.word} gin_trgm_ops`),
  ],
)

export const wordWalls: ExtraWalls = {
  table: 'search_words',
  grants: ['select to ascendore_search', 'select, insert, delete to ascendore_worker'],
  policies: [
    { name: 'search_read', command: 'select', to: 'ascendore_search', using: 'true' },
    { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
  ],
}

const PUNCTUATION = '\t\n\r!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
/** SQL of the words in a record's text, as rows of `w(word)`. */
const wordsIn = (alias: string): string =>
  `string_to_table(translate(left(${alias}.search_text, ${CHARACTERS_READ}), E'${PUNCTUATION.replace(/[\\']/g, '\\$&').replace(/\t/g, '\\t').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}', repeat(' ', ${PUNCTUATION.length})), ' ') w(word)`
const IS_WORD = `length(w.word) between ${LETTERS_AT_LEAST} and ${LETTERS_AT_MOST} and w.word !~ '[0-9]'`

/** SQL of workspace and word of the records of a type that fulfil a condition over `t`. */
export const wordsOf = (record: RecordDefinition, condition: string): string =>
  `select distinct t.workspace_id, w.word from ${tableOf(record)} t, ${wordsIn('t')} where ${condition} and ${IS_WORD}`

const NAMES_WORDS = ['text', 'longText', 'email', 'url']
/** Whether the change may have brought a word. */
const mayBring = (record: RecordDefinition, { action, changes }: EventRow): boolean =>
  action === 'created' ||
  action === 'restored' ||
  Object.keys(changes).some(key => NAMES_WORDS.includes(record.contract.fields[key]?.kind ?? 'text'))

/** @param searched the record types that are searched; asked for late, when all are known */
export const wordFollower = (searched: () => RecordDefinition[]): Follower => ({
  name: 'search-words',
  async handle(scope: Scope, events: EventRow[]) {
    for (const record of searched()) {
      const touched = events.filter(
        event =>
          event.entityType === record.contract.name && event.action !== 'deleted' && mayBring(record, event),
      )
      if (!touched.length) continue
      await scope.session.rows(
        `insert into search_words (workspace_id, word) select distinct t.workspace_id, w.word
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) k(workspace_id, id)) k
         join ${tableOf(record)} t on t.workspace_id = k.workspace_id and t.id = k.id, ${wordsIn('t')} where ${IS_WORD} on conflict do nothing`,
        [
          arrayLiteral(touched.map(({ workspaceId }) => workspaceId)),
          arrayLiteral(touched.map(({ entityId }) => entityId)),
        ],
      )
    }
  },
})

/** Forgets what nobody has written any more: a word may be the name of somebody whose records were removed for good. */
export const wordSweep = (searched: () => RecordDefinition[]): Schedule => ({
  name: 'search-words-sweep',
  cron: '29 4 * * *',
  async run(database: Database) {
    const workspaces = await database.inSystem('ascendore_worker', scope =>
      scope.session.rows('select distinct workspace_id as id from search_words'),
    )
    for (const { id } of workspaces) await sweep(database, searched(), id as string)
  },
})

/** Removes the words of one workspace that stand in none of its records. */
export async function sweep(
  database: Database,
  searched: RecordDefinition[],
  workspaceId: string,
): Promise<void> {
  const all = searched.map(record => wordsOf(record, 't.workspace_id = $1::uuid'))
  await database.inSystem('ascendore_worker', async scope => {
    await scope.session.script("set local statement_timeout = '10min'")
    await scope.session.rows(
      `delete from search_words s where s.workspace_id = $1::uuid and not exists (select from (${all.join(' union ')}) w where w.word = s.word)`,
      [workspaceId],
    )
  })
}

/** Words that are not more than so many typos off one, as they are asked for. */
export type Asking = {
  word: string
  typos: number
  alike: number
  /** A script that stands before the statement. */
  settings: string
  /** Words like this one, as `word`; and as `type` and `ids` the records whose changes the follower has not read yet. Of one moment. */
  select: (add: Add) => string
}

function asking({ who }: Tx, word: string, typos: number, likeness: number): Asking {
  // Rounded down: the database compares single precision.
  const alike = Math.floor(likeness * 1000) / 1000
  return {
    ...{ word, typos, alike },
    // Of anybody's words the planner thinks few, and would rather read all of the workspace's in their primary key alone.
    settings: `set local pg_trgm.similarity_threshold = ${alike}; set local enable_indexonlyscan = off`,
    select(add) {
      const [workspace, meant] = [add(who.workspaceId, 'uuid'), add(word, 'text')]
      return `select word, null as type, null as ids from (
          select word from search_words where workspace_id = ${workspace} and word % ${meant}
          order by similarity(word, ${meant}) desc, word limit ${ALIKE_AT_MOST}) k
        union all select null, entity_type, array_agg(entity_id)::text from (
          select distinct entity_type, entity_id from (select entity_type, entity_id from events where workspace_id = ${workspace}
            and seq > (select coalesce(max(seq), 0) from event_cursors where follower = 'search-words') and seq < 9223372036854775807
            order by seq desc limit ${FRESH_AT_MOST}) e) f group by entity_type`
    },
  }
}

async function ask(tx: Tx, { settings, select }: Asking): Promise<Row[]> {
  const params: unknown[] = []
  const text = select(adderOf(params))
  const setting = tx.session.script(settings)
  setting.catch(() => {})
  const found = await tx.as('ascendore_search', () => tx.session.rows(text, params, 'once'))
  await setting
  return found
}

/** Words like this one in records whose changes the follower has not read yet: mostly there are none, and nothing is asked. */
async function freshWords(
  tx: Tx,
  searched: RecordDefinition[],
  fresh: Row[],
  word: string,
  alike: number,
): Promise<Row[]> {
  const parts = searched.flatMap(record => {
    const ids = fresh.find(({ type }) => type === record.contract.name)?.ids
    return ids ? [{ ids, words: wordsOf(record, WITH_IDS) }] : []
  })
  if (!parts.length) return []
  const rows = await tx.as('ascendore_search', () =>
    together(
      parts.map(({ ids, words }) =>
        tx.session.rows(`select w.word from (${words}) w where similarity(w.word, $3::text) >= ${alike}`, [
          tx.who.workspaceId,
          ids,
          word,
        ]),
      ),
    ),
  )
  return rows.flat()
}
const WITH_IDS = 't.workspace_id = $1::uuid and t.id = any($2::uuid[])'

/** Words one typo off; undefined of what is too short to tell, or no word. */
export const oneTypoOff = (tx: Tx, word: string): Asking | undefined =>
  word.length < TYPO_LETTERS || /\d/.test(word) ? undefined : asking(tx, word, 1, oneTypoAlike(word))

/**
 * What a word that nobody has written may have been meant to be, the likeliest first; none where nothing is near. One letter
 * may be wrong, missing, too much or have changed places with the next, of longer words two.
 * @param answered what `oneTypoOff` was answered, where it has been asked already
 */
export async function meantBy(
  tx: Tx,
  searched: RecordDefinition[],
  word: string,
  answered?: Row[],
): Promise<string[]> {
  const one = oneTypoOff(tx, word)
  if (!one) return []
  const near = await nearest(tx, searched, one, answered ?? (await ask(tx, one)))
  if (near.length || word.length < TWO_TYPOS_LETTERS) return near
  const two = asking(tx, word, 2, ALIKE)
  return nearest(tx, searched, two, await ask(tx, two))
}

/** How alike what is one typo off must be at least. The more is asked for, the fewer words are read. */
function oneTypoAlike(word: string): number {
  // Others are cut in pieces by pg_trgm, and a typo may cut them elsewhere.
  if (!/^[a-z]+$/.test(word)) return ALIKE
  const padded = `  ${word} `
  const trigrams = new Set(Array.from({ length: word.length + 1 }, (_, i) => padded.slice(i, i + 3))).size
  return Math.max(ALIKE, (trigrams - TRIGRAMS_SPOILT) / (trigrams + TRIGRAMS_SPOILT))
}

/** Of what was answered, and of what has not been read yet, the words that are nearest. */
async function nearest(
  tx: Tx,
  searched: RecordDefinition[],
  { word, typos, alike }: Asking,
  answered: Row[],
): Promise<string[]> {
  const [known, fresh] = [answered.filter(row => row.word), answered.filter(row => row.type)]
  const unread = await freshWords(tx, searched, fresh, word, alike)
  const near = [...new Set([...known, ...unread].map(row => row.word as string))]
    .map(likely => ({ word: likely, off: distance(word, likely, typos) }))
    .filter(({ off }) => off <= typos)
    .sort((a, b) => a.off - b.off || (a.word < b.word ? -1 : 1))
  return near
    .filter(({ off }) => off === near[0]!.off)
    .slice(0, MEANT_AT_MOST)
    .map(found => found.word)
}
