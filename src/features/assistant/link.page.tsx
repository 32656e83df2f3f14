import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactNode } from 'react'
import { saveFile } from '#web/kit/download.ts'
import { findPlace, placeOf } from '#web/kit/place.ts'
import type { RecordRef } from './model.page.tsx'

/** Types of records without a page of their own, by the path under which the API has them. */
const WITHOUT_PAGE: Record<string, string> = {
  notes: 'note',
  activities: 'interaction',
  files: 'file',
  emails: 'email',
}
const EXPORT = /^\/api\/v1(\/[\w-]+\/export\?.+)$/
const RECORD = /^\/([\w-]+)\/([0-9a-f-]{36})$/

/**
 * A link in an answer. Within the app it goes where it says, an export is downloaded as whoever is signed in, and what leads elsewhere is
 * no link at all: a text of a record must not send anybody anywhere.
 */
export function AnswerLink({ href = '', children }: { href?: string; children?: ReactNode }) {
  const router = useRouter()
  const exported = EXPORT.exec(href)?.[1]
  if (!exported && !/^\/(?![/\\])/.test(href)) return <span>{children}</span>
  const go = (event: MouseEvent) => {
    if (!exported && (event.metaKey || event.ctrlKey || event.shiftKey)) return
    event.preventDefault()
    if (exported) return void saveFile(exported, nameOf(exported))
    const [, path, id] = RECORD.exec(href) ?? []
    const type = path && WITHOUT_PAGE[path]
    if (!type || !id) return router.history.push(href)
    findPlace(type, id).then(place => place && router.navigate(place as never))
  }
  return (
    <a href={href} onClick={go}>
      {children}
    </a>
  )
}

const nameOf = (path: string): string => {
  const format = /[?&]format=(\w+)/.exec(path)?.[1] ?? 'csv'
  return `${path.split('/')[1]}-${new Date().toISOString().slice(0, 10)}.${format}`
}

/** A link to a record by what it is called; its name alone where it has no page. */
export function RecordLink({ record: { recordType, recordId, title } }: { record: RecordRef }) {
  const place = placeOf(recordType, recordId, {})
  if (!place) return <span>{title}</span>
  return <AnswerLink href={place.to.replace('$id', recordId)}>{title}</AnswerLink>
}
