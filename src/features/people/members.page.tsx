import { Button, Menu, Select, TextInput } from '@mantine/core'
import { IconSearch, IconUserMinus } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type Member, membersQuery, queries, useMe } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell } from '#web/kit/notify.tsx'
import { withShownAddresses } from '#web/kit/shown-address.ts'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { Part, SettingsPage } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import classes from '#web/settings/settings.module.css'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { InviteDialog, Invites } from './invites.page.tsx'
import styles from './people.module.css'

export const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] as const
/** With fewer than these nobody needs a search. */
const SEARCHED_FROM = 10

type Membership = Member & { membershipId: string }

/** Who works here and in which role, and who has been invited. */
export default function Members() {
  const text = useText()
  const [isInviting, setInviting] = useState(false)
  const [typed, setTyped] = useState('')
  const members = useQuery(membersQuery)
  if (members.isPending) return <Waiting />
  if (members.isError) return <Fault error={members.error} retry={members.refetch} />
  const all = (members.data as Membership[]).filter(({ removedAt }) => removedAt === null)
  const words = typed.trim().toLocaleLowerCase()
  const shown = all.filter(({ name, email }) => `${name} ${email}`.toLocaleLowerCase().includes(words))
  return (
    <SettingsPage
      title={text.members.title}
      action={<Button onClick={() => setInviting(true)}>{text.members.invite}</Button>}
    >
      {all.length >= SEARCHED_FROM && (
        <TextInput
          maw={320}
          leftSection={<IconSearch size={14} />}
          placeholder={text.common.search}
          aria-label={text.common.search}
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
        />
      )}
      {shown.length ? (
        <ul className={`card ${classes.list}`} aria-label={text.members.title}>
          {shown.map(member => (
            <MemberRow key={member.id} member={member} />
          ))}
        </ul>
      ) : (
        <Blank title={text.states.emptyFilter} />
      )}
      <Invites />
      <Part title={text.members.roles}>
        <dl className={styles.roles}>
          {ROLES.map(role => (
            <div key={role} style={{ display: 'contents' }}>
              <dt>{choiceLabel(text, role)}</dt>
              <dd className="quiet">{text.members.may[role]}</dd>
            </div>
          ))}
        </dl>
      </Part>
      {isInviting && <InviteDialog close={() => setInviting(false)} />}
    </SettingsPage>
  )
}

type Change = { member: Membership; role?: Membership['role']; isActive?: boolean }

function MemberRow({ member }: { member: Membership }) {
  const text = useText()
  const { user, role } = useMe()
  const [asking, setAsking] = useState<'deactivate' | 'remove'>()
  const close = () => setAsking(undefined)
  const changing = useOptimistic<Membership[], Change>({
    key: membersQuery.queryKey,
    apply: (members, { member: { id }, ...change }) =>
      members.map(each => (each.id === id ? { ...each, ...change } : each)),
    send: ({ member: { membershipId }, ...change }) => api.patch(`/memberships/${membershipId}`, change),
    done({ member: { name }, role: given, isActive }) {
      if (given) tell(text.members.hasRole(name, choiceLabel(text, given)))
      else tell(isActive ? text.members.activated(name) : text.members.deactivated(name))
    },
  })
  const isSelf = member.id === user.id
  const isFixed = isSelf || (member.role === 'OWNER' && role !== 'OWNER')
  const roles = ROLES.filter(each => each !== 'OWNER' || role === 'OWNER' || member.role === 'OWNER')
  return (
    <li>
      <div className={classes.main}>
        <MemberName id={member.id} />
        <span className="quiet one-line" title={member.email}>
          {[
            withShownAddresses(member.email),
            isSelf && text.common.you,
            !member.isActive && text.members.inactive,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <Select
        size="xs"
        w={110}
        aria-label={`${text.members.role}: ${member.name}`}
        disabled={isFixed}
        value={member.role}
        data={roles.map(value => ({ value, label: choiceLabel(text, value) }))}
        onChange={value =>
          value && value !== member.role && changing.mutate({ member, role: value as Membership['role'] })
        }
      />
      {isFixed ? (
        <span style={{ width: 28 }} />
      ) : (
        <MoreMenu label={member.name} size={28}>
          <Menu.Item
            onClick={() =>
              member.isActive ? setAsking('deactivate') : changing.mutate({ member, isActive: true })
            }
          >
            {member.isActive ? text.members.deactivate : text.members.activate}
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconUserMinus size={14} />}
            onClick={() => setAsking('remove')}
          >
            {text.members.remove}
          </Menu.Item>
        </MoreMenu>
      )}
      {asking === 'remove' && <Remove member={member} close={close} />}
      {asking === 'deactivate' && (
        <Confirm
          title={text.members.deactivateTitle(member.name)}
          text={text.members.deactivateText}
          submit={text.members.deactivate}
          color="red"
          close={close}
          run={() => {
            changing.mutate({ member, isActive: false })
            close()
          }}
        />
      )}
    </li>
  )
}

function Remove({ member, close }: { member: Membership; close: () => void }) {
  const text = useText()
  const removing = useMutation({
    mutationFn: () => api.delete(`/memberships/${member.membershipId}`),
    onSuccess() {
      tell(text.members.removed(member.name))
      queries.invalidateQueries({ queryKey: membersQuery.queryKey })
      close()
    },
  })
  return (
    <Confirm
      title={text.members.removeTitle(member.name)}
      text={text.members.removeText}
      submit={text.members.remove}
      color="red"
      close={close}
      run={() => removing.mutate()}
      isSending={removing.isPending}
      error={removing.error}
    />
  )
}
