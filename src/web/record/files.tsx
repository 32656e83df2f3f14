import { ActionIcon, Button, Group, Text as P, Progress, Title } from '@mantine/core'
import {
  IconDownload,
  IconFile,
  IconFileTypePdf,
  IconPhoto,
  IconTrash,
  IconUpload,
  IconX,
} from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ComponentType, type DragEvent, Suspense, useRef, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, messageOf, queries, useMay, useMayChange } from '../api.ts'
import { saveFile } from '../kit/download.ts'
import { useFormat } from '../kit/format.ts'
import { later } from '../kit/later.tsx'
import { tellFault, tellUndo } from '../kit/notify.tsx'
import type { Text } from '../text/en.ts'
import { useText } from '../text/index.tsx'
import { isShown } from './file-kinds.ts'
import type { AnyContract, Row } from './model.ts'
import classes from './record.module.css'
import { upload } from './upload.ts'

const Preview = later(() => import('./file-preview.tsx'))
const SHOWN = 50
/** Files that are sent at the same time; the others wait. */
const AT_ONCE = 2

export type FileRow = Row & { filename: string; contentType: string; sizeBytes: number; createdAt: string }
type Sending = { key: string; name: string; share: number; fault?: string; stop: () => void }
type Given = { parent: AnyContract; row: Row }

const refresh = (id: string): void => {
  queries.invalidateQueries({ queryKey: ['file', id] })
  queries.invalidateQueries({ queryKey: ['timeline', id] })
}

/** The files of a record: dropped or chosen, each with its progress; shown, saved, and deleted with a way back. */
export function Files({ parent, row }: Given) {
  const text = useText()
  const may = useMay()
  const format = useFormat()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const [shown, show] = useState<FileRow>()
  const { sending, send, forget } = useUploads({ parent, row })
  const { data } = useQuery({
    queryKey: ['file', row.id],
    queryFn: () =>
      api.get<{ rows: FileRow[]; total: number }>(`/${parent.path}/${row.id}/files`, {
        query: { limit: SHOWN },
      }),
  })
  const onDrag = (event: DragEvent) => {
    if (!may.write || !event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop') send([...event.dataTransfer.files])
  }
  return (
    <section
      className={`${classes.relatedList} ${classes.files}`}
      aria-label={text.plurals.file}
      data-over={isOver || undefined}
      onDragOver={onDrag}
      onDragLeave={onDrag}
      onDrop={onDrag}
    >
      <Group justify="space-between" mb={4}>
        <Title order={3}>
          {text.plurals.file} {data && <span className="quiet numbers">{format.number(data.total)}</span>}
        </Title>
        {may.write && (
          <ActionIcon size="sm" aria-label={text.files.add} onClick={() => input.current?.click()}>
            <IconUpload size={14} />
          </ActionIcon>
        )}
      </Group>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={text.files.add}
        onChange={event => {
          send([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
      <ul className={classes.fileList}>
        {sending.map(each => (
          <SendingItem key={each.key} sending={each} forget={() => forget(each.key)} />
        ))}
        {data?.rows.map(file => (
          <FileItem key={file.id} file={file} recordId={row.id} show={() => show(file)} />
        ))}
      </ul>
      {may.write && !sending.length && data?.total === 0 && (
        <P size="xs" className="quiet">
          {text.files.drop}
        </P>
      )}
      {!may.write && data?.total === 0 && (
        <P size="xs" className="quiet">
          {text.common.none}
        </P>
      )}
      <Suspense>{shown && <Preview file={shown} close={() => show(undefined)} />}</Suspense>
    </section>
  )
}

function useUploads({ parent, row }: Given) {
  const text = useText()
  const [sending, setSending] = useState<Sending[]>([])
  const queue = useRef<Array<() => Promise<void>>>([])
  const running = useRef(0)
  const change = (key: string, values: Partial<Sending>) =>
    setSending(list => list.map(each => (each.key === key ? { ...each, ...values } : each)))
  const forget = (key: string) => setSending(list => list.filter(each => each.key !== key))
  const next = () => {
    if (running.current >= AT_ONCE) return
    const run = queue.current.shift()
    if (!run) return
    running.current++
    run().finally(() => {
      running.current--
      next()
    })
  }
  const send = (files: File[]) => {
    for (const file of files) {
      const key = crypto.randomUUID()
      const abort = new AbortController()
      setSending(list => [...list, { key, name: file.name, share: 0, stop: () => abort.abort() }])
      const form = () => {
        const data = new FormData()
        data.set('attachedToType', parent.name)
        data.set('attachedToId', row.id)
        data.set('file', file)
        return data
      }
      queue.current.push(async () => {
        try {
          await upload(form, { progress: share => change(key, { share }), signal: abort.signal })
          forget(key)
          refresh(row.id)
        } catch (error) {
          if (error instanceof ApiError && error.code === 'ABORTED') forget(key)
          else change(key, { fault: faultOf(error, text) })
        }
      })
      next()
    }
  }
  return { sending, send, forget }
}

/** What was wrong with the file, in the reader's words, and in the server's what exactly. */
function faultOf(error: unknown, text: Text): string {
  const message = messageOf(error, text.common.offline)
  if (!(error instanceof ApiError)) return message
  if (error.status === 413) return `${text.files.tooLarge} ${message}`
  if (error.status === 415) return `${text.files.refused} ${message}`
  return message
}

function SendingItem({
  sending: { name, share, fault, stop },
  forget,
}: {
  sending: Sending
  forget: () => void
}) {
  const text = useText()
  return (
    <li className={classes.file}>
      <div className={classes.fileName}>
        <span className="one-line">{name}</span>
        {fault ? (
          <span className="late" role="alert">
            {fault}
          </span>
        ) : (
          <Progress size="xs" value={share * 100} aria-label={text.files.sending(name)} />
        )}
      </div>
      <ActionIcon size="sm" aria-label={`${text.common.cancel}: ${name}`} onClick={fault ? forget : stop}>
        <IconX size={14} />
      </ActionIcon>
    </li>
  )
}

const ICONS: Array<[RegExp, ComponentType<{ size?: number }>]> = [
  [/^image\//, IconPhoto],
  [/^application\/pdf$/, IconFileTypePdf],
]

function FileItem({ file, recordId, show }: { file: FileRow; recordId: string; show: () => void }) {
  const text = useText()
  const mayChange = useMayChange()
  const format = useFormat()
  const Icon = ICONS.find(([pattern]) => pattern.test(file.contentType))?.[1] ?? IconFile
  const save = () => saveFile(`/files/${file.id}/download`, file.filename)
  const removing = useMutation({
    mutationFn: () => api.delete(`/files/${file.id}`),
    onSuccess() {
      refresh(recordId)
      tellUndo(text.files.deleted(file.filename), text.common.undo, () =>
        api
          .post(`/files/${file.id}/restore`, {})
          .then(() => refresh(recordId))
          .catch(error => tellFault(messageOf(error, text.common.offline))),
      )
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <li className={classes.file}>
      <Icon size={16} />
      <div className={classes.fileName}>
        <Button
          variant="transparent"
          color="gray"
          size="compact-sm"
          justify="flex-start"
          className={classes.fileOpen}
          title={file.filename}
          onClick={isShown(file.contentType) ? show : save}
        >
          {file.filename}
        </Button>
        <span className="quiet numbers">
          {format.size(file.sizeBytes)} · {format.ago(file.createdAt)}
        </span>
      </div>
      <ActionIcon size="sm" aria-label={`${text.files.download}: ${file.filename}`} onClick={save}>
        <IconDownload size={14} />
      </ActionIcon>
      {mayChange(file) && (
        <ActionIcon
          size="sm"
          aria-label={`${text.common.delete}: ${file.filename}`}
          loading={removing.isPending}
          onClick={() => removing.mutate()}
        >
          <IconTrash size={14} />
        </ActionIcon>
      )}
    </li>
  )
}
