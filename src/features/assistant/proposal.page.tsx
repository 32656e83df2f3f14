import { Badge, Button, Kbd } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { messageOf } from '#web/api.ts'
import { isMac } from '#web/kit/platform.ts'
import { useText } from '#web/text/index.tsx'
import classes from './assistant.module.css'
import { RecordLink } from './link.page.tsx'
import type { Proposal } from './model.page.tsx'

const COLORS = { PENDING: 'ink', CONFIRMED: 'green', REJECTED: 'gray', EXPIRED: 'gray' }

type Given = {
  proposal: Proposal
  decide: (proposal: Proposal, verb: 'confirm' | 'reject') => Promise<void>
  /** Why it could not be decided as asked. */
  error: unknown
  /** The keys mean the proposals of the last answer. */
  isLast: boolean
}

/** What would change, field by field, and the two buttons that decide. */
export function ProposalCard({ proposal, decide, error, isLast }: Given) {
  const text = useText()
  const [doing, setDoing] = useState<'confirm' | 'reject'>()
  const { id, title, changes, status, record, result } = proposal
  const run = (verb: 'confirm' | 'reject') => async () => {
    setDoing(verb)
    await decide(proposal, verb)
    setDoing(undefined)
  }
  const about = result ?? record
  const isStale = error instanceof ApiError && error.status === 412
  return (
    <section className={`card ${classes.proposal}`} aria-label={title} data-proposal={id}>
      <header className={classes.proposalHead}>
        <strong className={classes.proposalTitle}>{title}</strong>
        <Badge variant="light" radius="sm" tt="none" color={COLORS[status]} size="sm">
          {text.assistant.statuses[status]}
        </Badge>
      </header>
      {changes.length > 0 && (
        <dl className={classes.changes}>
          {changes.map(({ field, label, oldText, newText }) => (
            <div key={field}>
              <dt className="quiet">{text.fields[field] ?? label}</dt>
              <dd>
                {oldText && (
                  <>
                    <del>{oldText}</del>
                    <IconArrowRight size={12} aria-label={text.assistant.becomes} className="quiet" />
                  </>
                )}
                <ins>{newText || text.common.none}</ins>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {status === 'PENDING' && (
        <footer className={classes.decide}>
          <Button
            data-verb="confirm"
            loading={doing === 'confirm'}
            disabled={doing !== undefined}
            onClick={run('confirm')}
          >
            {text.assistant.confirm}
          </Button>
          <Button
            data-verb="reject"
            variant="default"
            loading={doing === 'reject'}
            disabled={doing !== undefined}
            onClick={run('reject')}
          >
            {text.assistant.reject}
          </Button>
          {isLast && (
            <span className={`quiet ${classes.keys}`}>
              <Kbd size="xs">{isMac ? '⌘' : 'Ctrl'} Enter</Kbd>{' '}
              <Kbd size="xs">{isMac ? '⌘ ⌫' : 'Ctrl Backspace'}</Kbd>
            </span>
          )}
        </footer>
      )}
      {status === 'CONFIRMED' && about && <RecordLink record={about} />}
      {error !== undefined && (
        <p className="late" role="alert">
          {isStale ? text.assistant.stale : messageOf(error, text.common.offline)}
        </p>
      )}
    </section>
  )
}
