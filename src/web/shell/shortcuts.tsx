import { Group, Kbd, Stack } from '@mantine/core'
import { Dialog } from '../kit/dialog.tsx'
import { isMac } from '../kit/platform.ts'
import { useText } from '../text/index.tsx'

/** The sheet of all shortcuts. */
export default function Shortcuts({ close }: { close: () => void }) {
  const { shortcuts } = useText()
  const rows: [string, string[]][] = [
    [shortcuts.palette, [isMac ? '⌘' : 'Ctrl', 'K']],
    [shortcuts.help, ['?']],
    [shortcuts.create, ['N']],
    [shortcuts.goHome, ['G', 'H']],
    [shortcuts.goSearch, ['G', 'F']],
    [shortcuts.goNotices, ['G', 'B']],
    [shortcuts.goPipeline, ['G', 'P']],
    [shortcuts.goContacts, ['G', 'C']],
    [shortcuts.goCompanies, ['G', 'O']],
    [shortcuts.goAssistant, ['G', 'A']],
    [shortcuts.goTasks, ['G', 'T']],
    [shortcuts.goVisits, ['G', 'V']],
    [shortcuts.goInvoices, ['G', 'I']],
    [shortcuts.goSettings, ['G', 'S']],
  ]
  return (
    <Dialog onClose={close} title={shortcuts.title}>
      <Stack gap="xs">
        {rows.map(([label, keys]) => (
          <Group key={label} justify="space-between">
            <span>{label}</span>
            <Group gap={4}>
              {keys.map(key => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Dialog>
  )
}
