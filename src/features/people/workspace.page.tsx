import {
  ActionIcon,
  Alert,
  Button,
  Group,
  NumberInput,
  Radio,
  Select,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, issuesByPath, meQuery, messageOf, queries, useMe, type Workspace } from '#web/api.ts'
import { useDraft } from '#web/kit/draft.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { Part, SettingsPage } from '#web/settings/kit.tsx'
import { Unsaved } from '#web/settings/unsaved.tsx'
import { zoneOptions } from '#web/settings/zones.ts'
import { languages, useLanguage, useText } from '#web/text/index.tsx'
import classes from './people.module.css'

type Rate = { currency: string; rate: number | string }
type Values = {
  name: string
  currency: string
  timezone: string
  recordVisibility: 'own' | 'workspace'
  rates: Rate[]
  invoiceSender: string
  invoiceFooter: string
  invoiceLocale: string
}
type Change = (change: Partial<Values>) => void
type Given = { values: Values; change: Change; issues: Record<string, string> }

const valuesOf = ({ name, currency, timezone, settings }: Workspace): Values => ({
  name,
  currency,
  timezone,
  recordVisibility: settings.recordVisibility,
  rates: Object.entries((settings.exchangeRates ?? {}) as Record<string, number>).map(([code, rate]) => ({
    currency: code,
    rate,
  })),
  invoiceSender: (settings.invoiceSender as string | undefined) ?? '',
  invoiceFooter: (settings.invoiceFooter as string | undefined) ?? '',
  invoiceLocale: (settings.invoiceLocale as string | undefined) ?? 'en',
})

const bodyOf = ({ name, currency, timezone, rates, ...rest }: Values) => ({
  name,
  currency,
  timezone,
  settings: {
    recordVisibility: rest.recordVisibility,
    exchangeRates: rates.length
      ? Object.fromEntries(rates.map(({ currency: code, rate }) => [code, Number(rate)]))
      : null,
    invoiceSender: rest.invoiceSender.trim() || null,
    invoiceFooter: rest.invoiceFooter.trim() || null,
    invoiceLocale: rest.invoiceLocale,
  },
})

const NO_CHANGES = {}

/** What holds for everybody in the workspace. What was typed survives a reload and an ended session. */
export default function WorkspaceSettings() {
  const text = useText()
  const { workspace } = useMe()
  const { draft, change, forget } = useDraft(`workspace.${workspace.id}`, NO_CHANGES)
  const changes = draft as Partial<Values>
  const kept = useMemo(() => valuesOf(workspace), [workspace])
  const values = { ...kept, ...changes }
  const isDirty = JSON.stringify(values) !== JSON.stringify(kept)
  const saving = useMutation({
    mutationFn: () =>
      api.patch('/workspaces/current', bodyOf(values), {
        headers: { 'if-match': `"${workspace.version}"` },
      }),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: meQuery.queryKey })
      forget()
      tell(text.common.saved)
      // Sums and amounts are told in the workspace's currency everywhere.
      queries.invalidateQueries()
    },
    onError: error => {
      if (error instanceof ApiError && error.status === 412)
        queries.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
  const given = {
    values,
    change,
    issues: issuesByPath(saving.error),
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <SettingsPage title={text.workspace.title}>
      <form noValidate onSubmit={submit} className={classes.form}>
        <General {...given} />
        <Visibility {...given} />
        <Rates {...given} />
        <Invoicing {...given} />
        <SaveBar
          isDirty={isDirty}
          isSending={saving.isPending}
          error={saving.error}
          discard={() => {
            forget()
            saving.reset()
          }}
        />
      </form>
      <Unsaved isDirty={isDirty} forget={forget} />
    </SettingsPage>
  )
}

type BarGiven = { isDirty: boolean; isSending: boolean; error: unknown; discard: () => void }

function SaveBar({ isDirty, isSending, error, discard }: BarGiven) {
  const text = useText()
  if (!isDirty && !error) return null
  const isStale = error instanceof ApiError && error.status === 412
  return (
    <div className={classes.bar}>
      {error !== null && (
        <Alert color="red" variant="light" py="xs" role="alert">
          {isStale ? text.workspace.conflict : messageOf(error, text.common.offline)}
        </Alert>
      )}
      <Group gap="xs">
        <Button type="submit" loading={isSending} disabled={!isDirty}>
          {text.common.save}
        </Button>
        <Button variant="default" onClick={discard}>
          {text.templates.discard}
        </Button>
      </Group>
    </div>
  )
}

const useCurrencies = () => {
  const { language } = useLanguage()
  return useMemo(() => {
    const names = new Intl.DisplayNames([language], { type: 'currency' })
    return Intl.supportedValuesOf('currency').map(value => ({
      value,
      label: `${value} · ${names.of(value)}`,
    }))
  }, [language])
}

function General({ values, change, issues }: Given) {
  const text = useText()
  const currencies = useCurrencies()
  return (
    <Part title={text.workspace.general}>
      <Stack gap="sm" maw={420}>
        <TextInput
          label={text.workspace.name}
          maxLength={120}
          value={values.name}
          error={issues.name}
          onChange={event => change({ name: event.currentTarget.value })}
        />
        <Select
          searchable
          label={text.workspace.currency}
          description={text.workspace.currencyHint}
          value={values.currency}
          error={issues.currency}
          data={currencies}
          onChange={currency => currency && change({ currency })}
        />
        <Select
          searchable
          limit={200}
          label={text.workspace.zone}
          description={text.workspace.zoneHint}
          value={values.timezone}
          error={issues.timezone}
          data={zoneOptions(values.timezone)}
          onChange={timezone => timezone && change({ timezone })}
        />
      </Stack>
    </Part>
  )
}

function Visibility({ values, change }: Given) {
  const text = useText()
  return (
    <Part title={text.workspace.visibility} hint={text.workspace.visibilityHint}>
      <Radio.Group
        aria-label={text.workspace.visibility}
        value={values.recordVisibility}
        onChange={value => change({ recordVisibility: value as 'own' | 'workspace' })}
      >
        <Stack gap="sm">
          <Radio value="own" label={text.workspace.own} description={text.workspace.ownHint} />
          <Radio value="workspace" label={text.workspace.all} description={text.workspace.allHint} />
        </Stack>
      </Radio.Group>
    </Part>
  )
}

function Rates({ values, change, issues }: Given) {
  const text = useText()
  const format = useFormat()
  const currencies = useCurrencies()
  const { rates } = values
  const put = (at: number, rate: Rate) => change({ rates: rates.with(at, rate) })
  const taken = new Set([values.currency, ...rates.map(({ currency }) => currency)])
  const next = ['EUR', 'USD', 'GBP', 'CHF', ...currencies.map(({ value }) => value)].find(
    code => !taken.has(code),
  )
  return (
    <Part title={text.workspace.rates} hint={text.workspace.ratesHint(values.currency)}>
      {rates.length > 0 && (
        <ul className={classes.rates}>
          {rates.map(({ currency, rate }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the currency itself may change
            <li key={at}>
              <Select
                searchable
                w={260}
                aria-label={text.workspace.rateCurrency(at + 1)}
                value={currency}
                data={currencies.filter(({ value }) => value === currency || !taken.has(value))}
                onChange={code => code && put(at, { currency: code, rate })}
              />
              <NumberInput
                w={130}
                aria-label={text.workspace.rateOf(currency, values.currency)}
                value={rate}
                min={0}
                allowNegative={false}
                decimalScale={6}
                thousandSeparator={format.thousands}
                decimalSeparator={format.decimals}
                error={issues[`settings.exchangeRates.${currency}`]}
                onChange={given => put(at, { currency, rate: given })}
              />
              <span className="quiet">{values.currency}</span>
              <ActionIcon
                aria-label={text.workspace.removeRate(currency)}
                onClick={() => change({ rates: rates.toSpliced(at, 1) })}
              >
                <IconTrash size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={!next}
          onClick={() => change({ rates: [...rates, { currency: next!, rate: 1 }] })}
        >
          {text.workspace.addRate}
        </Button>
      </Group>
    </Part>
  )
}

function Invoicing({ values, change, issues }: Given) {
  const text = useText()
  return (
    <Part title={text.workspace.invoices} hint={text.workspace.invoicesHint}>
      <Stack gap="sm" maw={420}>
        <Textarea
          label={text.workspace.sender}
          description={text.workspace.senderHint}
          value={values.invoiceSender}
          error={issues['settings.invoiceSender']}
          onChange={event => change({ invoiceSender: event.currentTarget.value })}
        />
        <Textarea
          label={text.workspace.footer}
          description={text.workspace.footerHint}
          value={values.invoiceFooter}
          error={issues['settings.invoiceFooter']}
          onChange={event => change({ invoiceFooter: event.currentTarget.value })}
        />
        <Select
          label={text.workspace.invoiceLanguage}
          value={values.invoiceLocale}
          data={invoiceLanguages(values.invoiceLocale)}
          allowDeselect={false}
          error={issues['settings.invoiceLocale']}
          onChange={code => code && change({ invoiceLocale: code })}
        />
      </Stack>
    </Part>
  )
}

/** Those of the program, and a finer one that somebody has set through the API. */
const invoiceLanguages = (set: string) => {
  const known = languages.map(({ code, language }) => ({ value: code, label: language }))
  return known.some(({ value }) => value === set) ? known : [...known, { value: set, label: set }]
}
