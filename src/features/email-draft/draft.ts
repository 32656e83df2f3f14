import { z } from 'zod'
import { aiAnswer, type Warning } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { oneClick } from '#features/deal-coach/shapes.ts'
import { type WonAnswer, wonAnswers } from '#features/deal-signals/answers.ts'
import { OBJECTION_CATEGORIES } from '#features/deal-signals/categories.ts'
import { historyWith } from '#features/deal-signals/history.ts'
import { objectionsIn, type Raised } from '#features/deal-signals/raised.ts'
import { requiredSubject } from '#features/deal-signals/subject.ts'
import {
  bestSentence,
  gistOf,
  quoteOf,
  type Subject,
  sourceOf,
  type Talk,
  talksOf,
} from '#features/deal-signals/talks.ts'
import { addressees, leadAsPerson, type Person, senderName } from './people.ts'
import { type Letter, PURPOSES, purposeOf, TONES, writeMail } from './write.ts'

const id = (what: string) => z.uuid(`must be the id of a ${what}`).optional()
export const draftBody = z.strictObject({
  contactId: id('contact'),
  leadId: id('lead'),
  dealId: id('deal'),
  purpose: z.string().trim().min(2, 'must say what the mail is for').max(500),
  tone: z.enum(TONES).default('friendly'),
})

export const draftAnswer = aiAnswer({
  purpose: z.enum(PURPOSES).meta({ description: 'As the words were understood' }),
  tone: z.enum(TONES),
  to: z.array(z.object({ contactId: z.uuid().nullable(), name: z.string(), email: z.string().nullable() })),
  subject: z.string(),
  body: z.string().meta({ description: 'Plain text; [brackets] are for the sender to fill' }),
  create: oneClick.nullable().meta({
    description: 'Sends it as it is; null for a lead, who is no contact yet, or where nobody has an address',
  }),
})
type Answer = Omit<z.infer<typeof draftAnswer>, 'provider' | 'model' | 'generatedAt'>
export type Drafted = { builtin: Answer; facts: object; sources: SourceText[] }

const SOURCES_AT_MOST = 20

/** A mail to whom a deal, contact or lead is about, from what was said last. @throws Refusal 400 where the record is not there for the caller */
export async function draftMail(tx: Tx, body: z.infer<typeof draftBody>): Promise<Drafted> {
  const subject = requiredSubject(body, ['dealId', 'contactId', 'leadId'])
  const [people, talks, sender] = await together([
    subject.type === 'lead' ? leadAsPerson(tx, subject.id) : addressees(tx, subject),
    talksOf(tx, subject),
    senderName(tx),
  ])
  const purpose = purposeOf(body.purpose)
  const raised = objectionFor(body.purpose, objectionsIn(talks))
  const answers =
    purpose === 'OBJECTION' || purpose === 'REPLY' ? await usable(tx, subject, raised, talks) : []
  const last = lastFrom(talks, people)
  const letter: Letter = {
    purpose,
    asked: body.purpose,
    tone: body.tone,
    firstName: people.first,
    lastName: people.last,
    company: people.company,
    dealTitle: people.dealTitle,
    sender,
    last: last
      ? { sentence: last.sentence, at: last.occurredAt!, isQuestion: last.sentence.endsWith('?') }
      : null,
    objection: raised
      ? { category: raised.category, at: raised.raisedAt, sentence: raised.evidence.sentence }
      : null,
    // What was noted for ourselves is not for them.
    nextStep:
      talks.find(({ nextSteps }) => nextSteps && !/\b(?:their|they|them|our)\b/i.test(nextSteps))
        ?.nextSteps ?? null,
    answers,
  }
  const mail = writeMail(letter)
  const builtin: Answer = {
    purpose,
    tone: body.tone,
    to: people.to,
    ...withClick(mail, people, subject),
    evidence: unique([
      ...(last ? [last] : []),
      ...(raised ? [raised.evidence] : []),
      ...answers.slice(0, 1).flatMap(one => [one.raised, one.answer]),
    ]),
    confidence: last ? 0.6 : 0.3,
    warnings: warningsFor(mail.body, people, talks),
  }
  const facts = {
    purpose: body.purpose,
    tone: body.tone,
    to: people.to.map(({ name }) => name),
    company: people.company,
    deal: people.dealTitle,
    sender,
    draft: mail,
    nextStep: letter.nextStep,
  }
  return { builtin, facts, sources: talks.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

/** Subject and body, and the call that sends them. What mail templates would read as their own is taken apart. */
export function withClick(
  mail: { subject: string; body: string },
  people: Person,
  { type, id: recordId }: Subject,
): Pick<Answer, 'subject' | 'body' | 'create'> {
  const plain = (text: string) => text.replaceAll('{{', '{ {').replaceAll('{%', '{ %')
  const [subject, body] = [plain(mail.subject).slice(0, 300), plain(mail.body)]
  const contactIds = people.to.flatMap(({ contactId, email }) => (contactId && email ? [contactId] : []))
  const create = contactIds.length
    ? {
        method: 'POST' as const,
        path: '/emails' as const,
        body: { contactIds, ...(type === 'deal' ? { dealId: recordId } : {}), subject, body },
      }
    : null
  return { subject, body, create }
}

/** The objection that is meant: the one that is named, or else the last that nobody has answered. */
function objectionFor(purpose: string, raised: readonly Raised[]): Raised | undefined {
  const named = OBJECTION_CATEGORIES.find(category => purpose.toLowerCase().includes(category))
  return raised.findLast(({ category }) => category === named) ?? raised.findLast(({ answered }) => !answered)
}

/** The last sentence worth quoting to them that came from them, or was said with them. */
function lastFrom(talks: readonly Talk[], people: Person) {
  const theirs = talks.filter(
    talk =>
      talk.isTwoWay && (!people.contactId || talk.contactId === people.contactId || talk.contactId === null),
  )
  const letter =
    theirs.find(({ isInbound, type }) => isInbound && (type === 'EMAIL' || type === 'MESSAGE')) ?? theirs[0]
  if (!letter) return undefined
  const asked = bestSentence(letter, sentence => (sentence.endsWith('?') ? 300 : 0))
  return asked ? quoteOf(letter, asked) : gistOf(letter)
}

/** Shared words of two objections from which on what answered the one may answer the other. */
const SAME_OBJECTION = 0.25

/** What worked elsewhere and may be written to others: an answer to the same thing, without numbers, which were that customer's. */
async function usable(
  tx: Tx,
  subject: Subject,
  raised: Raised | undefined,
  talks: readonly Talk[],
): Promise<WonAnswer[]> {
  const category = raised?.category
  if (!category) return []
  const dealId = subject.type === 'deal' ? subject.id : talks.find(talk => talk.dealId)?.dealId
  const history = await historyWith(tx, dealId ? [dealId] : [])
  const found = await wonAnswers(
    tx,
    { category, text: raised.evidence.sentence, closed: history.closed, deal: history.named[0] },
    12,
  )
  return found.filter(
    ({ text, alike }) => alike >= SAME_OBJECTION && !/\d/.test(text) && !/\b(?:their|they)\b/i.test(text),
  )
}

function warningsFor(body: string, people: Person, talks: readonly Talk[]): Warning[] {
  const warnings: Warning[] = []
  if (!people.to.some(({ email }) => email))
    warnings.push({
      code: 'NO_ADDRESS',
      message: inLanguage('Nobody there has an e-mail address', 'Niemand dort hat eine E-Mail-Adresse'),
    })
  if (!talks.some(talk => talk.isTwoWay))
    warnings.push({
      code: 'COLD_START',
      message: inLanguage(
        'Nothing that they said is on record, so the draft is general',
        'Nichts, was sie sagten, ist erfasst; der Entwurf ist daher allgemein',
      ),
    })
  if (/\[[^\]]+\]/.test(body))
    warnings.push({
      code: 'FILL_IN',
      message: inLanguage(
        'What stands in brackets is for you to fill',
        'Was in Klammern steht, füllen Sie aus',
      ),
    })
  return warnings
}
