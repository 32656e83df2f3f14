import { ActionIcon, Button, Group, Select, TextInput } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, messageOf, useMayChange, useMembers } from '../api.ts'
import { tell, tellFault, tellUndo } from '../kit/notify.tsx'
import { type AnyContract, type Row, refreshAround } from '../record/model.ts'
import { useText } from '../text/index.tsx'
import type { BulkActions } from './layout.ts'
import classes from './table.module.css'

type Operation = { op: 'update' | 'delete' | 'restore' | 'tag'; id: string; data?: object }
type Result = { results: Array<{ status: number }> }
const AT_MOST = 1000

/** @returns the records with which it was done, and with how many it was refused */
async function sendAll(path: string, operations: Operation[]): Promise<{ done: string[]; failed: number }> {
  const results: Result['results'] = []
  for (let at = 0; at < operations.length; at += AT_MOST) {
    const answer = await api.post<Result>(`/${path}/bulk`, { operations: operations.slice(at, at + AT_MOST) })
    results.push(...answer.results)
  }
  const done = operations.filter((_, index) => results[index]!.status < 400).map(({ id }) => id)
  return { done, failed: operations.length - done.length }
}

const GAP_PX = 8

/** Has what is told stand above the element, which is of any height. */
function useRoomBelow() {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { style } = document.documentElement
    const observer = new ResizeObserver(() =>
      style.setProperty('--bulk', `${element.current!.offsetHeight + GAP_PX}px`),
    )
    observer.observe(element.current!)
    return () => {
      observer.disconnect()
      style.removeProperty('--bulk')
    }
  }, [])
  return element
}

/** What may be done with the selected rows together: hand them over, tag them, delete them. It is done to those that the reader may change. */
export function BulkBar({
  contract,
  rows,
  clear,
  more,
}: {
  contract: AnyContract
  rows: Row[]
  clear: () => void
  more?: BulkActions
}) {
  const text = useText()
  const members = useMembers()
  const own = rows.filter(useMayChange()).map(({ id }) => id)
  const owner =
    'ownerId' in contract.fields ? 'ownerId' : 'assigneeId' in contract.fields ? 'assigneeId' : undefined
  // The bar is gone by then, with what it knows.
  const restore = (deleted: string[]) =>
    sendAll(
      contract.path,
      deleted.map(id => ({ op: 'restore', id })),
    )
      .then(({ failed }) => failed && tellFault(text.table.failed(failed)))
      .catch(error => tellFault(messageOf(error, text.common.offline)))
      .finally(() => refreshAround(contract.name))
  const running = useMutation({
    mutationFn: (operations: Operation[]) => sendAll(contract.path, operations),
    onSuccess({ done, failed }, [first]) {
      if (failed) tellFault(text.table.failed(failed))
      if (first?.op === 'delete') {
        const told = text.common.deleted(done.length)
        // What has no trash is gone.
        if (done.length && contract.softDelete) tellUndo(told, text.common.undo, () => restore(done))
        else if (done.length) tell(told)
      } else if (done.length) tell(text.table.changed(done.length))
      refreshAround(contract.name)
      clear()
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const update = (data: object) => running.mutate(own.map(id => ({ op: 'update', id, data })))
  const addTag = (tag: string) => running.mutate(own.map(id => ({ op: 'tag', id, data: { add: [tag] } })))
  return (
    <div
      ref={useRoomBelow()}
      className={classes.bulk}
      role="toolbar"
      aria-label={text.table.selected(rows.length)}
    >
      <ActionIcon onClick={clear} aria-label={text.common.clear}>
        <IconX size={16} />
      </ActionIcon>
      <span className="numbers">{text.table.selected(rows.length)}</span>
      {own.length < rows.length && <span className="quiet">{text.table.mayChange(own.length)}</span>}
      <Group gap="xs" ml="auto">
        {more?.(
          rows.map(({ id }) => id),
          clear,
        )}
        {own.length > 0 && owner && (
          <Select
            size="xs"
            w={170}
            searchable
            aria-label={text.table.assign}
            placeholder={text.table.assign}
            value={null}
            data={[...members.values()]
              .filter(m => m.isActive)
              .map(({ id, name }) => ({ value: id, label: name }))}
            onChange={id => id && update({ [owner]: id })}
          />
        )}
        {own.length > 0 && 'tags' in contract.fields && <TagForm add={addTag} />}
        {own.length > 0 && (
          <Button
            color="red"
            variant="light"
            loading={running.isPending}
            leftSection={<IconTrash size={14} />}
            onClick={() => running.mutate(own.map(id => ({ op: 'delete', id })))}
          >
            {text.common.delete}
          </Button>
        )}
      </Group>
    </div>
  )
}

function TagForm({ add }: { add: (tag: string) => void }) {
  const text = useText()
  const [tag, setTag] = useState('')
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (tag.trim()) add(tag.trim())
      }}
    >
      <TextInput
        size="xs"
        w={140}
        maxLength={60}
        aria-label={text.table.addTag}
        placeholder={text.table.addTag}
        value={tag}
        onChange={event => setTag(event.currentTarget.value)}
      />
    </form>
  )
}
