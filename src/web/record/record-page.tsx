import { ActionIcon, Group, Menu, Title } from '@mantine/core'
import { IconArrowLeft, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, Suspense } from 'react'
import { AiButton } from '../ai/button.tsx'
import { api, messageOf, useMayChange } from '../api.ts'
import { later } from '../kit/later.tsx'
import { listOf } from '../kit/list-seen.ts'
import { MoreMenu } from '../kit/more-menu.tsx'
import { tellFault, tellUndo } from '../kit/notify.tsx'
import { Fault, PageWaiting } from '../kit/states.tsx'
import { titleOf, useIsUnseen } from '../kit/titles.ts'
import { FieldValue } from '../kit/value.tsx'
import { pages } from '../pages.ts'
import { useText } from '../text/index.tsx'
import { DuplicatesHint } from './duplicates.tsx'
import { Facts } from './facts.tsx'
import { Files } from './files.tsx'
import { LogBar } from './log-bar.tsx'
import {
  type AnyContract,
  type Column,
  holdsNotes,
  type Row,
  recordQuery,
  refreshAround,
  useColumns,
} from './model.ts'
import classes from './record.module.css'
import { Related, type RelatedList } from './related.tsx'
import { Timeline } from './timeline.tsx'

export type RecordPageOptions = {
  contract: AnyContract
  /** The few facts beside the title. */
  facts: readonly string[]
  related: RelatedList[]
  /** Whether the panel with what AI says of it is offered. */
  hasAdvice?: boolean
  /** Buttons and dialogs of the feature's own. */
  actions?: (row: Row) => ReactNode
  /** Stands above the columns, such as the way through the stages. */
  banner?: (row: Row) => ReactNode
  /** Stands above what happened, such as the lines of an invoice. */
  main?: (row: Row) => ReactNode
}

const QuotedSource = later<object>(() =>
  import('../ai/quoted.tsx').then(module => ({ default: module.QuotedSource })),
)

/** One record: its facts to be changed in place, what happened with it, and what hangs on it. */
export function RecordPage(options: RecordPageOptions) {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data: row, error, isPending, refetch } = useQuery(recordQuery(options.contract, id))
  if (isPending) return <PageWaiting />
  if (error || !row) return <Fault error={error} retry={refetch} />
  return <Sheet key={id} {...options} row={row} />
}

function Sheet({
  contract,
  facts,
  related,
  hasAdvice,
  actions,
  banner,
  main,
  row,
}: RecordPageOptions & { row: Row }) {
  const text = useText()
  const columns = useColumns(contract)
  const isHeld = holdsNotes(contract)
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <BackButton contract={contract} />
        <div className={classes.heading}>
          <Title order={1} className={classes.title} title={titleOf(row, contract.title)}>
            {titleOf(row, contract.title)}
          </Title>
          <Group gap="md" className={classes.keyFacts}>
            {facts
              .flatMap(path => columns.filter(column => column.path === path && column.read(row) !== null))
              .map(column => (
                <KeyFact key={column.path} column={column} row={row} />
              ))}
          </Group>
        </div>
        <Group gap={6} ml="auto" justify="flex-end">
          {actions?.(row)}
          {hasAdvice && <AiButton type={contract.name} row={row} />}
          <RecordMenu contract={contract} row={row} />
        </Group>
      </header>
      {banner?.(row)}
      <DuplicatesHint contract={contract} row={row} />
      <div className={classes.columns}>
        <aside className={classes.facts} aria-label={text.record.details}>
          <Facts contract={contract} row={row} columns={columns} />
        </aside>
        <section className={classes.middle} aria-label={text.record.timeline}>
          {main?.(row)}
          {isHeld && <LogBar contract={contract} row={row} />}
          <Quoted />
          <Timeline contract={contract} id={row.id} />
        </section>
        {(related.length > 0 || isHeld) && (
          <aside className={classes.related} aria-label={text.record.related}>
            {related.map(list => (
              <Related key={list.contract.path} parent={contract} row={row} {...list} />
            ))}
            {isHeld && <Files parent={contract} row={row} />}
          </aside>
        )}
      </div>
    </div>
  )
}

/** A fact beside the title; none where it is a record that the reader may not see. */
function KeyFact({ column, row }: { column: Column; row: Row }) {
  const { path, label, field, read } = column
  const value = read(row)
  if (useIsUnseen({ field, name: path, value, row })) return null
  return (
    <Group gap={6} wrap="nowrap">
      <span className="quiet">{label}</span>
      <FieldValue field={field} name={path} value={value} row={row} />
    </Group>
  )
}

/** What a link has quoted from what was said here. */
function Quoted() {
  const { quote } = useSearch({ strict: false }) as { quote?: string }
  return quote ? (
    <Suspense fallback={null}>
      <QuotedSource />
    </Suspense>
  ) : null
}

function BackButton({ contract }: { contract: AnyContract }) {
  const text = useText()
  const navigate = useNavigate()
  const href = listOf(contract)
  const page = pages.find(({ path }) => path === href.split('?')[0])
  const label = page?.title(text) ?? text.plurals[contract.name] ?? contract.label
  return (
    <ActionIcon size="lg" aria-label={label} title={label} onClick={() => navigate({ href })}>
      <IconArrowLeft size={16} />
    </ActionIcon>
  )
}

function RecordMenu({ contract, row }: { contract: AnyContract; row: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const navigate = useNavigate()
  const removing = useMutation({
    mutationFn: () => api.delete(`/${contract.path}/${row.id}`),
    async onSuccess() {
      tellUndo(text.common.deleted(1), text.common.undo, () =>
        api
          .post(`/${contract.path}/${row.id}/restore`, {})
          .then(() => refreshAround(contract.name))
          .catch(error => tellFault(messageOf(error, text.common.offline))),
      )
      await navigate({ href: listOf(contract) })
      // Not while its page stands there, which would ask for what is in the trash.
      refreshAround(contract.name)
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!mayChange(row)) return null
  return (
    <MoreMenu>
      <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => removing.mutate()}>
        {text.common.delete}
      </Menu.Item>
    </MoreMenu>
  )
}
