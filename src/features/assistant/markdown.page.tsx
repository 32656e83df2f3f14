import Parsed from 'react-markdown'
import gfm from 'remark-gfm'
import classes from './assistant.module.css'
import { AnswerLink } from './link.page.tsx'

/** Pictures would be fetched from wherever a text of a record says; headings would take over the page's outline. */
const SHOWN = [
  'p',
  'a',
  'strong',
  'em',
  'del',
  'ul',
  'ol',
  'li',
  'blockquote',
  'code',
  'pre',
  'br',
  'hr',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
]
const PLUGINS = [gfm]
const PARTS = { a: AnswerLink }

/** An answer's Markdown, without anything that reaches out of the page. */
export default function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.markdown}>
      <Parsed remarkPlugins={PLUGINS} allowedElements={SHOWN} unwrapDisallowed skipHtml components={PARTS}>
        {text}
      </Parsed>
    </div>
  )
}
