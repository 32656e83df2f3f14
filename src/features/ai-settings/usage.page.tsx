import { Progress, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { Part } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './ai-settings.module.css'
import { aiUsageKey } from './model.page.tsx'

type Sums = {
  calls: number
  failures: number
  inputTokens: number
  outputTokens: number
  cost: number | null
}
type Report = {
  month: string
  used: { tokens: number; cost: number }
  budget: { tokens: number | null; cost: number | null }
  tasks: Array<Sums & { task: string; provider: string; model: string }>
}

/** What the model has been asked this month, and what that cost. */
export function Usage() {
  const t = useText().aiSettings
  const { number, money } = useFormat()
  const { data, error, refetch } = useQuery({
    queryKey: aiUsageKey,
    queryFn: () => api.get<Report>('/ai/usage'),
  })
  return (
    <Part title={t.usage} hint={t.usageHint}>
      {error ? (
        <Fault error={error} retry={refetch} />
      ) : !data ? (
        <Waiting />
      ) : data.tasks.length ? (
        <>
          <Meters report={data} />
          <ScrollBox label={t.usage}>
            <Table className={classes.table}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t.task}</Table.Th>
                  <Table.Th>{t.model}</Table.Th>
                  <Table.Th className="numbers">{t.calls}</Table.Th>
                  <Table.Th className="numbers">{t.failures}</Table.Th>
                  <Table.Th className="numbers">{t.tokens}</Table.Th>
                  <Table.Th className="numbers">{t.cost}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.tasks.map(({ task, model, ...sums }) => (
                  <Table.Tr key={`${task} ${model}`}>
                    <Table.Td>{task}</Table.Td>
                    <Table.Td>{model}</Table.Td>
                    <Table.Td className="numbers">{number(sums.calls)}</Table.Td>
                    <Table.Td className="numbers">{number(sums.failures)}</Table.Td>
                    <Table.Td className="numbers">{number(sums.inputTokens + sums.outputTokens)}</Table.Td>
                    <Table.Td className="numbers">
                      {sums.cost === null ? t.noPrice : money(sums.cost, 'USD')}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollBox>
        </>
      ) : (
        <p className="quiet">{t.noUsage}</p>
      )}
    </Part>
  )
}

function Meters({ report: { used, budget } }: { report: Report }) {
  const t = useText().aiSettings
  const { number, money } = useFormat()
  const meters = [
    { of: budget.tokens, is: used.tokens, words: number, label: t.tokens },
    { of: budget.cost, is: used.cost, words: (value: number) => money(value, 'USD'), label: t.cost },
  ]
  return (
    <div className={classes.meters}>
      {meters.map(({ of, is, words, label }) =>
        of === null ? null : (
          <div key={label}>
            <div className={classes.meter}>
              <span>{label}</span>
              <span className="quiet numbers">{t.usedOf(words(is), words(of))}</span>
            </div>
            <Progress
              aria-label={t.usedOf(words(is), words(of))}
              value={of ? Math.min(100, (100 * is) / of) : 100}
              color={is >= of ? 'red' : undefined}
            />
          </div>
        ),
      )}
    </div>
  )
}
