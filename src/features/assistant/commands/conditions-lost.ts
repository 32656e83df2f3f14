import { inLanguage } from '#core/ai/language.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hangingKeys } from '#core/record/incoming.ts'
import { recordNamed } from '#core/record/registry.ts'
import { categoryOfTag } from '#features/deal-signals/categories.ts'
import { choiceText } from '../words.ts'
import { add, asNamed, type Reading } from './phrase.ts'

/** Words with which a sentence goes on behind a name or a reason. */
const ENDS =
  'this|last|next|in|since|by|per|of|before|after|between|over|under|above|from|for|owned|and|or|that|which|today|yesterday|during|with|without|won|lost|sorted'
const NAME = `("[^"]+"|(?!(?:${ENDS})\\b)[^\\s¦,]+(?: (?!(?:${ENDS})\\b)[^\\s¦,]+){0,3})`
const REASONS_AT_MOST = 200

/** `deals lost to Velgrove`, `won against them`, `lost because of the price`: who else was named, and which reason was recorded. */
export async function lostConditions(reading: Reading): Promise<void> {
  const { said, lexicon } = reading
  if (!lexicon.record.contract.fields.lostReason) return
  const why = said.take(
    `(?:lost |lose )?(?:because of|due to|on account of|lost (?:over|on|for)|for reasons? of) (?:the |our |their |its |a |an |missing |high |too high )*${NAME}`,
  )
  if (why) await becauseOf(reading, why[1]!)
  const rival = said.take(
    `(?:did |have |has )?(?:(?:we|i) )?(lost|lose|losing|won|win|winning)\\s+(?:¦\\s+)?(?:to|against|out to|from) (?:the |our |an? )?(?:competitors? |rivals? )?${NAME}`,
  )
  if (rival) await against(reading, rival[2]!.replace(/^"|"$/g, ''), /^lo/i.test(rival[1]!))
}

/** A condition of its own: by how they ended it is told which date a period means. */
const ended = (reading: Reading, status: 'WON' | 'LOST'): void =>
  add(reading, { field: 'status', op: 'eq', value: status }, choiceText(status))

/** Deals in whose talks the competitor was named, or whose reason names it. */
async function against(reading: Reading, name: string, isLost: boolean): Promise<void> {
  if (/^(?:a |an )?(?:competitors?|competition|rivals?|others?)$/i.test(name))
    return becauseOf(reading, 'competitor')
  const talks = recordNamed('interaction')
  const { record } = reading.query
  const named: Filter[] = hangingKeys(talks, record.contract.name).length
    ? [
        {
          field: talks.contract.path,
          op: 'some',
          value: { field: 'competitors', op: 'contains', value: name },
        },
      ]
    : []
  const reason: Filter = { field: 'lostReason', op: 'contains', value: name }
  ended(reading, isLost ? 'LOST' : 'WON')
  add(
    reading,
    { or: [...named, ...(isLost ? [reason] : [])] },
    asNamed(
      inLanguage(
        `“${name}” named as competitor${isLost ? ' or reason' : ''}`,
        `„${name}“ als Wettbewerber${isLost ? ' oder Grund' : ''} genannt`,
      ),
    ),
  )
}

/** The recorded reasons that hold the word, or that object to the same: `too expensive` is about the price. */
async function becauseOf(reading: Reading, given: string): Promise<void> {
  const word = given.replace(/^"|"$/g, '').trim()
  const { hands } = reading.vocabulary
  const lost: Filter = { field: 'status', op: 'eq', value: 'LOST' }
  const known = hands.can('POST /reports/run')
    ? await hands.call<{ rows: { keys: (string | null)[] }[] }>('POST /reports/run', {
        body: { entity: 'deal', filter: lost, groupBy: ['lostReason'], measures: [{ op: 'count' }] },
      })
    : { rows: [] }
  const stem = word.toLowerCase().replace(/(?:ing|s)$/, '')
  const category = categoryOfTag(word)
  const reasons = known.rows
    .flatMap(({ keys: [reason] }) => (reason ? [reason] : []))
    .filter(reason => reason.toLowerCase().includes(stem) || (category && categoryOfTag(reason) === category))
    .slice(0, REASONS_AT_MOST)
  const recorded: Filter = reasons.length
    ? { field: 'lostReason', op: 'in', value: reasons }
    : { field: 'lostReason', op: 'contains', value: word }
  const told = (reasons.length ? reasons : [word]).slice(0, 4).map(reason => `“${reason}”`)
  ended(reading, 'LOST')
  add(
    reading,
    recorded,
    asNamed(
      inLanguage(
        `recorded reason ${told.join(' or ')}`,
        `erfasster Grund ${told.join(' oder ').replaceAll('“', '„').replaceAll('”', '“')}`,
      ),
    ),
  )
}
