import { Kbd, Modal, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowRight, IconPlus, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ComponentType, type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { api, useMay } from '../api.ts'
import { titleOf } from '../kit/titles.ts'
import { isFor, navPages, sections } from '../pages.ts'
import { useText } from '../text/index.tsx'
import classes from './palette.module.css'

type Entry = {
  key: string
  group: string
  label: string
  hint?: string
  icon: ComponentType<{ size?: number }>
  run: () => void
}

const SEARCHED = [
  { name: 'contact', path: 'contacts', title: ['firstName', 'lastName'] },
  { name: 'company', path: 'companies', title: ['name'] },
  { name: 'deal', path: 'deals', title: ['title'] },
  { name: 'lead', path: 'leads', title: ['name'] },
]

/** What else may be made from here. */
const CREATED = [
  { name: 'task', path: 'tasks' },
  { name: 'visit', path: 'visits' },
  { name: 'invoice', path: 'invoices' },
  { name: 'project', path: 'projects' },
]

/** Finds records, pages and actions by typing; arrows and Enter do the rest. */
export default function Palette({ close }: { close: () => void }) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const [place, setPlace] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const entries = useEntries(typed.trim(), close)
  const chosen = entries[Math.min(place, entries.length - 1)]
  const move = (by: number) => {
    const next = (Math.min(place, entries.length - 1) + by + entries.length) % entries.length
    setPlace(next)
    list.current?.querySelector(`[data-index="${next}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') chosen?.run()
    else return
    event.preventDefault()
  }
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      padding={0}
      size="lg"
      centered={false}
      yOffset="12vh"
    >
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        px="md"
        leftSection={<IconSearch size={16} />}
        rightSection={<Kbd size="xs">Esc</Kbd>}
        rightSectionWidth={56}
        placeholder={text.palette.placeholder}
        aria-label={text.palette.placeholder}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={chosen ? `palette-${chosen.key}` : undefined}
        value={typed}
        onChange={event => {
          setTyped(event.currentTarget.value)
          setPlace(0)
        }}
        onKeyDown={onKey}
      />
      <div
        ref={list}
        id="palette-list"
        role="listbox"
        aria-label={text.palette.open}
        className={classes.list}
      >
        {entries.map((entry, index) => (
          <div key={entry.key}>
            {entry.group !== entries[index - 1]?.group && <div className={classes.group}>{entry.group}</div>}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the text field above has the keys */}
            <div
              id={`palette-${entry.key}`}
              role="option"
              tabIndex={-1}
              data-index={index}
              aria-selected={entry === chosen}
              className={classes.entry}
              onClick={entry.run}
              onMouseMove={() => setPlace(index)}
            >
              <entry.icon size={16} />
              <span className="one-line">{entry.label}</span>
              {entry.hint && <span className="quiet one-line">{entry.hint}</span>}
            </div>
          </div>
        ))}
        {!entries.length && <div className={classes.group}>{text.palette.nothing}</div>}
      </div>
    </Modal>
  )
}

function useEntries(typed: string, close: () => void): Entry[] {
  const text = useText()
  const { write, administer } = useMay()
  const navigate = useNavigate()
  const found = useFound(typed)
  return useMemo(() => {
    const go = (to: string, params?: object) => () => {
      close()
      navigate({ to: to, ...(params ? { params: params as never } : {}) })
    }
    const records = found.map(
      ({ name, path, row, title }): Entry => ({
        key: row.id,
        group: text.plurals[name]!,
        label: titleOf(row, title),
        hint: [row.jobTitle, row.company, row.email ?? row.domain].filter(Boolean).join(' · '),
        icon: IconArrowRight,
        run: go(`/${path}/$id`, { id: row.id }),
      }),
    )
    const pages = [...navPages, ...sections]
      .filter(page => isFor(page, { write, administer }))
      .map(
        (page): Entry => ({
          key: page.path.replaceAll('/', '_'),
          group: text.palette.pages,
          label: page.title(text),
          hint: page.section && text.nav.settings,
          icon: (page.nav ?? page.section)!.icon,
          run: go(page.path),
        }),
      )
    const actions = write
      ? [...SEARCHED, ...CREATED].map(
          ({ name, path }): Entry => ({
            key: `new-${name}`,
            group: text.palette.actions,
            label: text.palette.create(text.labels[name]!),
            icon: IconPlus,
            run: () => {
              close()
              navigate({ to: `/${path}`, search: { new: true } })
            },
          }),
        )
      : []
    const matches = ({ label }: Entry) => label.toLowerCase().includes(typed.toLowerCase())
    return [...records, ...pages.filter(matches), ...actions.filter(matches)]
  }, [found, text, typed, write, administer, navigate, close])
}

type Row = { id: string } & Record<string, string | null>

function useFound(typed: string) {
  const [q] = useDebouncedValue(typed, 120)
  const { data } = useQuery({
    queryKey: ['palette', q],
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        SEARCHED.map(async type => {
          const page = await api.get<{ rows: Row[] }>(`/${type.path}`, { query: { q, limit: 5 }, signal })
          return page.rows.map(row => ({ ...type, row }))
        }),
      )
      return lists.flat()
    },
  })
  return typed.length > 1 ? (data ?? NOTHING) : NOTHING
}
type Found = (typeof SEARCHED)[number] & { row: Row }
const NOTHING: Found[] = []
