import type { Evidence } from '#core/ai/answer.ts'
import { evidenceOf, type SourceText } from '#core/ai/evidence.ts'
import { type Sentence, sentencesOf } from '#core/ai/text.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { perKey } from '#core/record/per-key.ts'
import { type ObjectionCategory, pointsFor } from './categories.ts'
import { TWO_WAY } from './facts.ts'

/** So many of the latest texts of a record are read. */
export const TALKS_AT_MOST = 200
/** And so many letters of them: rules are tried at each, on the thread that serves everybody (about a second for a million). */
const LETTERS_AT_MOST = 250_000

/** A logged call, mail, meeting or message, or a note: what was said or written about a record. */
export type Talk = {
  id: string
  recordType: 'interaction' | 'note' | 'lead'
  type: 'CALL' | 'EMAIL' | 'MEETING' | 'MESSAGE' | 'NOTE'
  isInbound: boolean
  /** The other side took part. */
  isTwoWay: boolean
  subject: string | null
  text: string
  nextSteps: string | null
  objections: string[]
  competitors: string[]
  sentiment: number | null
  occurredAt: string
  contactId: string | null
  dealId: string | null
  authorId: string | null
}

const LINKS = { deal: 'deal_id', contact: 'contact_id', company: 'company_id' } as const
/** Of a company also what belongs to its deals; as two look-ups by index. */
const linkedTo = (type: keyof typeof LINKS): string =>
  type === 'company'
    ? `i.id = any(array(select x.id from interactions x where x.workspace_id = $1::uuid and x.company_id = any($2::uuid[])
        union select x.id from interactions x join deals d on d.workspace_id = $1::uuid and d.id = x.deal_id where x.workspace_id = $1::uuid and d.company_id = any($2::uuid[])))`
    : `i.${LINKS[type]} = any($2::uuid[])`

export type Subject = { type: 'deal' | 'contact' | 'company' | 'lead'; id: string }

/** What was said and noted about a record, and what a lead itself notes, as far as the caller may see it, the latest first. */
export const talksOf = (tx: Tx, subject: Subject): Promise<Talk[]> =>
  talksOfMany(tx, subject.type, [subject.id])

/** The same of several records of one type together. */
export async function talksOfMany(
  tx: Tx,
  type: Subject['type'],
  ids: readonly string[],
  atMost = TALKS_AT_MOST,
): Promise<Talk[]> {
  if (!ids.length) return []
  const given = [tx.who.workspaceId, arrayLiteral(ids), atMost]
  const notes = tx.session.rows(
    `select id, 'note' as "recordType", 'NOTE' as type, false as "isInbound", false as "isTwoWay", null as subject, body as text, null as "nextSteps", '{}'::text[] as objections,
       '{}'::text[] as competitors, null::float8 as sentiment, created_at as "occurredAt", null as "contactId", case when related_type = 'deal' then related_id end as "dealId", author_id as "authorId"
     from notes where workspace_id = $1::uuid and related_id = any($2::uuid[]) and deleted_at is null order by created_at desc limit $3::int`,
    given,
  )
  const said =
    type === 'lead'
      ? tx.session.rows(
          `select id, 'lead' as "recordType", 'NOTE' as type, false as "isInbound", false as "isTwoWay", null as subject, notes as text, null as "nextSteps", '{}'::text[] as objections,
             '{}'::text[] as competitors, null::float8 as sentiment, created_at as "occurredAt", null as "contactId", null as "dealId", created_by_id as "authorId"
           from leads where workspace_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null and notes is not null limit $3::int`,
          given,
        )
      : tx.session.rows(
          `select i.id, 'interaction' as "recordType", i.type, i.direction = 'INBOUND' as "isInbound", ${TWO_WAY} as "isTwoWay", i.subject, coalesce(i.content, '') as text, i.next_steps as "nextSteps",
             i.objections, i.competitors, i.sentiment_score as sentiment, i.occurred_at as "occurredAt", i.contact_id as "contactId", i.deal_id as "dealId", i.created_by_id as "authorId"
           from interactions i where i.workspace_id = $1::uuid and ${linkedTo(type)} and i.deleted_at is null and i.occurred_at <= now()
           order by i.occurred_at desc limit $3::int`,
          given,
        )
  const all = (await together([notes, said])).flat() as Talk[]
  return shortenedTo(
    LETTERS_AT_MOST,
    all.sort((a, b) => (a.occurredAt < b.occurredAt ? 1 : -1)).slice(0, atMost),
  )
}

/** The beginnings of the longest texts, as far as all together have so many letters; what is shorter stays whole. */
function shortenedTo(letters: number, talks: Talk[]): Talk[] {
  let left = letters
  const rising = talks.map(({ text }) => text.length).sort((a, b) => a - b)
  for (const [i, length] of rising.entries()) {
    const share = Math.floor(left / (rising.length - i))
    const cut = (text: string) => text.slice(0, share).replace(/[\ud800-\udbff]$/, '')
    if (length > share) return talks.map(talk => ({ ...talk, text: cut(talk.text) }))
    left -= length
  }
  return talks
}

/** How many there are of each type, also of those that are too many to be read. */
export async function countedTalks(tx: Tx, { type, id }: Subject): Promise<Record<string, number>> {
  const given = [tx.who.workspaceId, arrayLiteral([id])]
  const [[notes], said] = await together([
    tx.session.rows(
      `select count(*)::int as n from notes where workspace_id = $1::uuid and related_id = any($2::uuid[]) and deleted_at is null`,
      given,
    ),
    type === 'lead'
      ? []
      : tx.session.rows(
          `select i.type, count(*)::int as n from interactions i where i.workspace_id = $1::uuid and ${linkedTo(type)} and i.deleted_at is null and i.occurred_at <= now() group by i.type`,
          given,
        ),
  ])
  return Object.fromEntries([['NOTE', notes!.n], ...said.map(row => [row.type, row.n])])
}

/** The text of a talk as a source of quotes. */
export const sourceOf = ({ recordType, id, text, occurredAt }: Talk): SourceText => ({
  recordType,
  recordId: id,
  field: recordType === 'interaction' ? 'content' : recordType === 'note' ? 'body' : 'notes',
  text,
  occurredAt,
})

const GREETING =
  /^(?:(?:hi|hello|dear|good (?:morning|afternoon|evening)|hey)\b(?:[^.?!]{0,60}[,:]?|.*\bhope\b.*)|\p{L}+,|(?:best|kind|warm)? ?regards.*|thanks?,?|cheers.*|(?:hallo|moin|guten (?:morgen|tag|abend)|sehr geehrte\p{L}*|liebe\p{L}{0,2})\b[^.?!]{0,60}[,:!]?|(?:(?:mit )?(?:freundlichen|besten|herzlichen|vielen|viele|liebe|beste) grü(?:ß|ss)en?|(?:vielen )?dank im voraus|danke|mfg|vg|lg).*)$/iu
const WORDS_AT_LEAST = 3

/** The sentences of a talk that say something; neither greeting nor ending. An answer asks for them many times over. */
export const saidIn = perKey((talk: Talk): readonly Sentence[] =>
  sentencesOf(talk.text).filter(
    ({ sentence }) => sentence.split(/\s+/).length >= WORDS_AT_LEAST && !GREETING.test(sentence),
  ),
)

export const quoteOf = (talk: Talk, sentence: Sentence): Evidence => evidenceOf(sourceOf(talk), sentence)

/** What a talk says by one of its other fields, such as `nextSteps`. */
export const fieldQuote = (talk: Talk, field: string, text: string): Evidence => ({
  recordType: talk.recordType,
  recordId: talk.id,
  field,
  sentence: text,
  occurredAt: talk.occurredAt,
})

/** The sentence that says most by some measure, or undefined where none says anything. */
export function bestSentence(talk: Talk, score: (sentence: string) => number): Sentence | undefined {
  let best: { sentence: Sentence; points: number } | undefined
  for (const sentence of saidIn(talk)) {
    const points = score(sentence.sentence)
    if (points > (best?.points ?? 0)) best = { sentence, points }
  }
  return best?.sentence
}

/** Where a talk raises an objection of that category: the sentence, or else the tag that it was logged with. */
export function objectionQuote(talk: Talk, category: ObjectionCategory, tag: string): Evidence {
  const found = bestSentence(talk, sentence => pointsFor(category, sentence))
  return found ? quoteOf(talk, found) : fieldQuote(talk, 'objections', tag)
}

/** Where a talk names a competitor: the sentence, or else the name that it was logged with. */
export function competitorQuote(talk: Talk, name: string): Evidence {
  const wanted = name.toLowerCase()
  const found = bestSentence(talk, sentence => (sentence.toLowerCase().includes(wanted) ? 1 : 0))
  return found ? quoteOf(talk, found) : fieldQuote(talk, 'competitors', name)
}

/** How calls and meetings are begun to be told: who with, and where. */
export const OPENING =
  /^(?:\p{L}+ (?:called|rang)|call from|called|incoming call|spoke with|phone call|reached|met|on site at|video meeting|meeting at|next:|\p{L}+ (?:rief an|hat angerufen)|anruf (?:von|mit|bei)|(?:telefonat|gespräch|treffen|termin|videokonferenz|besuch) (?:mit|bei|in)\b|vor ort bei|nächster schritt:)/iu

/** A talk by its gist: of the sentences that say something the longest that is no opening, or its subject. */
export function gistOf(talk: Talk): Evidence {
  const best = bestSentence(talk, sentence =>
    OPENING.test(sentence) ? 1 : 10 + Math.min(150, sentence.length),
  )
  if (best) return quoteOf(talk, best)
  return fieldQuote(talk, talk.subject ? 'subject' : 'type', talk.subject ?? talk.type)
}
