import { PasswordInput, Select, TextInput } from '@mantine/core'
import { useText } from '#web/text/index.tsx'

export type Way = 'PASSWORD' | 'GOOGLE' | 'MICROSOFT' | 'OTHER'

/** What the providers document for reading mail by IMAP. */
const PROVIDERS = {
  GOOGLE: {
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scope: 'https://mail.google.com/',
    host: 'imap.gmail.com',
  },
  MICROSOFT: {
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access',
    host: 'outlook.office365.com',
  },
} as const

/** What of the sign-in is no secret, and may lie in a draft. */
export type Place = { way: Way; tokenUrl: string; clientId: string; scope: string }
export type Secrets = { clientSecret: string; refreshToken: string }
export const NO_SECRETS: Secrets = { clientSecret: '', refreshToken: '' }

type Kept = { auth: 'PASSWORD' | 'OAUTH2'; tokenUrl: string | null; clientId: string | null }

/** How a mailbox is signed in to, by what is kept of it. */
export function placeOf(kept: Kept | undefined): Place {
  const start: Place = { way: 'PASSWORD', tokenUrl: '', clientId: '', scope: '' }
  if (kept?.auth !== 'OAUTH2') return start
  const known = (['GOOGLE', 'MICROSOFT'] as const).find(name => PROVIDERS[name].tokenUrl === kept.tokenUrl)
  const way = known ?? 'OTHER'
  const scope = known ? PROVIDERS[known].scope : ''
  return { way, tokenUrl: kept.tokenUrl ?? '', clientId: kept.clientId ?? '', scope }
}

/** As the server takes it. */
export const oauthOf = ({ tokenUrl, clientId, scope }: Place, { clientSecret, refreshToken }: Secrets) => ({
  ...{ tokenUrl, clientId, refreshToken },
  ...(clientSecret ? { clientSecret } : {}),
  ...(scope ? { scope } : {}),
})

type WayGiven = { way: Way; change: (values: Partial<Place> & { host?: string }) => void }

/** By a password, or by tokens of a provider whose addresses are known. */
export function WayChoice({ way, change }: WayGiven) {
  const text = useText()
  return (
    <Select
      label={text.mail.way}
      allowDeselect={false}
      value={way}
      data={(['PASSWORD', 'GOOGLE', 'MICROSOFT', 'OTHER'] as const).map(value => ({
        value,
        label: text.mail.ways[value],
      }))}
      onChange={value => {
        const known =
          value === 'GOOGLE' || value === 'MICROSOFT' ? PROVIDERS[value] : { tokenUrl: '', scope: '' }
        change({ way: value as Way, ...known })
      }}
    />
  )
}

type Given = {
  place: Place
  secrets: Secrets
  change: (values: Partial<Place>) => void
  changeSecrets: (secrets: Secrets) => void
  issues: Record<string, string>
  isKept: boolean
}

/** The tokens of a mailbox, and where they are exchanged. */
export function OAuthFields({ place, secrets, change, changeSecrets, issues, isKept }: Given) {
  const text = useText()
  return (
    <>
      {place.way === 'OTHER' && (
        <TextInput
          label={text.mail.tokenUrl}
          placeholder="https://login.example.com/oauth2/token"
          value={place.tokenUrl}
          error={issues['oauth.tokenUrl']}
          onChange={event => change({ tokenUrl: event.currentTarget.value })}
        />
      )}
      <TextInput
        label={text.mail.clientId}
        value={place.clientId}
        error={issues['oauth.clientId']}
        onChange={event => change({ clientId: event.currentTarget.value })}
      />
      <PasswordInput
        label={text.mail.clientSecret}
        description={text.mail.clientSecretHint}
        autoComplete="new-password"
        value={secrets.clientSecret}
        error={issues['oauth.clientSecret']}
        onChange={event => changeSecrets({ ...secrets, clientSecret: event.currentTarget.value })}
      />
      <PasswordInput
        label={text.mail.refreshToken}
        description={isKept ? text.mail.refreshTokenKept : text.mail.refreshTokenHint}
        autoComplete="new-password"
        value={secrets.refreshToken}
        error={issues['oauth.refreshToken'] ?? issues.oauth ?? issues.password}
        onChange={event => changeSecrets({ ...secrets, refreshToken: event.currentTarget.value })}
      />
      {place.way === 'OTHER' && (
        <TextInput
          label={text.mail.scope}
          value={place.scope}
          error={issues['oauth.scope']}
          onChange={event => change({ scope: event.currentTarget.value })}
        />
      )}
    </>
  )
}
