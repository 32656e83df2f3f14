import { inLanguage } from '#core/ai/language.ts'
import { recordNamed } from '#core/record/registry.ts'
import { numberText } from '#features/deal-signals/words.ts'
import { type PageOf, refOf } from '../hands.ts'
import { text } from '../parts.ts'
import { fieldText } from '../words.ts'
import { link, plain } from './answer.ts'
import type { Command, Context, Parts } from './context.ts'
import { nounFrom } from './lexicon.ts'

type Person = { name: string; role: string; isActive: boolean }
const ROLES: readonly (readonly [RegExp, string[]])[] = [
  [/admin/i, ['OWNER', 'ADMIN']],
  [/owner/i, ['OWNER']],
  [/viewer|read[- ]only/i, ['VIEWER']],
]

/** Who is in the workspace, or who of them has a role. */
async function* members({ turn }: Context, words: string): Parts {
  const { data } = yield* turn.read('list_members', {})
  const all = (data as PageOf<Person>).rows.filter(({ isActive }) => isActive)
  const roles = ROLES.find(([pattern]) => pattern.test(words))?.[1]
  const fitting = all.filter(({ role }) => !roles || roles.includes(role))
  const lines = fitting.map(({ name, role }) => `- ${plain(name)} · ${role}`)
  yield text(
    roles
      ? inLanguage(
          `**${numberText(fitting.length)}** of ${numberText(all.length)} active members ${fitting.length === 1 ? 'has' : 'have'} the role ${roles.join(' or ')}:`,
          `**${numberText(fitting.length)}** von ${numberText(all.length)} aktiven Mitgliedern ${fitting.length === 1 ? 'hat' : 'haben'} die Rolle ${roles.join(' oder ')}:`,
        )
      : inLanguage(
          `There are **${numberText(all.length)} active members**:`,
          `Es gibt **${numberText(all.length)} aktive Mitglieder**:`,
        ),
  )
  yield text(`\n\n${lines.join('\n')}`)
}

type Group = { reasons: { kind: string }[]; records: { id: string }[] }
const GROUPS_TOLD = 5
const alikeIn = (reasons: Group['reasons']): string =>
  [...new Set(reasons.map(({ kind }) => fieldText(kind)))].join(', ')

/** Records that may be one and the same, as the page of duplicates finds them. */
async function duplicates({ turn, say }: Context, noun: string): Promise<Parts | undefined> {
  const record = nounFrom(noun)?.record
  const key = `GET /${record?.contract.path}/duplicates`
  if (!record || !turn.hands.operation(key) || !turn.hands.can(key)) return undefined
  const page = await turn.hands.call<PageOf<Group>>(key, { query: { limit: GROUPS_TOLD } })
  return (async function* (): Parts {
    const nouns = say.noun(recordNamed(record.contract.name), 2)
    if (!page.rows.length)
      return yield text(
        inLanguage(
          `No ${nouns} that you may see look double.`,
          `Unter den Datensätzen (${nouns}), die Sie sehen dürfen, sieht nichts doppelt aus.`,
        ),
      )
    const n = `${page.totalIsEstimate ? inLanguage('about ', 'etwa ') : ''}${numberText(page.total)}`
    yield text(
      inLanguage(
        `**${n}** groups of ${nouns} may be one and the same:`,
        `**${n}** Gruppen (${nouns}) könnten jeweils derselbe Datensatz sein:`,
      ),
    )
    const groups = page.rows.map(({ records }) => records.map(row => refOf(record, row)))
    const lines = page.rows.map(
      ({ reasons }, at) => `- ${groups[at]!.map(link).join(' · ')} (${alikeIn(reasons)})`,
    )
    yield text(`\n\n${lines.join('\n')}`)
    yield { type: 'records', records: groups.flat() }
  })()
}

/** Questions for the people of the workspace, and for records that are there twice. */
export const peopleCommands: Command[] = [
  {
    pattern:
      /^(?:how many (?:active )?(?:users|members|team ?mates|colleagues|seats|admins|administrators|owners|viewers)(?: (?:do|does|have|are|is) .*)?|(?:who are|list|show(?: me)?) (?:all |the |our |my )*(?:users|members|team ?mates|team members|colleagues|admins|administrators|owners|viewers)|who (?:is|are) (?:an? |the |our )?(?:admins?|administrators?|workspace owners?|owner|viewers?)|who (?:has|have) (?:the )?(?:admin|administrator|owner)(?: ?(?:rights|access|role|permissions?))?)[?.! ]*$/i,
    run: (context, match) => (context.turn.hands.can('GET /users') ? members(context, match[0]) : undefined),
  },
  {
    pattern:
      /^(?:(?:are|is) there (?:any )?|do we have (?:any )?|show (?:me )?(?:all |the )?|find |list |which |any )?(?:duplicates? |double |duplicated )(?:of )?(contacts?|companies|company|leads?|accounts?|people)(?: do we have| are there)?[?.! ]*$/i,
    run: (context, match) => duplicates(context, match[1]!),
  },
]
