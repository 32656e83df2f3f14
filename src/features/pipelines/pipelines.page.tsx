import { Badge, Button, Group, Menu } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, type Pipeline, pipelinesQuery, queries, type Stage } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { Sortable } from '#web/kit/sortable.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { Choice } from '#web/kit/value.tsx'
import { Part, SettingsPage } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import { useText } from '#web/text/index.tsx'
import { PipelineDialog } from './pipeline-dialog.page.tsx'
import classes from './pipelines.module.css'
import { RemoveStage } from './remove-stage.page.tsx'
import { StageDialog } from './stage-dialog.page.tsx'

/** What shows stages and deals reads them anew. */
export const refreshPipelines = () => {
  queries.invalidateQueries({ queryKey: pipelinesQuery.queryKey })
  for (const key of ['board', 'deal', 'title', 'dashboard']) queries.invalidateQueries({ queryKey: [key] })
}

/** The ways that deals take: pipelines, their stages, and what each stage means. */
export default function Pipelines() {
  const text = useText()
  const [isMaking, setMaking] = useState(false)
  const { data, error, refetch } = useQuery(pipelinesQuery)
  if (error) return <Fault error={error} retry={refetch} />
  if (!data) return <Waiting />
  return (
    <SettingsPage
      title={text.pipelines.title}
      hint={text.pipelines.hint}
      action={<Button onClick={() => setMaking(true)}>{text.pipelines.create}</Button>}
    >
      {data.map(pipeline => (
        <PipelinePart key={pipeline.id} pipeline={pipeline} all={data} />
      ))}
      {isMaking && <PipelineDialog all={data} close={() => setMaking(false)} />}
    </SettingsPage>
  )
}

type Asked = { what: 'rename' | 'delete' | 'add' } | { what: 'edit' | 'remove'; stage: Stage }

function PipelinePart({ pipeline, all }: { pipeline: Pipeline; all: Pipeline[] }) {
  const text = useText()
  const [asked, ask] = useState<Asked>()
  const close = () => ask(undefined)
  const ordering = useOptimistic<Pipeline[], string[]>({
    key: pipelinesQuery.queryKey,
    apply: (pipelines, ids) => pipelines.map(each => (each.id === pipeline.id ? inOrder(each, ids) : each)),
    send: stageIds => api.put('/stages/reorder', { pipelineId: pipeline.id, stageIds }),
    beside: [['board']],
  })
  return (
    <Part
      title={pipeline.name}
      action={<PipelineActions pipeline={pipeline} isOnly={all.length === 1} ask={what => ask({ what })} />}
    >
      <Sortable
        label={text.pipelines.stagesOf(pipeline.name)}
        items={pipeline.stages}
        move={ids => ordering.mutate(ids)}
      >
        {stage => (
          <StageRow
            stage={stage}
            edit={() => ask({ what: 'edit', stage })}
            remove={() => ask({ what: 'remove', stage })}
          />
        )}
      </Sortable>
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          aria-label={`${text.pipelines.addStage}: ${pipeline.name}`}
          onClick={() => ask({ what: 'add' })}
        >
          {text.pipelines.addStage}
        </Button>
      </Group>
      {asked?.what === 'add' && <StageDialog pipeline={pipeline} close={close} />}
      {asked?.what === 'edit' && <StageDialog pipeline={pipeline} stage={asked.stage} close={close} />}
      {asked?.what === 'remove' && <RemoveStage stage={asked.stage} all={all} close={close} />}
      {asked?.what === 'rename' && <PipelineDialog pipeline={pipeline} all={all} close={close} />}
      {asked?.what === 'delete' && <RemovePipeline pipeline={pipeline} close={close} />}
    </Part>
  )
}

const inOrder = (pipeline: Pipeline, ids: string[]): Pipeline => ({
  ...pipeline,
  stages: ids.map((id, order) => ({ ...pipeline.stages.find(stage => stage.id === id)!, order })),
})

type ActionsGiven = { pipeline: Pipeline; isOnly: boolean; ask: (what: 'rename' | 'delete') => void }

function PipelineActions({ pipeline, isOnly, ask }: ActionsGiven) {
  const text = useText()
  const choosing = useMutation({
    mutationFn: () => api.patch(`/pipelines/${pipeline.id}`, { isDefault: true }),
    onSuccess: refreshPipelines,
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <Group gap="xs">
      {pipeline.isDefault && !isOnly && (
        <Badge variant="light" radius="sm" tt="none">
          {text.pipelines.isDefault}
        </Badge>
      )}
      <MoreMenu label={pipeline.name}>
        <Menu.Item onClick={() => ask('rename')}>{text.views.rename}</Menu.Item>
        {!pipeline.isDefault && (
          <>
            <Menu.Item onClick={() => choosing.mutate()}>{text.pipelines.makeDefault}</Menu.Item>
            <Menu.Item color="red" onClick={() => ask('delete')}>
              {text.common.delete}
            </Menu.Item>
          </>
        )}
      </MoreMenu>
    </Group>
  )
}

function StageRow({ stage, edit, remove }: { stage: Stage; edit: () => void; remove: () => void }) {
  const text = useText()
  const { name, kind, probability, rottingDays } = stage
  return (
    <>
      <div className={classes.stage}>
        <span className={`one-line ${classes.name}`} title={name}>
          {name}
        </span>
        <span className={`quiet ${classes.facts}`}>
          {kind === 'OPEN' ? (
            <span className="numbers">{text.pipelines.chance(probability)}</span>
          ) : (
            <Choice value={kind} />
          )}
          {rottingDays !== null && kind === 'OPEN' && (
            <span className="numbers">{text.pipelines.rots(rottingDays)}</span>
          )}
        </span>
      </div>
      <MoreMenu label={name} size={28}>
        <Menu.Item onClick={edit}>{text.common.edit}</Menu.Item>
        <Menu.Item color="red" onClick={remove}>
          {text.common.delete}
        </Menu.Item>
      </MoreMenu>
    </>
  )
}

function RemovePipeline({ pipeline, close }: { pipeline: Pipeline; close: () => void }) {
  const text = useText()
  const removing = useMutation({
    mutationFn: () => api.delete(`/pipelines/${pipeline.id}`),
    onSuccess() {
      tell(text.pipelines.deleted(pipeline.name))
      refreshPipelines()
      close()
    },
  })
  return (
    <Confirm
      title={text.pipelines.deleteTitle(pipeline.name)}
      text={text.pipelines.deleteText}
      submit={text.common.delete}
      color="red"
      close={close}
      run={() => removing.mutate()}
      isSending={removing.isPending}
      error={removing.error}
    />
  )
}
