import { api, messageOf } from '../api.ts'
import { textNow } from '../text/index.tsx'
import { tellFault } from './notify.tsx'

/** How long the browser has to take over what was fetched. */
const HANDED_OVER_MS = 60_000

/** The bytes under a path of the API as an address of this page; told where they cannot be had. */
async function fetched(path: string, query: Record<string, unknown>): Promise<string | undefined> {
  try {
    const response = await api.open(path, { query })
    const url = URL.createObjectURL(await response.blob())
    setTimeout(() => URL.revokeObjectURL(url), HANDED_OVER_MS)
    return url
  } catch (error) {
    tellFault(messageOf(error, textNow().common.offline))
    return undefined
  }
}

/** Fetches what stands under a path of the API and saves it as a file. */
export async function saveFile(
  path: string,
  filename: string,
  query: Record<string, unknown> = {},
): Promise<void> {
  const url = await fetched(path, query)
  if (url) Object.assign(document.createElement('a'), { href: url, download: filename }).click()
}

/** Shows it in a tab of its own; where the browser allows none, it is saved. */
export async function openFile(path: string, filename: string): Promise<void> {
  // Opened at once: after a wait it would count as a window that nobody asked for.
  const tab = window.open('', '_blank')
  const url = await fetched(path, {})
  if (tab && url) tab.location.href = url
  else if (url) Object.assign(document.createElement('a'), { href: url, download: filename }).click()
  else tab?.close()
}
