import { Accordion, Autocomplete, Badge, Group, Select, Table, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Fault } from '#web/kit/states.tsx'
import { choiceLabel, useText } from '#web/text/index.tsx'
import type { PreviewAnswer, ValuesAnswer } from './answers.ts'
import classes from './imports.module.css'

/** Header to value to what it means; null where it was decided that it stands for itself. */
export type Meanings = Record<string, Record<string, string | null>>

type Answered = ValuesAnswer['columns'][number]
/** Header to the values of its cells, and how often each was seen. */
export type Distinct = PreviewAnswer['distinct']

/** What the server makes of the values of the mapped columns. */
export function useValues(entity: string, mapping: Record<string, string>, distinct: Distinct | undefined) {
  const columns = Object.entries(mapping).flatMap(([header, field]) => {
    const values = distinct?.[header]?.map(({ value }) => value) ?? []
    return values.length && field ? [{ header, field, values }] : []
  })
  return useQuery({
    queryKey: ['import', 'values', entity, columns],
    queryFn: () =>
      columns.length ? api.post<ValuesAnswer>('/imports/values', { entity, columns }) : { columns: [] },
    enabled: distinct !== undefined,
    placeholderData: keepPreviousData,
  })
}

/** What is sent with the import: what was decided, and what was suggested and not turned down. */
export function valueMappingOf(answered: Answered[] | undefined, meanings: Meanings) {
  const columns = (answered ?? []).map(({ header, values }) => {
    const decided = values
      .map(({ value, meaning }) => [value, chosen(meanings, header, value, meaning)] as const)
      .filter(([, meaning]) => meaning !== null)
    return [header, Object.fromEntries(decided)] as const
  })
  return Object.fromEntries(columns.filter(([, values]) => Object.keys(values).length))
}

const chosen = (meanings: Meanings, header: string, value: string, suggested: string | null) => {
  const decided = meanings[header]?.[value]
  return decided === undefined ? suggested : decided
}

type Given = {
  values: ReturnType<typeof useValues>
  distinct: Distinct
  meanings: Meanings
  onChange: (meanings: Meanings) => void
  labelOf: (field: string) => string
  /** Whether owners who are no members are passed over, so that nobody has to say who they are. */
  passesMembers: boolean
}

/** For each column whose field has few values: what each of them means here. */
export function ValuesChoice({ values, distinct, meanings, onChange, labelOf, passesMembers }: Given) {
  const text = useText()
  if (values.isError) return <Fault error={values.error} retry={values.refetch} />
  const columns = (values.data?.columns ?? [])
    .filter(column => column.values.length)
    .map(column => (passesMembers && isMember(column) ? passing(column) : column))
  if (!columns.length) return null
  const isOpen = ({ header, values: found }: Answered) =>
    found.some(({ value, isKnown, meaning }) => !isKnown || meaning !== null || meanings[header]?.[value])
  return (
    <section>
      <Title order={2} size="h4">
        {text.imports.values}
      </Title>
      <p className="quiet">{text.imports.valuesHint}</p>
      <Accordion
        multiple
        variant="separated"
        // Anew where other columns are answered, since what is open at first hangs on them.
        key={columns.map(({ header, field }) => `${header}:${field}`).join()}
        defaultValue={columns.filter(isOpen).map(({ field }) => field)}
      >
        {columns.map(column => (
          <Accordion.Item key={column.field} value={column.field}>
            <Accordion.Control>
              <Group gap="sm" wrap="nowrap">
                <span className="one-line">
                  {column.header} → {labelOf(column.field)}
                </span>
                <Open count={openIn(column, meanings)} />
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <ValueTable
                column={column}
                counts={new Map(distinct[column.header]?.map(({ value, count }) => [value, count]))}
                meanings={meanings[column.header] ?? {}}
                onChange={decided => onChange({ ...meanings, [column.header]: decided })}
              />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </section>
  )
}

const isMember = ({ kind, field }: Answered) => kind === 'member' && !field.startsWith('customFields.')

const passing = (column: Answered): Answered => ({
  ...column,
  values: column.values.map(found => ({ ...found, isKnown: true })),
})

/** How many values nobody understands so far: their rows would be refused. */
const openIn = ({ header, values }: Answered, meanings: Meanings): number =>
  values.filter(
    ({ value, isKnown, meaning }) => !isKnown && chosen(meanings, header, value, meaning) === null,
  ).length

function Open({ count }: { count: number }) {
  const text = useText()
  if (!count) return null
  return (
    <Badge color="red" variant="light" tt="none" radius="sm" style={{ flex: 'none' }}>
      {text.imports.notUnderstood(count)}
    </Badge>
  )
}

type TableGiven = {
  column: Answered
  counts: Map<string, number>
  meanings: Record<string, string | null>
  onChange: (meanings: Record<string, string | null>) => void
}

function ValueTable({ column, counts, meanings, onChange }: TableGiven) {
  const text = useText()
  const format = useFormat()
  return (
    <Table verticalSpacing={4} horizontalSpacing="sm" fz="sm" className={classes.values}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{text.imports.value}</Table.Th>
          <Table.Th>{text.imports.meaning}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {column.values.map(({ value, isKnown, meaning }) => (
          <Table.Tr key={value}>
            <Table.Td>
              <span className={classes.value}>{value}</span>{' '}
              {counts.has(value) && (
                <span className="quiet numbers">{format.number(counts.get(value)!)}×</span>
              )}
            </Table.Td>
            <Table.Td>
              <Meaning
                column={column}
                value={value}
                isKnown={isKnown}
                meaning={meanings[value] === undefined ? meaning : meanings[value]}
                onChange={decided => onChange({ ...meanings, [value]: decided })}
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** Stands for the empty text, which a select would take for no choice at all. */
const NOTHING = '\u0000'

type MeaningGiven = {
  column: Answered
  value: string
  isKnown: boolean
  meaning: string | null
  onChange: (meaning: string | null) => void
}

function Meaning({ column: { choices, isFree, kind }, value, isKnown, meaning, onChange }: MeaningGiven) {
  const text = useText()
  const label = `${value}: ${text.imports.meaning}`
  if (isFree)
    return (
      <Autocomplete
        size="xs"
        aria-label={label}
        placeholder={text.imports.asItIs}
        data={choices.map(choice => choice.value)}
        limit={20}
        maxLength={500}
        value={meaning ?? ''}
        onChange={given => onChange(given || null)}
      />
    )
  const nameOf = (choice: { value: string; label: string }) => {
    if (kind === 'boolean') return choice.value === 'true' ? text.common.yes : text.common.no
    return kind === 'choice' ? choiceLabel(text, choice.label) : choice.label
  }
  return (
    <Select
      size="xs"
      searchable
      clearable
      aria-label={label}
      placeholder={isKnown ? text.imports.asItIs : text.imports.refusedSo}
      error={!isKnown && meaning === null}
      data={[
        { value: NOTHING, label: text.imports.leaveEmpty },
        ...choices.map(choice => ({ value: choice.value, label: nameOf(choice) })),
      ]}
      value={meaning === '' ? NOTHING : meaning}
      onChange={given => onChange(given === NOTHING ? '' : given)}
    />
  )
}
