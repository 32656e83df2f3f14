import { queries } from './api.ts'

const KEPT = 'ascendore.reloaded-for'
const ASKED_AT_MOST_MS = 10_000
const SENT_AT_MOST_MS = 10_000
const LOOK_MS = 50

/** The scripts by which a page of the app begins. Their names change with every file of the build. */
const scriptsOf = (page: Document): string =>
  [...page.querySelectorAll<HTMLScriptElement>('script[type=module][src]')]
    .map(script => script.getAttribute('src'))
    .sort()
    .join(' ')

/** What the server begins its page with now; nothing where it does not say. */
async function served(): Promise<string> {
  try {
    const reply = await fetch('/', {
      cache: 'no-store',
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(ASKED_AT_MOST_MS),
    })
    if (!reply.ok) return ''
    return scriptsOf(new DOMParser().parseFromString(await reply.text(), 'text/html'))
  } catch {
    return ''
  }
}

/** Loads the page anew, once what was saved without a network and is only now on its way has been sent: it would be gone with the page. */
async function reload(): Promise<void> {
  const deadline = Date.now() + SENT_AT_MOST_MS
  while (queries.isMutating() && Date.now() < deadline)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  location.reload()
}

/**
 * Loads the page anew if the server is there to send it: a browser does not ask again for code that it could not fetch.
 * For whoever wants it, since it may be for nothing.
 */
export async function reloadIfServed(): Promise<void> {
  if (await served()) await reload()
}

/**
 * Loads the page anew where the server has another build than the one that this tab was opened with, of which the rest is
 * gone. Once for each build: behind servers of two builds it would go on for ever. Drafts are kept in the tab.
 * @returns whether the page is about to go
 */
export async function reloadedForNewBuild(): Promise<boolean> {
  const now = await served()
  if (!now || now === scriptsOf(document) || sessionStorage.getItem(KEPT) === now) return false
  sessionStorage.setItem(KEPT, now)
  await reload()
  return true
}
