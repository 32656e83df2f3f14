import { Button, Group } from '@mantine/core'
import { IconFileImport, IconFlask } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ComponentType, ReactNode } from 'react'
import { api, messageOf, queries } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'
import { useSetup } from './steps.page.tsx'
import classes from './welcome.module.css'
import { StepFrame } from './welcome.page.tsx'

const IMPORTED = ['company', 'contact', 'lead', 'deal'] as const

/** Own records from a file, or invented ones to look around with. Either ends the setting up. */
export function DataStep() {
  const text = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const { end } = useSetup()
  const bring = async (entity: string) => {
    // Away first: once the setting up has ended, this page is none any more.
    await navigate({ to: '/imports/new/$entity', params: { entity } as never })
    await end()
  }
  const filling = useMutation({
    mutationFn: () => api.post<{ created: number }>('/sample-data', {}),
    async onSuccess({ created }) {
      tell(text.welcome.sampleDone(format.number(created)))
      await navigate({ to: '/pipeline' })
      await end()
      queries.invalidateQueries()
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <StepFrame title={text.welcome.data} hint={text.welcome.dataHint}>
      <Choice icon={IconFileImport} title={text.welcome.import} hint={text.welcome.importHint}>
        {IMPORTED.map(entity => (
          <Button key={entity} variant="default" onClick={() => bring(entity).catch(() => {})}>
            {text.plurals[entity]}
          </Button>
        ))}
      </Choice>
      <Choice icon={IconFlask} title={text.welcome.sample} hint={text.welcome.sampleHint}>
        <Button variant="default" loading={filling.isPending} onClick={() => filling.mutate()}>
          {text.welcome.sample}
        </Button>
      </Choice>
    </StepFrame>
  )
}

type ChoiceGiven = {
  icon: ComponentType<{ size?: number; stroke?: number }>
  title: string
  hint: string
  children: ReactNode
}

function Choice({ icon: Icon, title, hint, children }: ChoiceGiven) {
  return (
    <div className={classes.choice}>
      <Icon size={20} stroke={1.5} />
      <div className={classes.choiceText}>
        <b>{title}</b>
        <span className="quiet">{hint}</span>
        <Group gap="xs" mt={8}>
          {children}
        </Group>
      </div>
    </div>
  )
}
