import {
  Badge,
  Button,
  CloseButton,
  Group,
  Kbd,
  Select,
  TextInput,
  Title,
  UnstyledButton,
} from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { IconHistory, IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { REPORTED } from '#features/reports/entities.page.tsx'
import { useMe, useMembers } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { totalText } from '#web/kit/total.ts'
import type { AnyContract } from '#web/record/model.ts'
import { FilterBar } from '#web/table/filter-bar.tsx'
import { useText } from '#web/text/index.tsx'
import { type Asked, useAsked, useFound } from './query.page.tsx'
import { useRecentSearches } from './recent.page.tsx'
import { Result } from './results.page.tsx'
import classes from './search.module.css'
import { COUNTED_AT_MOST } from './searched.ts'

const PERIODS = ['7', '30', '365']

/** Everything that holds what was typed, the likeliest first, narrowed by type, owner, time and fields. */
export default function Search() {
  const text = useText()
  const { asked, change } = useAsked()
  const found = useFound(asked)
  const { recent, remember, forget } = useRecentSearches()
  const page = useRef<HTMLDivElement>(null)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys go through the links that stand in it
    <div ref={page} className={classes.page} onKeyDown={event => walk(event, page.current)}>
      <Title order={1}>{text.search.title}</Title>
      <SearchField q={asked.q} onChange={q => change({ q })} sent={remember} />
      {found.isAsked ? (
        <>
          <Narrow asked={asked} change={change} facets={found.facets} />
          <Results found={found} opened={() => remember(asked.q.trim())} />
        </>
      ) : (
        <Recent {...{ recent, forget }} choose={q => change({ q })} />
      )}
    </div>
  )
}

/** Arrows go from result to result, and from the first back into the field. */
function walk(event: KeyboardEvent, page: HTMLElement | null): void {
  if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || event.altKey || event.shiftKey) return
  const target = event.target as HTMLElement
  const links = [...(page?.querySelectorAll<HTMLElement>('[data-result]') ?? [])]
  const field = page?.querySelector<HTMLElement>('input[type=search]')
  const at = links.indexOf(target)
  if (at < 0 && target !== field) return
  const next = event.key === 'ArrowDown' ? links[at + 1] : at > 0 ? links[at - 1] : field
  if (!next) return
  event.preventDefault()
  next.focus()
}

type FieldGiven = { q: string; onChange: (q: string) => void; sent: (q: string) => void }

function SearchField({ q, onChange, sent }: FieldGiven) {
  const text = useText()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(q)
  const send = useDebouncedCallback(onChange, 200)
  useEffect(() => setTyped(q), [q])
  useEffect(() => field.current?.focus(), [])
  useHotkeys([['/', () => field.current?.focus()]])
  const write = (value: string) => {
    setTyped(value)
    send(value)
  }
  return (
    <TextInput
      ref={field}
      type="search"
      size="md"
      maxLength={400}
      leftSection={<IconSearch size={16} />}
      rightSection={
        typed ? (
          <CloseButton size="sm" aria-label={text.common.clear} onClick={() => write('')} />
        ) : (
          <Kbd size="xs">/</Kbd>
        )
      }
      placeholder={text.search.placeholder}
      aria-label={text.search.placeholder}
      value={typed}
      onChange={event => write(event.currentTarget.value)}
      onKeyDown={event => event.key === 'Enter' && sent(typed.trim())}
    />
  )
}

type NarrowGiven = {
  asked: Asked
  change: (change: Partial<Asked>) => void
  facets: ReturnType<typeof useFound>['facets']
}

function Narrow({ asked, change, facets }: NarrowGiven) {
  const text = useText()
  const members = useMembers()
  const { user } = useMe()
  const contract = REPORTED.find(({ name }) => name === asked.type)
  const people = [...members.values()].filter(member => member.isActive && member.id !== user.id)
  return (
    <div className={classes.narrow}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out like this everywhere */}
      <div className={classes.facets} role="group" aria-label={text.search.types}>
        <Facet label={text.search.everything} isOn={!asked.type} choose={() => change({ type: undefined })} />
        {facets.map(([type, count]) => (
          <Facet
            key={type}
            label={text.plurals[type] ?? type}
            count={count}
            isOn={asked.type === type}
            choose={() => change({ type })}
          />
        ))}
        {asked.type && !facets.some(([type]) => type === asked.type) && (
          <Facet label={text.plurals[asked.type] ?? asked.type} count={0} isOn choose={() => {}} />
        )}
      </div>
      <Group gap="xs">
        <Select
          size="xs"
          w={170}
          searchable
          clearable
          aria-label={text.search.owner}
          placeholder={text.search.owner}
          value={asked.owner ?? null}
          data={[
            { value: user.id, label: text.common.you },
            ...people.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={owner => change({ owner: owner ?? undefined })}
        />
        <Select
          size="xs"
          w={170}
          clearable
          aria-label={text.search.changed}
          placeholder={text.search.changed}
          value={asked.days ?? null}
          data={PERIODS.map(value => ({ value, label: text.search.within(Number(value)) }))}
          onChange={days => change({ days: days ?? undefined })}
        />
        {contract && <FieldFilter key={contract.name} {...{ contract, asked, change }} />}
      </Group>
    </div>
  )
}

type FilterGiven = { contract: AnyContract; asked: Asked; change: (change: Partial<Asked>) => void }

function FieldFilter({ contract, asked, change }: FilterGiven) {
  return (
    <FilterBar
      contract={contract}
      view={{ conditions: asked.where, extra: undefined }}
      onChange={({ conditions = [] }) => change({ where: conditions })}
    />
  )
}

type FacetGiven = { label: string; count?: number; isOn: boolean; choose: () => void }

function Facet({ label, count, isOn, choose }: FacetGiven) {
  const format = useFormat()
  return (
    <UnstyledButton className={classes.facet} aria-pressed={isOn} onClick={choose}>
      {label}
      {count !== undefined && (
        <span className="quiet numbers">
          {count > COUNTED_AT_MOST ? `${format.number(COUNTED_AT_MOST)}+` : format.number(count)}
        </span>
      )}
    </UnstyledButton>
  )
}

function Results({ found: { list }, opened }: { found: ReturnType<typeof useFound>; opened: () => void }) {
  const text = useText()
  const format = useFormat()
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const hits = list.data.pages.flatMap(({ rows }) => rows)
  if (!hits.length)
    return <Blank icon={IconSearch} title={text.search.nothing} text={text.search.nothingHint} />
  return (
    <>
      <p className={`quiet numbers ${classes.count}`} role="status">
        {text.search.count(totalText(text, format, list.data.pages[0]!))}
      </p>
      <ul className={`card ${classes.results}`} aria-label={text.search.title}>
        {hits.map(hit => (
          <Result key={hit.id} {...{ hit, opened }} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </Group>
      )}
    </>
  )
}

type RecentGiven = { recent: string[]; choose: (q: string) => void; forget: () => void }

function Recent({ recent, choose, forget }: RecentGiven) {
  const text = useText()
  if (!recent.length)
    return <Blank icon={IconSearch} title={text.search.start} text={text.search.startHint} />
  return (
    <section aria-label={text.search.recent}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{text.search.recent}</Title>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={forget}>
          {text.common.clear}
        </Button>
      </Group>
      <Group gap="xs">
        {recent.map(q => (
          <Badge
            key={q}
            component="button"
            variant="default"
            size="lg"
            radius="sm"
            tt="none"
            fw={400}
            className={classes.recent}
            leftSection={<IconHistory size={14} />}
            onClick={() => choose(q)}
          >
            {q}
          </Badge>
        ))}
      </Group>
    </section>
  )
}
