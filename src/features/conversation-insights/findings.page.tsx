import { ActionIcon, Badge, Button, Group, Text as P } from '@mantine/core'
import { IconCheck, IconSparkles, IconX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries, useMay } from '#web/api.ts'
import { tellFault } from '#web/kit/notify.tsx'
import { Choice } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './findings.module.css'
import type { Finding } from './findings.ts'

/** What was read out of an interaction: asked for by a press, each finding to be accepted or rejected. */
export function Findings({ id, hasText }: { id: string; hasText: boolean }) {
  const text = useText()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  if (!may.write || !hasText) return null
  if (isOpen) return <List id={id} />
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      leftSection={<IconSparkles size={12} />}
      className={classes.open}
      onClick={() => setOpen(true)}
    >
      {text.findings.show}
    </Button>
  )
}

function List({ id }: { id: string }) {
  const text = useText()
  const { data, error, isPending } = useQuery({
    queryKey: ['findings', id],
    queryFn: () => api.post<{ rows: Finding[] }>(`/activities/${id}/findings`, {}),
  })
  if (isPending) return null
  if (error) return <P size="xs">{messageOf(error, text.common.offline)}</P>
  if (!data.rows.length)
    return (
      <P size="xs" className="quiet" role="status">
        {text.findings.none}
      </P>
    )
  return (
    <ul className={classes.list} aria-label={text.findings.title}>
      {data.rows.map(finding => (
        <Row key={finding.id} finding={finding} />
      ))}
    </ul>
  )
}

function Row({ finding }: { finding: Finding }) {
  const text = useText()
  const { id, interactionId, kind, value, status, evidence } = finding
  const deciding = useMutation({
    mutationFn: (verb: 'accept' | 'reject') =>
      api.post(`/activities/${interactionId}/findings/${id}/${verb}`, {}),
    onSuccess() {
      queries.invalidateQueries({ queryKey: ['findings', interactionId] })
      queries.invalidateQueries({ queryKey: ['timeline'] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <li className={classes.finding}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Badge variant="light" size="sm" className={classes.kind}>
          {text.findings.kinds[kind]}
        </Badge>
        <div className={classes.words}>
          {kind !== 'NEXT_STEP' && (
            <P size="xs" fw={600}>
              {kind === 'OBJECTION' ? <Choice value={value} /> : value}
            </P>
          )}
          <P size="xs" component="blockquote" className={classes.quote}>
            {evidence.sentence}
          </P>
        </div>
      </Group>
      {status === 'PROPOSED' ? (
        <Group gap={2} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="teal"
            aria-label={`${text.findings.accept}: ${value}`}
            title={text.findings.accept}
            onClick={() => deciding.mutate('accept')}
          >
            <IconCheck size={14} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${text.findings.reject}: ${value}`}
            title={text.findings.reject}
            onClick={() => deciding.mutate('reject')}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ) : (
        <P size="xs" className="quiet">
          {text.findings.states[status]}
        </P>
      )}
    </li>
  )
}
