import { Button, CopyButton, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { Role } from '#core/db/workspace.ts'
import { api, issuesByPath, queries, useMe } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { withShownAddresses } from '#web/kit/shown-address.ts'
import { Fault } from '#web/kit/states.tsx'
import { Part } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import classes from '#web/settings/settings.module.css'
import { choiceLabel, useText } from '#web/text/index.tsx'

type Invite = {
  id: string
  email: string
  role: Role
  status: 'PENDING' | 'EXPIRED'
  token: string
  expiresAt: string
}
type Invites = { rows: Invite[] }
const KEY = ['invites']
const INVITED = ['ADMIN', 'MEMBER', 'VIEWER'] as const

const linkOf = ({ token }: Invite) => `${location.origin}/invites/accept?token=${encodeURIComponent(token)}`

/** Who has been invited and has not come yet. */
export function Invites() {
  const text = useText()
  const format = useFormat()
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<Invites>('/invites', { query: { limit: 200 } }),
  })
  const revoking = useOptimistic<Invites, Invite>({
    key: KEY,
    apply: ({ rows, ...page }, gone) => ({ ...page, rows: rows.filter(({ id }) => id !== gone.id) }),
    send: ({ id }) => api.delete(`/invites/${id}`),
  })
  if (error) return <Fault error={error} retry={refetch} />
  if (!data?.rows.length) return null
  return (
    <Part title={text.members.invited}>
      <ul className={`card ${classes.list}`}>
        {data.rows.map(invite => (
          <li key={invite.id} style={{ flexWrap: 'wrap' }}>
            <div className={classes.main} style={{ minWidth: 130 }}>
              <b className="one-line">{withShownAddresses(invite.email)}</b>
              <span className="quiet">
                {choiceLabel(text, invite.role)} ·{' '}
                {invite.status === 'EXPIRED'
                  ? text.members.expired
                  : text.members.expires(format.ago(invite.expiresAt))}
              </span>
            </div>
            {invite.token && invite.status === 'PENDING' && (
              <CopyButton value={linkOf(invite)}>
                {({ copied, copy }) => (
                  <Button variant="default" size="compact-xs" onClick={copy}>
                    {copied ? text.mail.copied : text.members.copyLink}
                  </Button>
                )}
              </CopyButton>
            )}
            <Button
              variant="default"
              size="compact-xs"
              aria-label={`${text.members.revoke}: ${invite.email}`}
              onClick={() => revoking.mutate(invite)}
            >
              {text.members.revoke}
            </Button>
          </li>
        ))}
      </ul>
    </Part>
  )
}

export function InviteDialog({ close }: { close: () => void }) {
  const text = useText()
  const { role: mine } = useMe()
  const form = useForm('invite', { email: '', role: 'MEMBER' })
  const { email, role } = form.values
  const inviting = useMutation({
    mutationFn: () => api.post('/invites', { email, role }),
    onSuccess() {
      form.forget()
      tell(text.members.sent(email))
      queries.invalidateQueries({ queryKey: KEY })
      close()
    },
  })
  const issues = issuesByPath(inviting.error)
  const roles = mine === 'OWNER' ? (['OWNER', ...INVITED] as const) : INVITED
  return (
    <Dialog onClose={close} title={text.members.invite}>
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          inviting.mutate()
        }}
      >
        <DraftNote {...form} />
        <Stack gap="sm">
          <TextInput
            data-autofocus
            type="email"
            label={text.auth.email}
            value={email}
            error={issues.email}
            onChange={event => form.change({ email: event.currentTarget.value })}
          />
          <Select
            label={text.members.role}
            description={role ? text.members.may[role as Role] : undefined}
            value={role}
            error={issues.role}
            data={roles.map(value => ({ value, label: choiceLabel(text, value) }))}
            onChange={chosen => chosen && form.change({ role: chosen })}
          />
        </Stack>
        <DialogFoot
          submit={text.members.invite}
          close={close}
          isSending={inviting.isPending}
          error={inviting.error}
          beside={['email', 'role']}
        />
      </form>
    </Dialog>
  )
}
