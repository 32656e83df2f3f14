import { Alert, Button, CopyButton, Group, TextInput } from '@mantine/core'
import { useText } from '../text/index.tsx'

/** An address that is shown once, to be copied. */
export function SecretAddress({ label, url, hint }: { label: string; url: string; hint: string }) {
  const text = useText()
  return (
    <Alert color="orange" variant="light" py={10} role="status">
      <Group align="flex-end" gap={8} wrap="nowrap">
        <TextInput
          label={label}
          description={hint}
          value={url}
          readOnly
          style={{ flex: 1, minWidth: 0 }}
          onFocus={event => event.currentTarget.select()}
        />
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button variant="default" h={36} onClick={copy}>
              {copied ? text.mail.copied : text.mail.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  )
}
