import { Alert, Button, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { PROVIDERS } from '#core/ai/provider-names.ts'
import { api, messageOf } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Part } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import { type Given, isOwn, reachOf, type Tried, type Values } from './model.page.tsx'

/** Who answers, and how they are reached. */
export function Provider(given: Given) {
  const text = useText()
  const { values, kept, change } = given
  const t = text.aiSettings
  const hint =
    values.provider === 'builtin'
      ? t.builtinHint
      : values.provider === 'installation'
        ? t.installationHint(installed(given, t.providers))
        : t.ownHint
  return (
    <Part title={t.who} hint={t.providerHint}>
      <Stack gap="sm" maw={460}>
        <Select
          label={t.provider}
          description={hint}
          allowDeselect={false}
          value={values.provider}
          data={[
            { value: 'installation', label: t.installation },
            ...PROVIDERS.map(value => ({ value, label: t.providers[value] })),
          ]}
          onChange={provider =>
            provider && change({ provider: provider as Values['provider'], model: '', baseUrl: '' })
          }
        />
        {isOwn(values) && <Reached {...given} />}
        {(isOwn(values) || (kept.provider === null && kept.effective.provider !== 'builtin')) &&
          values.provider !== 'builtin' && <Test {...given} />}
      </Stack>
    </Part>
  )
}

const installed = ({ kept }: Given, names: Record<string, string>): string =>
  kept.effective.source === 'installation'
    ? [names[kept.effective.provider], kept.effective.model].filter(Boolean).join(', ')
    : ''

function Reached(given: Given) {
  const { values, change, issues } = given
  const t = useText().aiSettings
  const isCompatible = values.provider === 'openai-compatible'
  const field = (key: 'model' | 'embeddingModel' | 'baseUrl' | 'region') => ({
    value: values[key],
    error: issues[key],
    onChange: (event: { currentTarget: { value: string } }) => change({ [key]: event.currentTarget.value }),
  })
  return (
    <>
      <TextInput label={t.model} placeholder={MODELS[values.provider]} required {...field('model')} />
      <TextInput
        label={t.baseUrl}
        description={t.baseUrlHint}
        placeholder={isCompatible ? 'https://llm.example.com/v1' : undefined}
        required={isCompatible}
        {...field('baseUrl')}
      />
      {values.provider === 'bedrock' && (
        <TextInput label={t.region} placeholder="us-east-1" {...field('region')} />
      )}
      <KeyFields {...given} />
      {values.provider !== 'anthropic' && (
        <TextInput
          label={t.embeddingModel}
          description={t.embeddingHint}
          placeholder={EMBEDDINGS[values.provider]}
          {...field('embeddingModel')}
        />
      )}
    </>
  )
}

const MODELS: Partial<Record<Values['provider'], string>> = {
  openai: 'gpt-5',
  'openai-compatible': 'llama3.3',
  google: 'gemini-flash-latest',
  anthropic: 'claude-sonnet-4-5',
  bedrock: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
}
const EMBEDDINGS: Partial<Record<Values['provider'], string>> = {
  openai: 'text-embedding-3-small',
  'openai-compatible': 'nomic-embed-text',
  google: 'text-embedding-004',
  bedrock: 'amazon.titan-embed-text-v2:0',
}

function KeyFields({ values, kept, change, issues }: Given) {
  const t = useText().aiSettings
  const isKept = kept.hasKey && kept.provider === values.provider
  const field = (key: 'apiKey' | 'accessKeyId' | 'secretAccessKey') => ({
    value: values[key],
    error: issues[key],
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) => change({ [key]: event.currentTarget.value }),
  })
  return (
    <>
      <PasswordInput
        label={t.key}
        description={t.keyHint}
        placeholder={isKept && kept.keyHint ? t.keptKey(kept.keyHint) : undefined}
        {...field('apiKey')}
      />
      {values.provider === 'bedrock' && (
        <>
          <TextInput label={t.accessKeyId} description={t.accessKeyHint} {...field('accessKeyId')} />
          <PasswordInput label={t.secretAccessKey} {...field('secretAccessKey')} />
        </>
      )}
    </>
  )
}

function Test({ values }: Given) {
  const text = useText()
  const t = text.aiSettings
  const { number } = useFormat()
  const trying = useMutation({
    mutationFn: () =>
      api.post<{ answer: Tried; embedding: Tried | null }>('/ai/settings/test', reachOf(values)),
  })
  const { data, error } = trying
  const failed = data && [data.answer, data.embedding].find(tried => tried && !tried.isOk)
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" loading={trying.isPending} onClick={() => trying.mutate()}>
        {t.test}
      </Button>
      <div role="status">
        {data && !failed && (
          <Alert color="green" variant="light" py="xs">
            {t.works(number(data.answer.durationMs / 1000))}
          </Alert>
        )}
        {(failed || error) && (
          <Alert color="red" variant="light" py="xs">
            {failed ? failed.error : messageOf(error, text.common.offline)}
          </Alert>
        )}
      </div>
    </Stack>
  )
}
