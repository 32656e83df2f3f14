import { Button, Group, Text as P, Select, Textarea, TextInput } from '@mantine/core'
import { IconMail } from '@tabler/icons-react'
import { useState } from 'react'
import { ComposeDialog } from '#features/emails/compose.page.tsx'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type OneClick, useAnswer } from './model.ts'
import { Answered } from './parts.tsx'

type Drafted = {
  subject: string
  body: string
  to: Array<{ contactId: string | null; name: string; email: string | null }>
  create: OneClick | null
}
type Given = { about: Record<string, string>; purpose: string; leave?: () => void }

/** A mail drafted from what was said; it opens in the composer, where it is changed and sent. */
export function Draft({ about, purpose: first, leave }: Given) {
  const text = useText()
  const [purpose, setPurpose] = useState(first)
  const [tone, setTone] = useState('friendly')
  const [asked, ask] = useState(first ? { purpose: first, tone: 'friendly' } : undefined)
  const query = useAnswer<Drafted>('/ai/email-draft', { ...about, ...asked }, asked !== undefined)
  return (
    <div className={classes.answer}>
      <form
        onSubmit={event => {
          event.preventDefault()
          ask({ purpose: purpose.trim(), tone })
        }}
      >
        <TextInput
          label={text.ai.purpose}
          placeholder={text.ai.purposeHint}
          value={purpose}
          maxLength={500}
          onChange={event => setPurpose(event.currentTarget.value)}
        />
        <Group justify="space-between" mt={8} align="flex-end">
          <Select
            size="xs"
            w={150}
            aria-label={text.ai.tone}
            value={tone}
            data={Object.entries(text.ai.tones).map(([value, label]) => ({ value, label }))}
            onChange={value => setTone(value ?? 'friendly')}
          />
          <Button type="submit" disabled={purpose.trim().length < 2} loading={query.isFetching}>
            {text.ai.write}
          </Button>
        </Group>
      </form>
      {asked && (
        <Answered query={query}>
          {answer => <Written key={answer.generatedAt} answer={answer} dealId={about.dealId} leave={leave} />}
        </Answered>
      )}
    </div>
  )
}

type WrittenGiven = {
  answer: Drafted & { evidence: Parameters<typeof Grounds>[0]['evidence'] }
  dealId?: string
  leave?: () => void
}

function Written({ answer, dealId, leave }: WrittenGiven) {
  const text = useText()
  const [mail, change] = useState({ subject: answer.subject, body: answer.body })
  const [isOpen, open] = useState(false)
  const contactIds = (answer.create?.body.contactIds ?? []) as string[]
  return (
    <>
      <P size="sm">
        <span className="quiet">{text.mail.to}: </span>
        {answer.to.map(({ name, email }) => (email ? `${name} <${email}>` : name)).join(', ') || '–'}
      </P>
      <TextInput
        label={text.record.subject}
        value={mail.subject}
        maxLength={300}
        onChange={event => change({ ...mail, subject: event.currentTarget.value })}
      />
      <Textarea
        aria-label={text.templates.mail}
        maxRows={20}
        value={mail.body}
        onChange={event => change({ ...mail, body: event.currentTarget.value })}
      />
      <Group justify="flex-end">
        <Button leftSection={<IconMail size={14} />} disabled={!contactIds.length} onClick={() => open(true)}>
          {text.ai.openComposer}
        </Button>
      </Group>
      <Grounds evidence={answer.evidence.slice(0, 3)} leave={leave} />
      {isOpen && (
        <ComposeDialog contactIds={contactIds} dealId={dealId} initial={mail} close={() => open(false)} />
      )}
    </>
  )
}
