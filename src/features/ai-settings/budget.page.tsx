import { Group, NumberInput, Stack } from '@mantine/core'
import { useFormat } from '#web/kit/format.ts'
import { Part } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import type { Given } from './model.page.tsx'

/** What a month may cost, and what the model costs. */
export function Budget({ values, change, issues }: Given) {
  const t = useText().aiSettings
  const { thousands, decimals } = useFormat()
  const written = { min: 0, thousandSeparator: thousands, decimalSeparator: decimals }
  return (
    <Part title={t.budget} hint={t.budgetHint}>
      <Stack gap="sm" maw={460}>
        <NumberInput
          label={t.monthlyTokens}
          value={values.monthlyTokens}
          error={issues.monthlyTokens}
          placeholder={t.noLimit}
          allowDecimal={false}
          {...written}
          onChange={monthlyTokens => change({ monthlyTokens })}
        />
        <NumberInput
          label={t.monthlyCost}
          description={t.monthlyCostHint}
          value={values.monthlyCost}
          error={issues.monthlyCost}
          placeholder={t.noLimit}
          decimalScale={2}
          {...written}
          onChange={monthlyCost => change({ monthlyCost })}
        />
        <Group grow align="flex-end">
          <NumberInput
            label={t.priceIn}
            value={values.priceIn}
            decimalScale={4}
            {...written}
            onChange={priceIn => change({ priceIn })}
          />
          <NumberInput
            label={t.priceOut}
            value={values.priceOut}
            decimalScale={4}
            {...written}
            onChange={priceOut => change({ priceOut })}
          />
        </Group>
      </Stack>
    </Part>
  )
}
