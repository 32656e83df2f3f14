import { Button, Modal, Select, Stack, Switch, Table, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Role } from '#core/db/workspace.ts'
import { api, issuesByPath, type Member, membersQuery, messageOf, queries, useMe } from '#web/api.ts'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useFormat } from '#web/kit/format.ts'
import classes from '#web/kit/list.module.css'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { choiceLabel, useText } from '#web/text/index.tsx'

const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] as const

type Membership = Member & { membershipId: string }
type Invite = { id: string; email: string; role: Role; expiresAt: string }

/** Who works here and in which role, and who has been invited. */
export default function Members() {
  const text = useText()
  const [isInviting, setInviting] = useState(false)
  const members = useQuery(membersQuery)
  const invites = useQuery({
    queryKey: ['invites'],
    queryFn: async () => (await api.get<{ rows: Invite[] }>('/invites', { query: { limit: 100 } })).rows,
  })
  if (members.isPending) return <Waiting />
  if (members.isError) return <Fault error={members.error} retry={members.refetch} />
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{text.members.title}</Title>
        <Button onClick={() => setInviting(true)}>{text.members.invite}</Button>
      </div>
      <ScrollBox label={text.members.title}>
        <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
          <Table.Tbody>
            {(members.data as Membership[]).map(member => (
              <MemberRow key={member.id} member={member} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
      {invites.data && invites.data.length > 0 && <Invites invites={invites.data} />}
      {isInviting && <InviteDialog close={() => setInviting(false)} />}
    </div>
  )
}

function MemberRow({ member }: { member: Membership }) {
  const text = useText()
  const { user, role } = useMe()
  const changing = useMutation({
    mutationFn: (change: { role?: string; isActive?: boolean }) =>
      change.isActive === undefined
        ? api.patch(`/memberships/${member.membershipId}`, change)
        : api.patch(`/users/${member.id}`, change),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['members'] }),
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const isFixed = member.id === user.id || (member.role === 'OWNER' && role !== 'OWNER')
  return (
    <Table.Tr>
      <Table.Td fw={500}>
        <MemberName id={member.id} />
      </Table.Td>
      <Table.Td className="quiet">{member.email}</Table.Td>
      <Table.Td w={150}>
        <Select
          size="xs"
          aria-label={`${text.members.role}: ${member.name}`}
          disabled={isFixed}
          value={member.role}
          data={ROLES.filter(each => each !== 'OWNER' || role === 'OWNER' || member.role === 'OWNER').map(
            value => ({ value, label: choiceLabel(text, value) }),
          )}
          onChange={value => value && changing.mutate({ role: value })}
        />
      </Table.Td>
      <Table.Td w={120}>
        <Switch
          size="xs"
          label={text.members.active}
          disabled={isFixed}
          checked={member.isActive}
          onChange={event => changing.mutate({ isActive: event.currentTarget.checked })}
        />
      </Table.Td>
    </Table.Tr>
  )
}

function Invites({ invites }: { invites: Invite[] }) {
  const text = useText()
  const format = useFormat()
  const revoking = useMutation({
    mutationFn: (invite: Invite) => api.delete(`/invites/${invite.id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['invites'] }),
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <>
      <Title order={2}>{text.members.invited}</Title>
      <ScrollBox label={text.members.invited}>
        <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
          <Table.Tbody>
            {invites.map(invite => (
              <Table.Tr key={invite.id}>
                <Table.Td fw={500}>{invite.email}</Table.Td>
                <Table.Td>{choiceLabel(text, invite.role)}</Table.Td>
                <Table.Td className="quiet">{text.members.expires(format.ago(invite.expiresAt))}</Table.Td>
                <Table.Td ta="right">
                  <Button
                    variant="default"
                    size="compact-xs"
                    aria-label={`${text.members.revoke}: ${invite.email}`}
                    onClick={() => revoking.mutate(invite)}
                  >
                    {text.members.revoke}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
    </>
  )
}

function InviteDialog({ close }: { close: () => void }) {
  const text = useText()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<string | null>('MEMBER')
  const inviting = useMutation({
    mutationFn: () => api.post('/invites', { email, role }),
    onSuccess() {
      tell(text.members.sent(email))
      queries.invalidateQueries({ queryKey: ['invites'] })
      close()
    },
  })
  const issues = issuesByPath(inviting.error)
  return (
    <Modal opened onClose={close} title={text.members.invite}>
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          inviting.mutate()
        }}
      >
        <Stack gap="sm">
          <TextInput
            data-autofocus
            type="email"
            label={text.auth.email}
            value={email}
            error={issues.email}
            onChange={event => setEmail(event.currentTarget.value)}
          />
          <Select
            label={text.members.role}
            value={role}
            error={issues.role}
            data={ROLES.filter(each => each !== 'OWNER').map(value => ({
              value,
              label: choiceLabel(text, value),
            }))}
            onChange={setRole}
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
    </Modal>
  )
}
