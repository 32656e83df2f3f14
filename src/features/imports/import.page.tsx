import { Alert, Button, FileButton, Group, Select, Table, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type DragEvent, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, messageOf } from '#web/api.ts'
import list from '#web/kit/list.module.css'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { NotFound } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './imports.module.css'
import { IMPORTED } from './imports.page.tsx'

const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const VENDORS: Record<string, string> = {
  hubspot: 'HubSpot',
  salesforce: 'Salesforce',
  pipedrive: 'Pipedrive',
}
const isWorkbook = ({ name, type }: File): boolean => type === XLSX_TYPE || /\.xlsx$/i.test(name)

/** As much of a file as the server looks at to suggest what fills what. */
const HEAD_BYTES = 1 << 20

type Preview = {
  /** The system whose export it is. */
  preset: string | null
  /** Of a workbook: its sheets, and the one that is shown. */
  sheet?: string
  sheets?: string[]
  header: string[]
  rows: string[][]
  mapping: Record<string, string>
  matchBy: string
  fields: Array<{ field: string; label: string; required: boolean }>
}
type OnDuplicate = 'skip' | 'update' | 'create'

/** From a file to an import: choose it, see what fills what, try it, run it. */
export default function ImportWizard() {
  const { entity } = useParams({ strict: false }) as { entity: string }
  const text = useText()
  if (!(IMPORTED as readonly string[]).includes(entity)) return <NotFound />
  return <Wizard key={entity} entity={entity} path={`/${text.paths[entity]}`} />
}

function Wizard({ entity, path }: { entity: string; path: string }) {
  const text = useText()
  const navigate = useNavigate()
  const [file, setFile] = useState<File>()
  const [mapping, setMapping] = useState<Record<string, string>>({})
  const [onDuplicate, setOnDuplicate] = useState<OnDuplicate>('skip')
  const looking = useMutation({
    mutationFn: ({ chosen, sheet }: { chosen: File; sheet?: string }) =>
      isWorkbook(chosen)
        ? api.post<Preview>(`${path}/import/preview`, chosen, {
            headers: { 'content-type': XLSX_TYPE },
            query: sheet === undefined ? {} : { sheet },
            timeoutMs: 600_000,
          })
        : api.post<Preview>(`${path}/import/preview`, chosen.slice(0, HEAD_BYTES), {
            headers: { 'content-type': 'text/csv' },
          }),
    onSuccess(preview) {
      setMapping(preview.mapping)
      setOnDuplicate(preview.matchBy ? 'skip' : 'create')
    },
  })
  const starting = useMutation({
    mutationFn(dryRun: boolean) {
      const form = new FormData()
      form.set('mapping', JSON.stringify(mapping))
      form.set('onDuplicate', onDuplicate)
      form.set('dryRun', String(dryRun))
      if (looking.data?.sheet !== undefined) form.set('sheet', looking.data.sheet)
      // Last, since the server reads a form's settings before its file.
      form.set('file', file!)
      return api.post<{ id: string }>(`${path}/import`, form, { timeoutMs: 3_600_000 })
    },
    onSuccess: ({ id }) => navigate({ to: '/imports/$id', params: { id } }),
  })
  const choose = (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen)
    starting.reset()
    looking.mutate({ chosen })
  }
  const error = looking.error ?? starting.error
  return (
    <div className={list.page}>
      <Title order={1}>
        {text.imports.start}: {text.plurals[entity]}
      </Title>
      <Drop file={file} choose={choose} isBusy={looking.isPending} />
      {error && (
        <Alert color="red" variant="light" role="alert">
          {error instanceof ApiError && error.issues.length
            ? error.issues.map(({ path: where, message }) => `${where}: ${message}`).join('; ')
            : messageOf(error, text.common.offline)}
        </Alert>
      )}
      {looking.data && (
        <>
          <Found preview={looking.data} onSheet={sheet => looking.mutate({ chosen: file!, sheet })} />
          <Columns preview={looking.data} mapping={mapping} onChange={setMapping} />
          <Group align="end">
            {looking.data.matchBy && (
              <Select
                label={text.imports.onDuplicate}
                w={260}
                value={onDuplicate}
                onChange={value => setOnDuplicate(value as OnDuplicate)}
                data={(['skip', 'update', 'create'] as const).map(value => ({
                  value,
                  label: text.imports.duplicates[value],
                }))}
              />
            )}
            <Group ml="auto">
              <Button variant="default" loading={starting.isPending} onClick={() => starting.mutate(true)}>
                {text.imports.tryOut}
              </Button>
              <Button loading={starting.isPending} onClick={() => starting.mutate(false)}>
                {text.imports.run}
              </Button>
            </Group>
          </Group>
        </>
      )}
    </div>
  )
}

type FoundGiven = { preview: Preview; onSheet: (sheet: string) => void }

/** Which sheet is shown, and whose export it is taken for. */
function Found({ preview: { preset, sheet, sheets = [] }, onSheet }: FoundGiven) {
  const text = useText()
  if (!preset && sheets.length < 2) return null
  return (
    <Group align="end">
      {sheets.length > 1 && (
        <Select
          label={text.imports.sheet}
          w={260}
          allowDeselect={false}
          data={sheets}
          value={sheet ?? null}
          onChange={value => value && onSheet(value)}
        />
      )}
      {preset && <p className="quiet">{text.imports.preset(VENDORS[preset] ?? preset)}</p>}
    </Group>
  )
}

type DropGiven = { file: File | undefined; choose: (file: File | null) => void; isBusy: boolean }

function Drop({ file, choose, isBusy }: DropGiven) {
  const text = useText()
  const [isOver, setOver] = useState(false)
  const over = (value: boolean) => (event: DragEvent) => {
    event.preventDefault()
    setOver(value)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      className={classes.drop}
      data-over={isOver || undefined}
      onDragOver={over(true)}
      onDragLeave={over(false)}
      onDrop={event => {
        over(false)(event)
        choose(event.dataTransfer.files[0] ?? null)
      }}
    >
      <span>{file ? file.name : text.imports.drop}</span>
      <FileButton onChange={choose} accept={`.csv,.tsv,.txt,text/csv,.xlsx,${XLSX_TYPE}`}>
        {props => (
          <Button {...props} variant="default" loading={isBusy}>
            {text.imports.choose}
          </Button>
        )}
      </FileButton>
    </div>
  )
}

type ColumnsGiven = {
  preview: Preview
  mapping: Record<string, string>
  onChange: (mapping: Record<string, string>) => void
}

/** Each column of the file with its first values, and the field that it fills. */
function Columns({ preview, mapping, onChange }: ColumnsGiven) {
  const text = useText()
  const set = (header: string, field: string | null) => {
    const { [header]: _before, ...rest } = mapping
    onChange(field ? { ...rest, [header]: field } : rest)
  }
  const data = preview.fields.map(({ field, label, required }) => ({
    value: field,
    label: required ? `${label} *` : label,
  }))
  return (
    <ScrollBox label={text.imports.column}>
      <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.imports.column}</Table.Th>
            <Table.Th>{text.imports.examples}</Table.Th>
            <Table.Th>{text.imports.fills}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.header.map((header, index) => (
            <Table.Tr key={header}>
              <Table.Td fw={500}>{header}</Table.Td>
              <Table.Td className="quiet" maw={320}>
                <span className={classes.examples}>
                  {preview.rows
                    .map(row => row[index])
                    .filter(Boolean)
                    .slice(0, 3)
                    .join(' · ')}
                </span>
              </Table.Td>
              <Table.Td w={260}>
                <Select
                  size="xs"
                  searchable
                  clearable
                  aria-label={`${header}: ${text.imports.fills}`}
                  placeholder={text.imports.nothing}
                  data={data}
                  value={mapping[header] ?? null}
                  onChange={field => set(header, field)}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollBox>
  )
}
