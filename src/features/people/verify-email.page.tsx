import { Alert } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { api, messageOf } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

/** Where the link in the mail leads: the token is spent at once, and once only. */
export default function VerifyEmail() {
  const text = useText()
  const { token = '' } = useSearch({ strict: false }) as { token?: string }
  const verifying = useQuery({
    queryKey: ['verify', token],
    queryFn: () => api.post('/auth/verify-email', { token: String(token) }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Door
      title={verifying.isSuccess ? text.auth.verified : text.auth.verifying}
      foot={
        <Link to="/" className="link">
          {text.auth.goOn}
        </Link>
      }
    >
      {verifying.isError && (
        <Alert color="red" variant="light" role="alert">
          {messageOf(verifying.error, text.common.offline)}
        </Alert>
      )}
    </Door>
  )
}
