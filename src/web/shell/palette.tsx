import { Kbd, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowRight, IconMessageCircleBolt, IconPlus, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ComponentType, type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { api, useMay } from '../api.ts'
import { Dialog } from '../kit/dialog.tsx'
import { type Place, placeOf } from '../kit/place.ts'
import { importedTypes, recordTypes } from '../kit/record-types.ts'
import { withShownAddresses } from '../kit/shown-address.ts'
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

/** What has a list of its own beside the pages: it is jumped to, and made from here. The rest is found on the page of all results. */
const LISTED = importedTypes
  .map(name => recordTypes.find(type => type.name === name)!)
  .filter(({ path }) => navPages.some(page => page.path === `/${path}`))
const JUMPED_TO = LISTED.map(({ name }) => name).join(',')
const FOUND_AT_MOST = 8
const TITLE_AT_MOST = 120

/** People go on typing while it opens, and every letter is meant for it. */
const AT_ONCE = { duration: 0 }
const takeFocus = (field: HTMLInputElement | null) => field?.focus()

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
    <Dialog
      onClose={close}
      withCloseButton={false}
      padding={0}
      size="lg"
      centered={false}
      yOffset="12vh"
      transitionProps={AT_ONCE}
    >
      <TextInput
        ref={takeFocus}
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
    </Dialog>
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
      ({ id, type, title, record, place }): Entry => ({
        key: id,
        group: text.palette.records,
        label: withShownAddresses(title).slice(0, TITLE_AT_MOST) || '–',
        hint: hintOf(text.labels[type] ?? type, record),
        icon: IconArrowRight,
        run: go(place.to, place.params),
      }),
    )
    const more: Entry[] =
      typed.length > 1
        ? [
            ...(write
              ? [
                  {
                    key: 'ask',
                    group: text.assistant.title,
                    label: text.assistant.ask(typed),
                    icon: IconMessageCircleBolt,
                    run: () => {
                      close()
                      navigate({ to: '/assistant', search: { q: typed } as never })
                    },
                  },
                ]
              : []),
            {
              key: 'all',
              group: text.search.title,
              label: text.search.all(typed),
              icon: IconSearch,
              run: () => {
                close()
                navigate({ to: '/search', search: { q: typed } as never })
              },
            },
          ]
        : []
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
      ? LISTED.map(
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
    const named = [...pages.filter(matches), ...actions.filter(matches)]
    // Who types the beginning of a name means it, and Enter does it, whatever records are like it.
    const isMeant = ({ label }: Entry) =>
      typed.length > 1 && label.toLowerCase().startsWith(typed.toLowerCase())
    return [...named.filter(isMeant), ...records, ...named.filter(entry => !isMeant(entry)), ...more]
  }, [found, text, typed, write, administer, navigate, close])
}

const hintOf = (label: string, { jobTitle, company, email, domain }: Hit['record']): string =>
  withShownAddresses([label, jobTitle, company, email ?? domain].filter(Boolean).join(' · '))

type Hit = { id: string; type: string; title: string; record: Record<string, string | null> }
type Found = Hit & { place: Place }

/** Records that hold what was typed, the likeliest first. */
function useFound(typed: string): Found[] {
  const [q] = useDebouncedValue(typed, 120)
  const { data } = useQuery({
    queryKey: ['palette', q],
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { rows } = await api.get<{ rows: Hit[] }>('/search', {
        query: { q, types: JUMPED_TO, limit: FOUND_AT_MOST },
        signal,
      })
      return rows.flatMap((hit): Found[] => {
        const place = placeOf(hit.type, hit.id, hit.record)
        return place ? [{ ...hit, place }] : []
      })
    },
  })
  return typed.length > 1 ? (data ?? NOTHING) : NOTHING
}
const NOTHING: Found[] = []
