import { Drawer, Tabs } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useFocusBack } from '../kit/dialog.tsx'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Coach } from './coach.tsx'
import { Draft } from './draft.tsx'
import { History } from './history.tsx'
import type { OneClick } from './model.ts'
import { Objection } from './objection.tsx'
import { PersonaCard } from './persona.tsx'
import { Why } from './why.tsx'

type Row = { id: string } & Record<string, unknown>
type Given = { type: string; row: Row; close: () => void }

/** What AI says of a record, beside it: on a wide screen the record stays to be used, and shows what is quoted. */
export default function AiPanel({ type, row, close }: Given) {
  const text = useText()
  useFocusBack()
  const isNarrow = useMediaQuery('(max-width: 900px)')
  const isClosed = type === 'deal' && row.status !== 'OPEN'
  const [tab, setTab] = useState<string | null>(
    isClosed ? 'why' : type === 'deal' ? 'coach' : type === 'contact' ? 'persona' : 'history',
  )
  const [purpose, setPurpose] = useState('')
  const leave = isNarrow ? close : undefined
  // The record makes room beside it.
  useEffect(() => {
    document.body.dataset.advice = 'open'
    return () => void delete document.body.dataset.advice
  }, [])
  const draft = ({ body }: OneClick) => {
    setPurpose(String(body.purpose ?? ''))
    setTab('draft')
  }
  const about = { [`${type}Id`]: row.id }
  const tabs: Array<[string, string]> = [
    ...(type === 'deal' && !isClosed ? [['coach', text.ai.coach] as [string, string]] : []),
    ...(isClosed ? [['why', text.ai.why] as [string, string]] : []),
    ...(type === 'contact' ? [['persona', text.ai.persona] as [string, string]] : []),
    ['history', text.ai.history],
    ...(type === 'deal' ? [['objection', text.ai.objection] as [string, string]] : []),
    ...(type === 'company' ? [] : [['draft', text.ai.draft] as [string, string]]),
  ]
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size={isNarrow ? '100%' : 440}
      title={text.ai.title}
      withOverlay={Boolean(isNarrow)}
      lockScroll={false}
      trapFocus={Boolean(isNarrow)}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': text.common.close }}
      classNames={{ content: classes.drawer, inner: isNarrow ? undefined : classes.inner }}
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="sm">
          {tabs.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="coach">
          <Coach id={row.id} leave={leave} draft={draft} />
        </Tabs.Panel>
        <Tabs.Panel value="why">
          <Why id={row.id} leave={leave} draft={draft} />
        </Tabs.Panel>
        <Tabs.Panel value="persona">
          <PersonaCard id={row.id} leave={leave} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History body={about} leave={leave} />
        </Tabs.Panel>
        <Tabs.Panel value="objection">
          <Objection dealId={row.id} leave={leave} />
        </Tabs.Panel>
        <Tabs.Panel value="draft">
          <Draft key={purpose} about={about} purpose={purpose} leave={leave} />
        </Tabs.Panel>
      </Tabs>
    </Drawer>
  )
}
