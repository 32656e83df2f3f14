import { Badge, Button, Group, Text as P, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type Evidence, useAnswer } from './model.ts'
import { Answered, Part } from './parts.tsx'

type Handled = {
  category: string
  responses: Array<{
    text: string
    source: string
    deal: { dealId: string; title: string } | null
    evidence: Evidence[]
  }>
  followUpQuestions: string[]
  experience: { text: string }
}

/** What they object, and what may be answered. */
export function Objection({ dealId, leave }: { dealId?: string; leave?: () => void }) {
  const text = useText()
  const [draft, setDraft] = useState('')
  const [objection, ask] = useState('')
  const query = useAnswer<Handled>(
    '/ai/objection-handler',
    { objection, ...(dealId ? { dealId } : {}) },
    objection !== '',
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask(draft.trim())
  }
  return (
    <div className={classes.answer}>
      <form onSubmit={submit}>
        <Textarea
          label={text.ai.theyObject}
          placeholder={text.ai.objectionHint}
          value={draft}
          maxLength={4000}
          onChange={event => setDraft(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && draft.trim().length > 2)
              submit(event)
          }}
        />
        <Group justify="flex-end" mt={6}>
          <Button type="submit" disabled={draft.trim().length < 3} loading={query.isFetching}>
            {text.ai.findAnswers}
          </Button>
        </Group>
      </form>
      {objection !== '' && (
        <Answered query={query}>
          {({ category, responses, followUpQuestions, experience }) => (
            <>
              <P size="sm">
                <Badge size="sm" radius="sm" tt="none" variant="light">
                  {text.ai.categories[category] ?? category}
                </Badge>{' '}
                {experience.text}
              </P>
              <Part title={text.ai.answers}>
                <ul className={classes.list}>
                  {responses.map(one => (
                    <li key={one.text}>
                      <P size="sm">{one.text}</P>
                      <P size="xs" className="quiet">
                        {one.deal
                          ? text.ai.workedIn(one.deal.title)
                          : (text.ai.sources[one.source] ?? one.source)}
                      </P>
                      <Grounds evidence={one.evidence.slice(0, 2)} leave={leave} />
                    </li>
                  ))}
                </ul>
              </Part>
              <Part title={text.ai.questions}>
                <ul className={classes.plain}>
                  {followUpQuestions.map(one => (
                    <li key={one}>{one}</li>
                  ))}
                </ul>
              </Part>
            </>
          )}
        </Answered>
      )}
    </div>
  )
}
