import { inLanguage } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import { Refusal } from '#core/errors.ts'
import type { RecordRef } from '../hands.ts'
import { text } from '../parts.ts'
import { link, plain } from './answer.ts'
import type { Context, Parts, Wanted } from './context.ts'

const ORDERS_AT_MOST = 5

/** Verbs with which an order begins, in both languages. */
const VERBS =
  'move|push|mark|set|change|update|assign|reassign|tag|untag|rename|complete|close|create|add|make|log|remind me|convert|delete|increase|raise|reduce|lower|verschiebe?|bewege?|setze?|ändere?|markiere?|weise?|übergib|tagge?|benenne?|erledige?|schließe?|erstelle?|lege?|füge?|erinnere?|protokolliere?|erfasse?|notiere?|wandle|lösche?|erhöhe?|senke?'
/** What is written, done or remembered is told freely, up to the end of the sentence, and other verbs may stand in it. */
const FREE =
  /^(?:please |bitte )?(?:remind|log|record|note|draft|write|schedule|erinner|protokollier|erfass|notier|notiz|entwirf|schreib|(?:create|add|make|erstelle?|lege?|füge?)\b.*?\b(?:task|to-?do|reminder|note|follow[- ]?up|aufgabe|notiz|erinnerung)\b)/iu
const CERTAIN =
  /^(?:(?:create|add|make|log) an? |remind me |(?:set|change) (?:the|its) |(?:move|assign|tag|mark) (?:it|the deal|the lead) |(?:erstelle?|lege?) (?:eine?|noch) |erinnere? mich |(?:setze?|ändere?) (?:den|die|das) |(?:verschiebe?|markiere?|tagge?) (?:ihn|es|sie|den deal) )/iu

/** The orders of one sentence: `move Acme to Proposal and create a task to call tomorrow`. One alone where it holds no more. */
export function ordersIn(said: string): string[] {
  if (!new RegExp(`^(?:please |bitte )?(?:${VERBS})(?![\\p{L}-])`, 'iu').test(said)) return [said]
  const joint = new RegExp(
    `(?:\\s*[,;.])?\\s+(?:and|und)(?:\\s+(?:then|also|dann|auch|danach))?\\s+(?=(?:${VERBS})(?![\\p{L}-]))|\\s*[,;.]\\s+(?:(?:then|dann|danach)\\s+)?(?=(?:${VERBS})(?![\\p{L}-]))`,
    'giu',
  )
  const orders: string[] = []
  let from = 0
  for (const { index, 0: words } of said.matchAll(joint)) {
    const before = said.slice(from, index)
    const behind = said.slice(index + words.length)
    // Within quotes it is a name.
    const isQuoted = (before.match(/"/g) ?? []).length % 2 === 1
    if (isQuoted || (FREE.test(before) && !CERTAIN.test(behind))) continue
    orders.push(before)
    from = index + words.length
  }
  orders.push(said.slice(from))
  return orders.length > ORDERS_AT_MOST ? [said] : orders.map(order => order.trim())
}

/** Changes of one record are one change: the second would find it changed by the first. */
function together(wanted: readonly Wanted[]): Wanted[] {
  const all: Wanted[] = []
  for (const one of wanted) {
    const same = all.find(
      ({ tool, input }) =>
        tool === 'update_record' && one.tool === tool && (input as Row).id === (one.input as Row).id,
    )
    if (!same) {
      all.push({ ...one })
      continue
    }
    same.input = {
      ...same.input,
      data: { ...((same.input as Row).data as Row), ...((one.input as Row).data as Row) },
    }
    same.title = [same.title, one.title].filter(Boolean).join(' · ')
  }
  return all
}

/** Proposes what the orders of a sentence came to, each by itself. */
export async function* proposedTogether({ turn, say }: Context, wanted: readonly Wanted[]): Parts {
  const about = new Map<string, RecordRef>()
  const lines: string[] = []
  for (const { tool, input, title, about: ref } of together(wanted)) {
    if (ref) about.set(ref.recordId, ref)
    const at = ref ? `${link(ref)}: ` : ''
    try {
      const proposal = yield* turn.propose(tool, input, title)
      lines.push(`- ${at}${plain(proposal ? proposal.title : say.nothingChanges)}`)
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      lines.push(`- ${at}${say.refused(plain(error.message))}`)
    }
  }
  yield text(
    `${inLanguage('This is what I would do. Confirm it all with yes, or each by itself:', 'Das würde ich tun. Bestätigen Sie alles mit Ja oder jedes für sich:')}\n\n${lines.join('\n')}`,
  )
  if (about.size) yield { type: 'records', records: [...about.values()] }
}
