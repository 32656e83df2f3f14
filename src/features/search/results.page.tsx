import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { aboutOf, placeOf } from '#web/kit/place.ts'
import { withShownAddresses } from '#web/kit/shown-address.ts'
import { Choice, RecordLink } from '#web/kit/value.tsx'
import { When } from '#web/record/who.tsx'
import type { Text } from '#web/text/en.ts'
import { choiceLabel, fieldLabel, useText } from '#web/text/index.tsx'
import classes from './search.module.css'

export type Highlight = { field: string; text: string; ranges: Array<[number, number]> }
export type Hit = {
  type: string
  id: string
  title: string
  highlights: Highlight[]
  record: Record<string, unknown>
}

/** Fields that make up the title, so that what is marked in them is marked there. */
const IN_TITLE = new Set(['name', 'firstName', 'lastName', 'title', 'subject', 'invoiceNumber', 'filename'])
const STATES = ['status', 'stage', 'progress'] as const
const TITLE_AT_MOST = 140

type Given = { hit: Hit; opened: () => void }

/** One record that was found: what it is called, what it is, and where the words stand in it. */
export function Result({ hit, opened }: Given) {
  const text = useText()
  const { type, id, highlights, record } = hit
  const title = withShownAddresses(hit.title)
  const place = placeOf(type, id, record)
  const about = aboutOf(type, record)
  const words = highlights
    .filter(({ field }) => IN_TITLE.has(field))
    .flatMap(({ text: said, ranges }) => ranges.map(([from, to]) => said.slice(from, to)))
  const state = STATES.map(key => record[key]).find(value => typeof value === 'string')
  const shown = <Marked text={title.slice(0, TITLE_AT_MOST) || '–'} ranges={rangesIn(title, words)} />
  const rest = highlights.filter(({ field }) => !IN_TITLE.has(field) && field !== 'body')
  const body = highlights.find(({ field }) => field === 'body')
  return (
    <li className={classes.result}>
      <div className={classes.resultHead}>
        {place ? (
          <Link
            to={place.to}
            params={place.params as never}
            className={classes.resultTitle}
            data-result
            onClick={opened}
          >
            {type === 'note' && body ? <Marked {...body} /> : shown}
          </Link>
        ) : (
          <span className={classes.resultTitle}>{shown}</span>
        )}
        {state !== undefined && <Choice value={String(state)} />}
      </div>
      <div className={`quiet ${classes.facts}`}>
        <span>{kindOf(text, type, record)}</span>
        {about && (
          <span className={classes.about}>
            <RecordLink type={about.type} id={about.id} />
          </span>
        )}
        {typeof record.companyId === 'string' && about?.type !== 'company' && (
          <span className={classes.about}>
            <RecordLink type="company" id={record.companyId} />
          </span>
        )}
        {typeof record.updatedAt === 'string' && <When at={record.updatedAt} />}
      </div>
      {[...(type !== 'note' && body ? [body] : []), ...rest].map(highlight => (
        <p key={highlight.field} className={classes.excerpt}>
          {highlight.field !== 'text' && <span className="quiet">{fieldLabel(text, highlight.field)}: </span>}
          {cut(record, highlight)}
          <Marked {...highlight} />
        </p>
      ))}
    </li>
  )
}

/** A call rather than an activity. */
const kindOf = (text: Text, type: string, record: Hit['record']): string =>
  type === 'interaction' ? choiceLabel(text, String(record.type)) : (text.labels[type] ?? type)

/** Says that the text begins before what is shown of it. */
const cut = (record: Hit['record'], { field, text }: Highlight): string =>
  String(record[field] ?? '').startsWith(text) ? '' : '…'

/** Where the words stand in the title, as far as they do. */
function rangesIn(title: string, words: string[]): Highlight['ranges'] {
  const found = [...new Set(words)]
    .map((word): [number, number] => [title.indexOf(word), title.indexOf(word) + word.length])
    .filter(([from]) => from >= 0)
    .sort((a, b) => a[0] - b[0])
  return found.filter(([from], i) => i === 0 || from >= found[i - 1]![1])
}

/** A text with the words that were looked for marked. */
function Marked({ text, ranges }: { text: string; ranges: Highlight['ranges'] }) {
  const ends = [0, ...ranges.map(([, to]) => to)]
  return (
    <>
      {ranges.map(([from, to], i) => (
        <Fragment key={from}>
          {text.slice(ends[i], from)}
          <mark className={classes.mark}>{text.slice(from, to)}</mark>
        </Fragment>
      ))}
      {text.slice(ends.at(-1))}
    </>
  )
}
