import { Badge, Button, Text as P, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Grounds } from '#web/ai/evidence.tsx'
import { type Evidence, type OneClick, useAnswer, useOneClick } from '#web/ai/model.ts'
import { Warnings } from '#web/ai/parts.tsx'
import { useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { pathOf } from '#web/kit/titles.ts'
import { useText } from '#web/text/index.tsx'
import classes from './next-actions.module.css'

type Action = {
  key: string
  kind: string
  recordType: string
  recordId: string
  title: string
  action: string
  reason: string
  atStake: number | null
  evidence: Evidence[]
  create: OneClick | null
}
/** Tasks stand in a list of their own beside it. */
const ASKED = { limit: 18 }
const SHOWN = 6

/** What is worth doing next across all my deals, tasks and leads. */
export default function NextActions() {
  const text = useText()
  const query = useAnswer<{ summary: string; actions: Action[] }>('/ai/next-actions', ASKED)
  const actions = query.data?.actions.filter(({ kind }) => kind !== 'TASK').slice(0, SHOWN)
  return (
    <section className={`card ${classes.panel}`} aria-label={text.ai.nextTitle}>
      <div className={classes.head}>
        <Title order={2}>{text.ai.nextTitle}</Title>
        {query.data && <span className="quiet">{query.data.summary}</span>}
      </div>
      {query.isPending ? (
        <Waiting />
      ) : query.isError ? (
        <Fault error={query.error} retry={query.refetch} />
      ) : !actions?.length ? (
        <p className={`quiet ${classes.empty}`}>{text.ai.nextNone}</p>
      ) : (
        <>
          <div className={classes.warnings}>
            <Warnings warnings={query.data.warnings} />
          </div>
          <ol className={classes.actions}>
            {actions.map(action => (
              <Item key={action.key} next={action} />
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

function Item({ next }: { next: Action }) {
  const { kind, recordType, recordId, title, action, reason, atStake, evidence, create } = next
  const text = useText()
  const format = useFormat()
  const { workspace } = useMe()
  const making = useOneClick()
  const isTask = kind === 'TASK'
  return (
    <li>
      <div className={classes.what}>
        <Badge size="sm" radius="sm" tt="none" variant="light" color={kind === 'REPLY' ? 'orange' : 'gray'}>
          {text.ai.actionKinds[kind] ?? kind}
        </Badge>
        <Link
          to={`/${pathOf(recordType)}/$id` as never}
          params={{ id: recordId } as never}
          className="subtle-link one-line"
        >
          {title}
        </Link>
        {atStake !== null && (
          <span className="quiet numbers">
            {text.ai.atStake(format.shortMoney(atStake, workspace.currency))}
          </span>
        )}
      </div>
      <P size="sm">
        {!isTask && <b>{action}. </b>}
        <span className="quiet">{reason}</span>
      </P>
      {!isTask && <Grounds evidence={evidence.slice(0, 1)} />}
      {create?.path === '/tasks' && (
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlus size={12} />}
          loading={making.isPending}
          onClick={() => making.mutate(create)}
        >
          {text.ai.makeTask}
        </Button>
      )}
    </li>
  )
}
