import { useNavigate } from '@tanstack/react-router'
import { messageOf } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { tellFault } from '../kit/notify.tsx'
import { findPlace } from '../kit/place.ts'
import { fieldLabel, useText } from '../text/index.tsx'
import classes from './ai.module.css'
import type { Evidence } from './model.ts'

/** The words a claim rests on; a click opens their record and marks them. */
export function Grounds({ evidence, leave }: { evidence: readonly Evidence[]; leave?: () => void }) {
  if (!evidence.length) return null
  return (
    <ul className={classes.grounds}>
      {evidence.map(one => (
        <li key={`${one.recordId}${one.field}${one.start}${one.sentence}`}>
          <Ground evidence={one} leave={leave} />
        </li>
      ))}
    </ul>
  )
}

/** A sentence that was cut out of somebody's words may keep one of their quotation marks, of which the other stands elsewhere. */
function withoutStrayQuotes(sentence: string): string {
  // German ones close with the mark by which English ones open.
  if (sentence.includes('„')) return sentence
  if (/“[^“”]*$/.test(sentence)) return sentence.replace(/“(?=[^“”]*$)/, '')
  return /^[^“]*”/.test(sentence) ? sentence.replace('”', '') : sentence
}

/** What is quoted within a quotation stands in single marks. */
const quotedWithin = (sentence: string): string => sentence.replace(/[„“”]/g, mark => SINGLE[mark]!)
const SINGLE: Record<string, string> = { '„': '‚', '“': '‘', '”': '’' }

function Ground({ evidence, leave }: { evidence: Evidence; leave?: () => void }) {
  const text = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const { recordType, recordId, field, sentence, value, title, start, end, occurredAt } = evidence
  const open = async () => {
    try {
      const place = await findPlace(recordType, recordId)
      if (!place) return
      const search = {
        quote: recordId,
        in: recordType,
        ...(field ? { field } : {}),
        ...(start === undefined ? {} : { from: start, to: end }),
      }
      await navigate({ ...place, search } as never)
      leave?.()
    } catch (error) {
      tellFault(messageOf(error, text.common.offline))
    }
  }
  const isDay = /^\d{4}-\d\d-\d\d$/.test(sentence)
  // A value is no quote: it is told with the name of its field.
  const isField = field !== undefined && (value !== undefined || isDay)
  return (
    <button type="button" className={classes.ground} onClick={open} title={text.ai.openSource}>
      {isField ? (
        <span>
          {fieldLabel(text, field)}: {isDay ? format.day(sentence) : sentence}
        </span>
      ) : (
        <q>{quotedWithin(withoutStrayQuotes(sentence))}</q>
      )}
      <span className="quiet">
        {text.labels[recordType] ?? recordType}
        {title && ` · ${title}`}
        {occurredAt && ` · ${format.shortDay(occurredAt.slice(0, 10))}`}
      </span>
    </button>
  )
}
