import { inLanguage } from '#core/ai/language.ts'
import { decimalsOf } from '#core/record/currency.ts'
import { currencyOf, fieldText } from '../words.ts'
import { change, target, typesWith } from './change.ts'
import type { Command, Context, Parts } from './context.ts'
import { NUMBER, numberFrom } from './numbers.ts'
import { amountOf, isNumeric, wordCalled } from './phrase.ts'
import { bodyOf, germanName, NoValue } from './values.ts'

/** `add 10% to Acme renewal`, `lower the probability of Acme renewal by 5`: a number that is worked out from the one that stands there. */
async function byHowMuch(
  context: Context,
  { label, words, by, sign }: { label: string | undefined; words: string; by: string; sign: 1 | -1 },
): Promise<Parts | undefined> {
  const step = numberFrom(by)
  if (!step) return undefined
  const found = await target(context, words, await typesWith(context, label ?? 'amount'))
  const lexicon = await context.vocabulary.lexiconOf(found.record)
  const word = label
    ? wordCalled(
        lexicon.words.filter(({ field }) => isNumeric(field)),
        label,
      )
    : amountOf(lexicon)
  if (!word) return undefined
  const [first = '', key] = word.path.split('.')
  const old = key ? (found.row[first] as Record<string, unknown> | null)?.[key] : found.row[first]
  const isShare = /%|percent/i.test(by)
  const currency = currencyOf(found.row)
  const { title } = found.ref
  if (typeof old !== 'number')
    throw new NoValue(
      inLanguage(
        `${title} has no ${word.labels[0]} to which ${by} could be added.`,
        `${title}: ${germanName(word)} ist nicht angegeben, daher lässt sich nichts hinzurechnen.`,
      ),
    )
  if (step.currency && currency && step.currency !== currency)
    throw new NoValue(
      inLanguage(
        `${title} is in ${currency}, not in ${step.currency}. Say it in ${currency} or in percent.`,
        `${title} ist in ${currency}, nicht in ${step.currency}. Sagen Sie es in ${currency} oder in Prozent.`,
      ),
    )
  const value = isShare ? old * (1 + (sign * step.value) / 100) : old + sign * step.value
  const decimals =
    word.field.kind === 'integer' ? 0 : word.field.kind === 'money' && currency ? decimalsOf(currency) : 2
  const how = inLanguage(sign > 0 ? 'Raise' : 'Lower', sign > 0 ? 'erhöhen' : 'senken')
  const much = isShare ? `${step.value}${inLanguage('%', ' %')}` : by
  return change(
    context,
    found,
    bodyOf(word.path, Number(value.toFixed(decimals))),
    inLanguage(
      `${how} the ${word.labels[0]} of ${title} by ${much}`,
      `${key ? germanName(word) : fieldText(first)} von ${title} um ${much} ${how}`,
    ),
  )
}

const UP = 'increase|raise|bump|lift|grow|up'
const DOWN = 'decrease|reduce|lower|cut|drop|discount|shrink'
const MORE = `(${UP}|${DOWN})(?: up| down)?`
const signOf = (verb: string): 1 | -1 => (new RegExp(`^(?:${UP})$`, 'i').test(verb) ? 1 : -1)

/** Commands that work a number out from the old one. */
export const relativeCommands: Command[] = [
  {
    pattern: new RegExp(
      `^(?:please )?add (${NUMBER}) (?:more )?(?:on |on top )?(?:to|onto|of) (?:the ([\\w ]+?) of )?(.+)$`,
      'i',
    ),
    run: (context, [, by = '', label, words = '']) => byHowMuch(context, { label, words, by, sign: 1 }),
  },
  {
    pattern: new RegExp(
      `^(?:please )?(?:take|knock|deduct|subtract|remove) (${NUMBER}) (?:off|from|of) (?:the ([\\w ]+?) of )?(.+)$`,
      'i',
    ),
    run: (context, [, by = '', label, words = '']) => byHowMuch(context, { label, words, by, sign: -1 }),
  },
  {
    pattern: new RegExp(`^(?:please )?${MORE} the ([\\w ]+?) of (.+?)(?: up| down)? by (${NUMBER})$`, 'i'),
    run: (context, [, verb = '', label, words = '', by = '']) =>
      byHowMuch(context, { label, words, by, sign: signOf(verb) }),
  },
  {
    pattern: new RegExp(`^(?:please )?${MORE} (.+?)'s ([\\w ]+?)(?: up| down)? by (${NUMBER})$`, 'i'),
    run: (context, [, verb = '', words = '', label, by = '']) =>
      byHowMuch(context, { label, words, by, sign: signOf(verb) }),
  },
  {
    pattern: new RegExp(`^(?:please )?${MORE} (.+?)(?: up| down)? by (${NUMBER})$`, 'i'),
    run: (context, [, verb = '', words = '', by = '']) =>
      byHowMuch(context, { label: undefined, words, by, sign: signOf(verb) }),
  },
]
