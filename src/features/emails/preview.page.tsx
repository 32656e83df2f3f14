import { Alert, Text as P, SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, issuesByPath, messageOf } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import classes from './emails.module.css'
import type { Texts } from './mail-texts.page.tsx'

const WAIT_MS = 300

/** The texts as they read for a contact or deal, a moment after each change; and what is wrong with them, by part. */
export function usePreview(
  { subject, body, bodyHtml }: Texts,
  { contactId, dealId }: { contactId?: string | null; dealId?: string | null },
) {
  const texts = useMemo(() => ({ subject, body, bodyHtml }), [subject, body, bodyHtml])
  const [asked] = useDebouncedValue(texts, WAIT_MS)
  const isReady = Boolean(asked.subject.trim() || asked.body.trim())
  const { data, error } = useQuery({
    queryKey: ['emailTemplate', 'preview', asked, contactId, dealId],
    enabled: isReady,
    retry: false,
    placeholderData: before => before,
    queryFn: () =>
      api.post<Texts>('/email-templates/preview', {
        ...asked,
        ...(contactId ? { contactId } : {}),
        ...(dealId ? { dealId } : {}),
      }),
  })
  return { shown: isReady ? data : undefined, issues: issuesByPath(error), error }
}

/** A mail as its reader sees it. HTML is shown where no script runs and nothing is fetched. */
export function MailPreview({ mail, error }: { mail: Texts | undefined; error?: unknown }) {
  const text = useText()
  const [kind, setKind] = useState<'html' | 'text'>('html')
  const isBroken = error instanceof ApiError && error.issues.length > 0
  return (
    <div className={classes.mail}>
      {Boolean(error) && (
        <Alert color={isBroken ? 'orange' : 'red'} variant="light" py={6} role="status">
          {isBroken ? text.templates.broken : messageOf(error, text.common.offline)}
        </Alert>
      )}
      {mail && (
        <>
          <div className={classes.mailHead}>
            <P fw={600} className={classes.subject}>
              {mail.subject || '–'}
            </P>
            {mail.bodyHtml && (
              <SegmentedControl
                size="xs"
                aria-label={text.templates.preview}
                value={kind}
                onChange={value => setKind(value as 'html' | 'text')}
                data={[
                  { value: 'html', label: text.templates.html },
                  { value: 'text', label: text.templates.body },
                ]}
              />
            )}
          </div>
          {mail.bodyHtml && kind === 'html' ? (
            <iframe
              className={classes.html}
              sandbox=""
              title={text.templates.mail}
              srcDoc={`<!doctype html><meta charset="utf-8"><style>body{font:14px/1.5 system-ui,sans-serif;margin:12px;color:#1a1d23;background:#fff;overflow-wrap:anywhere}</style>${mail.bodyHtml}`}
            />
          ) : (
            <div className={classes.plain}>{mail.body}</div>
          )}
        </>
      )}
    </div>
  )
}
