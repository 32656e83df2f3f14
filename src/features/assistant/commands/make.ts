import { inLanguage } from '#core/ai/language.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { recordNamed } from '#core/record/registry.ts'
import { text } from '../parts.ts'
import { choiceText, nounOf } from '../words.ts'
import { named } from './about.ts'
import { link, plain } from './answer.ts'
import { type Command, type Context, hangOn, type Parts, proposed } from './context.ts'
import { isoOf, momentFrom } from './dates.ts'
import { type Lexicon, NOUNS, nounFrom } from './lexicon.ts'
import { NUMBER, numberFrom } from './numbers.ts'
import { amountOf, isTime, labelsOf, wordCalled } from './phrase.ts'
import { Ambiguous, Unknown } from './resolve.ts'
import { Said } from './text.ts'
import { bodyOf, memberFrom, NoValue, valueFrom } from './values.ts'

const strip = (words: string): string =>
  words
    .replace(/[.!]+$/, '')
    .replace(/^["']|["']$/g, '')
    .trim()
const upper = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** A sentence without the date in it, and the date. */
function withoutDate(words: string, timezone: string) {
  const moment = momentFrom(words, timezone)
  if (!moment) return { rest: words, moment }
  const before = words.slice(0, moment.start).replace(/\s*(?:\b(?:on|at|by|until|for|due|before))?\s*$/i, '')
  return { rest: `${before} ${words.slice(moment.end)}`.replace(/\s+/g, ' ').trim(), moment }
}

/** `log a 20 minute call with Jane Doe: talked about pricing`. */
async function logged(context: Context, match: RegExpExecArray): Promise<Parts | undefined> {
  const [, count, unit, direction, kind = '', who = '', what] = match
  const type = /call/i.test(kind)
    ? 'CALL'
    : /meet/i.test(kind)
      ? 'MEETING'
      : /mail/i.test(kind)
        ? 'EMAIL'
        : 'MESSAGE'
  const { rest, moment } = withoutDate(strip(who), context.timezone)
  const { name, types } = named(rest)
  const found = await context.resolver.one(name, types ?? ['contact', 'company', 'deal'])
  const record = recordNamed('interaction')
  const hanging = hangOn(record, found)
  if (!hanging) return undefined
  const content = what && upper(strip(what))
  const minutes = count && Number(count) * (/^h/i.test(unit ?? '') ? 60 : 1)
  const isPast = moment && `${moment.day}${moment.time ?? ''}` <= `${context.today}99`
  return proposed(
    context,
    'create_record',
    {
      type: 'interaction',
      data: {
        type,
        subject: inLanguage(
          `${upper(type.toLowerCase())} with ${found.ref.title}`,
          `${choiceText(type)} mit ${found.ref.title}`,
        ),
        ...(content ? { content } : {}),
        ...(minutes ? { durationMinutes: minutes } : {}),
        ...(direction ? { direction: /^in/i.test(direction) ? 'INBOUND' : 'OUTBOUND' } : {}),
        ...(moment && isPast ? { occurredAt: isoOf(moment, context.timezone, '12:00') } : {}),
        ...hanging,
      },
    },
    {
      title: inLanguage(
        `Log ${type === 'EMAIL' ? 'an' : 'a'} ${type.toLowerCase()} with ${found.ref.title}`,
        `${choiceText(type)} mit ${found.ref.title} erfassen`,
      ),
      about: found.ref,
    },
  )
}

const TASK_TYPES: readonly [RegExp, string][] = [
  [/^(?:call|phone|ring)\b|\b(?:anrufen|telefonieren)$/i, 'CALL'],
  [/^(?:e-?mail|write|send|reply)\b|\b(?:mailen|anschreiben|schicken|senden|schreiben)$/i, 'EMAIL'],
  [/^(?:meet|visit)\b|\b(?:treffen|besuchen)$/i, 'MEETING'],
  [/\bdemo\b/i, 'DEMO'],
  [/^follow[- ]?up\b|\bnachfassen$/i, 'FOLLOW_UP'],
]

/** `create a task to call Bob tomorrow at 10`, `remind me to send the offer to Acme on Friday`. */
async function task(context: Context, given: string, priority?: string, isFollowUp = false): Promise<Parts> {
  const { rest, moment } = withoutDate(strip(given), context.timezone)
  const assigned = /^(.*?)\s*(?:,?\s*assigned? (?:it )?to)\s+(.+)$/i.exec(rest)
  const words = strip(assigned?.[1] ?? rest).replace(/^(?:to|that i|that)\s+/i, '')
  const about = (await hungOn(context, words, recordNamed('task'))) ?? (await besides(context))
  const title = upper(about?.rest || words) || inLanguage('Follow up', 'Nachfassen')
  return proposed(
    context,
    'create_record',
    {
      type: 'task',
      data: {
        title:
          isFollowUp && !/follow/i.test(title)
            ? inLanguage(`Follow up: ${title}`, `Nachfassen: ${title}`)
            : title,
        type: isFollowUp ? 'FOLLOW_UP' : (TASK_TYPES.find(([pattern]) => pattern.test(words))?.[1] ?? 'TODO'),
        ...(priority ? { priority: priority.toUpperCase() } : {}),
        ...(moment ? { dueAt: isoOf(moment, context.timezone) } : {}),
        ...(assigned ? { assigneeId: memberFrom(context, strip(assigned[2]!)).id } : {}),
        ...about?.hanging,
      },
    },
    {
      title: inLanguage(`Create the task “${title}”`, `Aufgabe „${title}“ anlegen`),
      ...(about ? { about: about.ref } : {}),
    },
  )
}

/** What the order before it in the same sentence was about: `move Acme to Proposal and remind me to call on Friday`. */
async function besides({ wanted, resolver }: Context) {
  const ref = wanted?.at(-1)?.about
  const found = ref && (await resolver.maybe('it'))
  const hanging = found && hangOn(recordNamed('task'), found)
  return hanging && { hanging, ref, rest: '' }
}

/** The record of which a sentence speaks at its end, or behind call, mail, meet: `call Bob`, `send the offer to Acme`. */
async function hungOn(context: Context, words: string, record: RecordDefinition) {
  const found =
    /^(.*?)\s+(?:for|on|about|regarding|to|with|of|at)\s+((?:the )?[^:]+)$/i.exec(words) ??
    /^((?:call|phone|ring|e-?mail|mail|meet|visit|ping|follow up with|chase))\s+(.+)$/i.exec(words) ??
    /^()(.+?)\s+(?:anrufen|anschreiben|treffen|besuchen|kontaktieren)$/i.exec(words) ??
    /^(.*?)\s+(?:mit|bei|für|an|zu|von)\s+(\S+(?:\s+\p{Lu}\S*)*)(?:\s+\p{Ll}+en)?$/u.exec(words)
  if (!found) return undefined
  // What goes on behind the name is none of it: `call Jane and send the offer`.
  const { name, types } = named(found[2]!.split(/,|\s+(?:and|or|about|regarding|und|oder|wegen)\s+/i)[0]!)
  const target = await calledSo(context, name, types ?? ['contact', 'company', 'deal', 'lead', 'project'])
  if (!target) return undefined
  const hanging = hangOn(record, target)
  return hanging && { hanging, ref: target.ref, rest: words }
}

/**
 * The record of which a title speaks. A name has to be said as it is; a search forgives more than a task should: `call Eve` is about
 * no Everland. @throws Ambiguous where several are called so
 */
async function calledSo({ resolver }: Context, name: string, types: readonly string[]) {
  try {
    const found = await resolver.maybe(name, types)
    return found && sameWords(name, found.ref.title) ? found : undefined
  } catch (error) {
    if (!(error instanceof Ambiguous)) throw error
    const so = error.found.filter(({ ref }) => sameWords(name, ref.title))
    if (so.length > 1) throw new Ambiguous(name, so)
    return so[0]
  }
}

/** All words that were said are words of the title, but for an ending such as that of a genitive. */
const sameWords = (said: string, title: string): boolean => {
  const words = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? []
  const own = new Set(words(title.replace(/['’]s\b/g, '')))
  const asked = words(said.replace(/['’]s\b/g, ''))
  return asked.length > 0 && asked.every(word => own.has(word))
}

async function note(context: Context, name: string, body: string): Promise<Parts | undefined> {
  const { name: called, types } = named(name)
  const found = await context.resolver.one(
    called,
    types ?? ['contact', 'company', 'deal', 'lead', 'project', 'campaign'],
  )
  const hanging = hangOn(recordNamed('note'), found)
  if (!hanging) return undefined
  return proposed(
    context,
    'create_record',
    { type: 'note', data: { body: upper(strip(body)), ...hanging } },
    {
      title: inLanguage(`Add a note to ${found.ref.title}`, `Notiz zu ${found.ref.title} anlegen`),
      about: found.ref,
    },
  )
}

/** `create a deal Acme renewal for 50k with Acme closing on 1 March`. */
async function create(context: Context, noun: string, details: string): Promise<Parts | undefined> {
  const { record, narrowed } = nounFrom(noun)!
  // `new deals this week` are asked for.
  if (/^new\b/i.test(context.said) && /s$|people/i.test(noun)) return undefined
  if (!context.turn.hands.operation(`POST /${record.contract.path}`)) return undefined
  const lexicon = await context.vocabulary.lexiconOf(record)
  const said = new Said(strip(details))
  const body: Record<string, unknown> = narrowed ? { [narrowed.field]: narrowed.value } : {}
  await readDetails(context, lexicon, said, body)
  await readLink(context, lexicon, said, body)
  const name = said.rest
    .split('¦')[0]!
    .replace(/^\s*(?:called|named|for|:)\s+/i, '')
    .trim()
  const called = strip(name.replace(/\s+(?:with|and|for|at|worth|from|in|on|by|of)$/i, '').replace(/,$/, ''))
  // An appointment needs no name: with whom and when it is says enough.
  const title = called || (record.contract.fields.date?.required ? upper(context.say.noun(record, 1)) : '')
  if (!title && record.contract.title.some(key => record.contract.fields[key]?.required)) {
    return (async function* (): Parts {
      yield text(
        inLanguage(
          `What should the ${nounOf(record, 1)} be called? Say for example: create a ${nounOf(record, 1)} called “${plain(record.contract.label)} of today”.`,
          `Wie soll es heißen? Sagen Sie zum Beispiel: erstelle ${context.say.noun(record, 1)} namens „${context.say.noun(record, 1)} von heute“.`,
        ),
      )
    })()
  }
  const lacking = Object.entries(record.contract.fields).find(
    ([key, { kind, required }]) => kind === 'link' && required && !body[key],
  )
  if (lacking) throw new NoValue(lacksLink(context, record, lacking[1].target!))
  Object.assign(body, titled(record, title))
  return proposed(context, 'create_record', { type: record.contract.name, data: body }, {})
}

/** A visit is with a contact: which one, nobody has said yet. */
function lacksLink({ say }: Context, record: RecordDefinition, target: string): string {
  const [noun, other] = [say.noun(record, 1), say.noun(recordNamed(target), 1)]
  return inLanguage(
    `A ${noun} needs a ${other}, and you named none that I know. Say it again with the name of one, as in “… with Jane Doe”.`,
    `Dazu fehlt, für wen: ${noun} geht nur mit „${other}“, und keiner, den ich kenne, wurde genannt. Sagen Sie es noch einmal mit dem Namen, etwa „… mit Jane Doe“.`,
  )
}

function titled({ contract }: RecordDefinition, title: string): Record<string, string> {
  const [first, second] = contract.title
  if (!title || !first) return {}
  if (!second) return { [first]: title }
  const [head = '', ...rest] = title.split(/\s+/)
  return { [first]: head, [second]: rest.join(' ') }
}

async function readDetails(
  context: Context,
  lexicon: Lexicon,
  said: Said,
  body: Record<string, unknown>,
): Promise<void> {
  const words = lexicon.words.filter(({ field }) => field.writable !== 'never' && field.kind !== 'object')
  const has = (kind: string) => words.find(({ field }) => field.kind === kind)
  const mail =
    has('email') && said.take('(?:(?:with |and )?(?:e-?mail(?: address)? )?)([^\\s@¦]+@[^\\s@¦,]+\\.\\w+)')
  if (mail) body[has('email')!.path] = mail[1]
  const phone =
    has('phone') &&
    said.take('(?:(?:with |and )?(?:phone|mobile|tel)(?: number)? )?(\\+?\\d[\\d ()/-]{6,}\\d)')
  if (phone) body[has('phone')!.path] = phone[1]
  const amount = amountOf(lexicon)
  const money =
    amount?.field.kind === 'money' &&
    said.take(
      `(?:worth|for|over|valued at|of|at|with (?:an? )?(?:amount|value|budget) of|amount|value|budget)\\s+(${NUMBER})`,
    )
  const number = money && numberFrom(money[1]!)
  if (amount && number) {
    body[amount.path] = number.value
    if (number.currency && lexicon.record.contract.fields.currency) body.currency = number.currency
  }
  const stage = lexicon.named.find(({ name }) =>
    said.take(`(?:in|at|to) (?:the )?(?:stage )?${name.replace(/\W/g, '.')}(?: stage)?`),
  )
  if (stage) body[stage.field] = stage.id
  const time = words.find(
    ({ field, path }) =>
      isTime(field) && field.writable === 'always' && !/actual|completed|paid|issued/i.test(path),
  )
  const { moment, rest } = withoutDate(said.rest, context.timezone)
  if (time && moment) {
    body[time.path] = time.field.kind === 'date' ? moment.day : isoOf(moment, context.timezone)
    if (moment.time && lexicon.record.contract.fields.time) body.time = moment.time
    said.rest = ` ${rest.replace(/\s+(?:closing|expected to close|due|starting|scheduled)$/i, '').replace(/\s+(?:closing|due|starting)(?=\s)/i, ' ¦ ')} `
  }
  const labelled = `(?:with|and|,)?\\s*(?:an? |the )?(${labelsOf(words)})(?: is|:| of)?\\s+("[^"]+"|[^\\s¦,]+)`
  for (const found of said.takeAll(`(?:with|and)${labelled.slice('(?:with|and|,)?'.length)}`)) {
    const word = wordCalled(words, found[1]!)
    if (word) Object.assign(body, bodyOf(word.path, await valueFrom(context, lexicon, word, found[2]!)))
  }
}

/** `at Acme`, `for Acme`, `with Jane Doe`: on what the new record hangs. */
async function readLink(
  context: Context,
  lexicon: Lexicon,
  said: Said,
  body: Record<string, unknown>,
): Promise<void> {
  const found = said.take(
    '(?:at|for|with|of|from)\\s+(?:the )?(?:company |contact |deal )?("[^"]+"|[^¦"]+?)(?=\\s*(?:¦|,|$))',
  )
  if (!found) return
  const name = strip(found[1]!.trim())
  const target = await calledSo(context, name, ['company', 'contact', 'deal', 'lead', 'project'])
  const hanging = target && hangOn(lexicon.record, target)
  if (hanging) Object.assign(body, hanging, hanging.companyId ? { companyId: hanging.companyId } : {})
  else if (lexicon.record.contract.fields.company?.kind === 'text') body.company = name
  else if (lexicon.record.contract.fields.source && /from/i.test(found[0])) body.source = name
  // Somebody's name does not go on with a firm that nobody knows; a title may.
  else if (lexicon.record.contract.title.length > 1 && lexicon.record.contract.fields.companyId)
    throw new Unknown(name, ['company'])
  else said.putBack(found[0])
}

/** `draft a follow-up to Jane about the offer`: by the route of drafts, where there is one. */
async function draft(context: Context, kind: string, who: string, about: string | undefined): Promise<Parts> {
  const { turn, resolver } = context
  const { name, types } = named(strip(who))
  const { ref } = await resolver.one(name, types ?? ['contact', 'lead', 'deal'])
  if (!turn.hands.can('POST /ai/email-draft'))
    throw new NoValue(inLanguage('I cannot draft e-mails here.', 'E-Mails kann ich hier nicht entwerfen.'))
  return (async function* (): Parts {
    // That it is an e-mail is no purpose, and would stand in the draft as one.
    const what = /^(?:an? )?(?:e-?mail|mail|message|letter)s?$/i.test(kind.trim()) ? '' : kind.trim()
    const purpose = [what, about && strip(about)].filter(Boolean).join(': ') || 'follow up'
    const { data } = yield* turn.read('draft_email', { type: ref.recordType, id: ref.recordId, purpose })
    const { subject, body } = data as { subject: string; body: string }
    yield text(
      `${inLanguage(`A draft for ${link(ref)}; nothing has been sent.`, `Ein Entwurf für ${link(ref)}; nichts wurde versandt.`)}\n\n**${plain(subject)}**\n\n${quoted(body)}`,
    )
    yield { type: 'records', records: [ref] }
  })()
}

const quoted = (body: string): string =>
  body
    .split('\n')
    .map(line => `> ${plain(line)}`)
    .join('\n')

/** Commands that make something new. */
export const makeCommands: Command[] = [
  {
    pattern:
      /^(?:please )?(?:log|record|note down|add|track)\s+(?:an?\s+|the\s+|my\s+)?(?:(\d+)[- ]?(min(?:ute)?s?|h(?:ou)?rs?)\s+)?(?:(inbound|outbound|incoming|outgoing)\s+)?(?:phone )?(calls?|e-?mails?|mails?|meetings?|messages?|chats?)\s+(?:with|to|from|at)\s+(.+?)(?:\s*(?::|\s[-–]\s|,?\s+(?:about|regarding|saying|where)\s)\s*(.+))?$/i,
    run: logged,
  },
  {
    pattern: /^(?:please )?remind me (?:to|that|about)\s+(.+)$/i,
    run: (context, match) => task(context, match[1]!),
  },
  {
    pattern:
      /^(?:please )?(?:create|add|make|new|set up|schedule|plan)\s+(?:an?\s+|the\s+)?(?:new )?(?:(urgent|high|medium|low)(?:[- ]priority)?\s+)?(task|to-?do|reminder|follow[- ]?up)(?:\s+task)?\s*(?::|called|named|for me to|to)?\s+(.+)$/i,
    run: (context, match) => task(context, match[3]!, match[1], /^follow/i.test(match[2]!)),
  },
  {
    pattern:
      /^(?:please )?(?:add|create|make|write|leave|put)?\s*(?:an?\s+)?note\s+(?:to|on|for|about|at)\s+(.+?)\s*(?::|\bsaying\b|\bthat\b)\s*(.+)$/i,
    run: (context, match) => note(context, match[1]!, match[2]!),
  },
  {
    pattern:
      /^(?:please )?(?:draft|write|compose|prepare)\s+(?:me\s+)?(?:an?\s+)?(.*?(?:e-?mail|mail|follow[- ]?up|message|letter|reply|answer|proposal|thank[- ]you|introduction)(?: e-?mail| mail| message)?)\s*(?:to|for)\s+(.+?)(?:\s+(?:about|regarding|on|saying|asking|to ask)\s+(.+))?$/i,
    run: (context, match) => draft(context, match[1]!, match[2]!, match[3]),
  },
  {
    pattern: () =>
      new RegExp(
        `^(?:please )?(?:create|add|make|new|register|enter|schedule|plan)\\s+(?:an?\\s+|the\\s+)?(?:new\\s+)?(${NOUNS()})(?![\\w-])\\s*(.*)$`,
        'i',
      ),
    run: (context, match) => create(context, match[1]!, match[2]!),
  },
]
