import { Alert, Box, Button, FileButton, Group, Select, Table, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { type DragEvent, useState } from 'react'
import { messageOf } from '#web/api.ts'
import list from '#web/kit/list.module.css'
import { recordTypes } from '#web/kit/record-types.ts'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { NotFound } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import type { PreviewAnswer } from './answers.ts'
import { type OnDuplicate, targetLabel, useWizard, XLSX_TYPE } from './import-model.page.tsx'
import { ReadingChoice } from './import-reading.page.tsx'
import { ValuesChoice } from './import-values.page.tsx'
import classes from './imports.module.css'

const VENDORS: Record<string, string> = {
  hubspot: 'HubSpot',
  salesforce: 'Salesforce',
  pipedrive: 'Pipedrive',
}

/** From a file to an import: choose it, see what fills what, try it, run it. */
export default function ImportWizard() {
  const { entity } = useParams({ strict: false }) as { entity: string }
  const type = recordTypes.find(({ name, importable }) => name === entity && importable)
  return type ? <Wizard key={entity} entity={entity} path={`/${type.path}`} /> : <NotFound />
}

function Wizard({ entity, path }: { entity: string; path: string }) {
  const text = useText()
  const wizard = useWizard(entity, path)
  const { file, choose, looking, starting, mapping, changeMapping, values, distinct = {} } = wizard
  const error = looking.error ?? starting.error
  return (
    <div className={list.page}>
      <Title order={1}>
        {text.imports.start}: {text.plurals[entity]}
      </Title>
      <Drop file={file} choose={choose} isBusy={looking.isPending} />
      {error && (
        <Alert color="red" variant="light" role="alert">
          {messageOf(error, text.common.offline)}
        </Alert>
      )}
      {looking.data && (
        <>
          <Found preview={looking.data} onSheet={sheet => looking.mutate({ chosen: file!, sheet })} />
          <Columns preview={looking.data} mapping={mapping} onChange={changeMapping} />
          <ValuesChoice
            values={values}
            distinct={distinct}
            meanings={wizard.meanings}
            onChange={wizard.setMeanings}
            passesMembers={wizard.reading.ignoreUnknownMembers}
            labelOf={field =>
              targetLabel(text, field, looking.data!.fields.find(one => one.field === field)?.label)
            }
          />
          <ReadingChoice
            fields={looking.data.fields}
            mapping={mapping}
            value={wizard.reading}
            onChange={wizard.setReading}
          />
          <Group align="end">
            {looking.data.matchBy && (
              <Select
                label={text.imports.onDuplicate}
                w={260}
                value={wizard.onDuplicate}
                onChange={value => wizard.setOnDuplicate(value as OnDuplicate)}
                data={(['skip', 'update', 'create'] as const).map(value => ({
                  value,
                  label: text.imports.duplicates[value],
                }))}
              />
            )}
            <Group ml="auto">
              <Button
                variant="default"
                loading={starting.isPending}
                disabled={values.isPlaceholderData}
                onClick={() => starting.mutate(true)}
              >
                {text.imports.tryOut}
              </Button>
              <Button
                loading={starting.isPending}
                disabled={values.isPlaceholderData}
                onClick={() => starting.mutate(false)}
              >
                {text.imports.run}
              </Button>
            </Group>
          </Group>
        </>
      )}
    </div>
  )
}

type FoundGiven = { preview: PreviewAnswer; onSheet: (sheet: string) => void }

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
  preview: PreviewAnswer
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
  const examplesOf = (index: number) =>
    preview.rows
      .map(row => row[index])
      .filter(Boolean)
      .slice(0, 3)
      .join(' · ')
  const data = preview.fields.map(({ field, label, required }) => ({
    value: field,
    label: `${targetLabel(text, field, label)}${required ? ' *' : ''}`,
  }))
  return (
    <ScrollBox label={text.imports.column}>
      <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.imports.column}</Table.Th>
            <Table.Th visibleFrom="sm">{text.imports.examples}</Table.Th>
            <Table.Th>{text.imports.fills}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.header.map((header, index) => (
            <Table.Tr key={header}>
              <Table.Td fw={500} className={classes.value}>
                {header}
                <Box hiddenFrom="sm" className="quiet" fw={400}>
                  <span className={classes.examples}>{examplesOf(index)}</span>
                </Box>
              </Table.Td>
              <Table.Td className="quiet" maw={320} visibleFrom="sm">
                <span className={classes.examples}>{examplesOf(index)}</span>
              </Table.Td>
              <Table.Td w={260} miw={180}>
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
