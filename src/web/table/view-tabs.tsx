import { Button, Menu, Stack, Switch, TextInput } from '@mantine/core'
import { IconPencil, IconPlus, IconStar, IconStarOff, IconTrash, IconUsers } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, issuesByPath, messageOf, useMay } from '../api.ts'
import { Dialog } from '../kit/dialog.tsx'
import { DialogFoot } from '../kit/dialog-foot.tsx'
import { useDraft } from '../kit/draft.ts'
import { MoreMenu } from '../kit/more-menu.tsx'
import { tell, tellFault, tellUndo } from '../kit/notify.tsx'
import { useText } from '../text/index.tsx'
import { refreshViews, type SavedView, useMayChangeView } from './saved-views.ts'
import classes from './table.module.css'
import { bodyOf, NO_VIEW, type View, type ViewState } from './view.ts'

type Given = { entity: string; all: string; state: ViewState }

/** The saved views as tabs: each is a link. What differs from the saved state is marked, and saved or taken back here. */
export function ViewTabs({ entity, all, state }: Given) {
  const text = useText()
  const may = useMay()
  const mayChange = useMayChangeView(state.saved)
  const [isNaming, setNaming] = useState(false)
  const { views, saved, view, isChanged, reset } = state
  const saving = useChange(() => tell(text.views.saved))
  return (
    <div className={classes.tabs}>
      <nav aria-label={text.views.title} className={classes.tabList}>
        <Tab id={NO_VIEW} name={all} isOpen={!saved} isChanged={!saved && isChanged} />
        {views.map(each => (
          <span key={each.id} className={classes.tabGroup}>
            <Tab
              id={each.id}
              name={each.name}
              isOpen={saved?.id === each.id}
              isChanged={saved?.id === each.id && isChanged}
              isShared={each.shared}
            />
            {saved?.id === each.id && may.write && <ViewMenu saved={each} mayChange={mayChange} />}
          </span>
        ))}
      </nav>
      {may.write && (
        <div className={classes.tabActions}>
          {isChanged && saved && mayChange && (
            <Button
              size="compact-xs"
              variant="light"
              loading={saving.isPending}
              onClick={() =>
                saving.mutate({ id: saved.id, body: bodyOf(view) }, { onSuccess: () => reset() })
              }
            >
              {text.views.save}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            leftSection={<IconPlus size={12} />}
            onClick={() => setNaming(true)}
          >
            {isChanged && saved ? text.views.saveAs : text.views.create}
          </Button>
          {isChanged && (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={reset}>
              {text.views.reset}
            </Button>
          )}
        </div>
      )}
      {isNaming && <NameDialog entity={entity} view={view} close={() => setNaming(false)} />}
    </div>
  )
}

type TabGiven = { id: string; name: string; isOpen: boolean; isChanged: boolean; isShared?: boolean }

function Tab({ id, name, isOpen, isChanged, isShared }: TabGiven) {
  const text = useText()
  return (
    <Link
      to="."
      search={{ view: id } as never}
      className={classes.tab}
      aria-current={isOpen ? 'page' : undefined}
      title={name}
    >
      <span className="one-line">{name}</span>
      {isShared && <IconUsers size={12} aria-label={text.views.shared} />}
      {isChanged && <span className={classes.changed} role="img" aria-label={text.views.changed} />}
    </Link>
  )
}

type Change = { id: string; body: object }

function useChange(done: () => void = () => {}) {
  const text = useText()
  return useMutation({
    async mutationFn({ id, body }: Change) {
      await api.patch(`/saved-views/${id}`, body)
      await refreshViews()
    },
    onSuccess: done,
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
}

/** Rename, share, open first, delete: for whom the view belongs to, and for admins where it is shared. */
function ViewMenu({ saved, mayChange }: { saved: SavedView; mayChange: boolean }) {
  const text = useText()
  const may = useMay()
  const navigate = useNavigate()
  const [isNaming, setNaming] = useState(false)
  const changing = useChange()
  const put = (body: object) => changing.mutate({ id: saved.id, body })
  const removing = useMutation({
    async mutationFn() {
      await api.delete(`/saved-views/${saved.id}`)
      navigate({ to: '.', search: { view: NO_VIEW } as never })
      await refreshViews()
    },
    onSuccess() {
      const { name, entity, filter, sort, columns, layout, shared, isDefault } = saved
      const again = { name, entity, filter, sort, columns, layout, shared, isDefault }
      tellUndo(text.views.deleted(name), text.common.undo, () =>
        api
          .post('/saved-views', again)
          .then(refreshViews)
          .catch(error => tellFault(messageOf(error, text.common.offline))),
      )
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!mayChange) return null
  const mayDefault = !saved.shared || may.administer
  return (
    <>
      <MoreMenu label={saved.name} size={22}>
        <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setNaming(true)}>
          {text.views.rename}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconUsers size={14} />}
          onClick={() => put({ shared: !saved.shared, ...(saved.shared ? {} : { isDefault: false }) })}
        >
          {saved.shared ? text.views.unshare : text.views.share}
        </Menu.Item>
        {mayDefault && (
          <Menu.Item
            leftSection={saved.isDefault ? <IconStarOff size={14} /> : <IconStar size={14} />}
            onClick={() => put({ isDefault: !saved.isDefault })}
          >
            {saved.isDefault ? text.views.noDefault : text.views.makeDefault}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => removing.mutate()}>
          {text.common.delete}
        </Menu.Item>
      </MoreMenu>
      {isNaming && <NameDialog entity={saved.entity} saved={saved} close={() => setNaming(false)} />}
    </>
  )
}

type NameGiven = { entity: string; view?: View; saved?: SavedView; close: () => void }
const NAMELESS = {}

/** Asks for the name of a new view, or another one of a view that there is. */
function NameDialog({ entity, view, saved, close }: NameGiven) {
  const text = useText()
  const navigate = useNavigate()
  const { draft, change, forget } = useDraft(`view.${saved?.id ?? entity}`, NAMELESS)
  const name = (draft.name as string | undefined) ?? saved?.name ?? ''
  const sending = useMutation({
    async mutationFn() {
      const answer = saved
        ? await api.patch<SavedView>(`/saved-views/${saved.id}`, { name })
        : await api.post<SavedView>('/saved-views', {
            ...bodyOf(view!),
            entity,
            name,
            shared: Boolean(draft.shared),
          })
      await refreshViews()
      return answer
    },
    onSuccess(answer) {
      forget()
      close()
      if (!saved) navigate({ to: '.', search: { view: answer.id } as never })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    sending.mutate()
  }
  return (
    <Dialog onClose={close} title={saved ? text.views.rename : text.views.create}>
      <form noValidate onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.views.name}
            value={name}
            maxLength={120}
            error={issuesByPath(sending.error).name}
            onChange={event => change({ name: event.currentTarget.value })}
          />
          {!saved && (
            <Switch
              size="xs"
              label={text.views.shareHint}
              checked={Boolean(draft.shared)}
              onChange={event => change({ shared: event.currentTarget.checked })}
            />
          )}
        </Stack>
        <DialogFoot
          submit={text.common.save}
          close={close}
          isSending={sending.isPending}
          error={sending.error}
          beside={['name']}
        />
      </form>
    </Dialog>
  )
}
