import { Alert, Radio, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, messageOf, pipelinesQuery, queries, usePipelines } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { useSetup } from './steps.page.tsx'
import classes from './welcome.module.css'
import { StepFrame } from './welcome.page.tsx'

/** The stages of the default pipeline, from a template in the reader's own language. */
export function PipelineStep() {
  const text = useText()
  const { templates } = text.welcome
  const { next } = useSetup()
  const pipeline = usePipelines().find(({ isDefault }) => isDefault)
  const [key, setKey] = useState(templates[0]!.key)
  const putting = useMutation({
    async mutationFn() {
      const { stages, ends } = templates.find(template => template.key === key)!
      const [won, lost] = ends as [string, string]
      await api.put(`/pipelines/${pipeline!.id}/stages`, {
        stages: [...stages, { name: won, kind: 'WON' }, { name: lost, kind: 'LOST' }],
      })
      await queries.invalidateQueries(pipelinesQuery)
      await next()
    },
  })
  const { error } = putting
  const isUsed = error instanceof ApiError && error.code === 'PIPELINE_IN_USE'
  return (
    <StepFrame
      title={text.welcome.pipeline}
      hint={text.welcome.pipelineHint}
      submit={pipeline && (() => putting.mutateAsync())}
      isSending={putting.isPending}
    >
      <Radio.Group value={key} onChange={setKey} aria-label={text.welcome.pipeline}>
        <Stack gap="xs">
          {templates.map(template => (
            <Radio.Card
              key={template.key}
              value={template.key}
              aria-label={template.name}
              className={classes.choice}
            >
              <Radio.Indicator mt={2} />
              <span className={classes.choiceText}>
                <b>{template.name}</b>
                <span className="quiet">{template.hint}</span>
                <span className={classes.stages}>
                  {template.stages.map(({ name }) => (
                    <span key={name} className={classes.stage}>
                      {name}
                    </span>
                  ))}
                </span>
              </span>
            </Radio.Card>
          ))}
        </Stack>
      </Radio.Group>
      {error && (
        <Alert color={isUsed ? 'ink' : 'red'} variant="light" role="alert">
          {isUsed ? text.welcome.hasDeals : messageOf(error, text.common.offline)}
        </Alert>
      )}
    </StepFrame>
  )
}
