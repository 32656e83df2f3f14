import { Select, SimpleGrid, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { issuesByPath, useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { useText } from '#web/text/index.tsx'
import { useSetup } from './steps.page.tsx'
import { StepFrame } from './welcome.page.tsx'

/** What a workspace that nobody has set up counts by. */
const [NO_CURRENCY, NO_ZONE] = ['USD', 'UTC']
/** The money of the places that browsers speak of most; where it is none of these, people choose. */
const MONEY: Record<string, string> = {
  ...Object.fromEntries(
    ['DE', 'FR', 'ES', 'IT', 'NL', 'AT', 'BE', 'FI', 'IE', 'PT', 'GR', 'LU'].map(place => [place, 'EUR']),
  ),
  ...{ US: 'USD', GB: 'GBP', CH: 'CHF', NO: 'NOK', SE: 'SEK', DK: 'DKK', PL: 'PLN', CZ: 'CZK' },
  ...{ IN: 'INR', JP: 'JPY', CN: 'CNY', CA: 'CAD', AU: 'AUD', NZ: 'NZD', BR: 'BRL', MX: 'MXN' },
}

const likelyCurrency = (): string =>
  MONEY[new Intl.Locale(navigator.language).maximize().region ?? ''] ?? NO_CURRENCY

/** Name, money and clock; what the browser knows of them is filled in. */
export function WorkspaceStep() {
  const text = useText()
  const { locale } = useFormat()
  const { workspace } = useMe()
  const { next, error } = useSetup()
  const [name, setName] = useState(workspace.name)
  const [currency, setCurrency] = useState(
    workspace.currency === NO_CURRENCY ? likelyCurrency() : workspace.currency,
  )
  const [timezone, setTimezone] = useState(
    workspace.timezone === NO_ZONE
      ? new Intl.DateTimeFormat().resolvedOptions().timeZone
      : workspace.timezone,
  )
  const currencies = useMemo(() => {
    const names = new Intl.DisplayNames(locale, { type: 'currency' })
    return Intl.supportedValuesOf('currency').map(value => ({
      value,
      label: `${value} – ${names.of(value)}`,
    }))
  }, [locale])
  const zones = useMemo(
    () => [...new Set([NO_ZONE, timezone, ...Intl.supportedValuesOf('timeZone')])],
    [timezone],
  )
  const issues = issuesByPath(error)
  return (
    <StepFrame
      title={text.welcome.workspace}
      hint={text.welcome.workspaceHint}
      submit={() => next({ name, currency, timezone })}
    >
      <TextInput
        label={text.welcome.name}
        value={name}
        maxLength={120}
        error={issues.name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select
          searchable
          label={text.welcome.currency}
          value={currency}
          data={currencies}
          error={issues.currency}
          limit={60}
          onChange={value => value && setCurrency(value)}
        />
        <Select
          searchable
          label={text.welcome.timezone}
          value={timezone}
          data={zones}
          error={issues.timezone}
          limit={60}
          onChange={value => value && setTimezone(value)}
        />
      </SimpleGrid>
    </StepFrame>
  )
}
