import { Button, Group } from '@mantine/core'
import { IconDownload, IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { Dialog } from '../kit/dialog.tsx'
import { openFile, saveFile } from '../kit/download.ts'
import { Fault, Waiting } from '../kit/states.tsx'
import { useText } from '../text/index.tsx'
import { isImage, isPdf, isText } from './file-kinds.ts'
import type { FileRow } from './files.tsx'
import classes from './record.module.css'

/** As much of a text as is shown. */
const TEXT_BYTES = 200_000

/** A picture or a text in a window of the app. A PDF is opened by the browser's own viewer, which runs nothing in our page. */
export default function FilePreview({ file, close }: { file: FileRow; close: () => void }) {
  const text = useText()
  const path = `/files/${file.id}/download`
  return (
    <Dialog onClose={close} title={file.filename} size="xl">
      <Bytes file={file} path={path} />
      <Group justify="flex-end" mt="md" gap="xs">
        {isPdf(file.contentType) && (
          <Button leftSection={<IconExternalLink size={14} />} onClick={() => openFile(path, file.filename)}>
            {text.files.open}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => saveFile(path, file.filename)}
        >
          {text.files.download}
        </Button>
      </Group>
    </Dialog>
  )
}

function Bytes({ file, path }: { file: FileRow; path: string }) {
  const text = useText()
  const isWord = isText(file.contentType)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['file', 'bytes', file.id],
    enabled: !isPdf(file.contentType),
    gcTime: 0,
    queryFn: async () => {
      const headers: Record<string, string> = isWord ? { range: `bytes=0-${TEXT_BYTES - 1}` } : {}
      return (await api.open(path, { headers })).blob()
    },
  })
  const url = useAddress(isImage(file.contentType) ? data : undefined)
  const { data: words } = useQuery({
    queryKey: ['file', 'text', file.id],
    enabled: isWord && data !== undefined,
    gcTime: 0,
    queryFn: () => data!.text(),
  })
  if (isPdf(file.contentType)) return <p className="quiet">{text.files.pdfHint}</p>
  if (error) return <Fault error={error} retry={refetch} />
  if (isPending) return <Waiting />
  if (url) return <img src={url} alt={file.filename} className={classes.picture} />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <pre className={classes.text} tabIndex={0}>
      {words}
    </pre>
  )
}

/** The bytes as an address of this page, as long as they are shown. */
function useAddress(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!blob) return
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}
