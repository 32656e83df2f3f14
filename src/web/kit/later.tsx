import { type ComponentType, lazy } from 'react'

/**
 * Code that could not be fetched, for want of network or since the server has another build by now. Not the browser's own error: by that
 * one the router would reload the page, and offline there would be no page any more.
 */
export class CodeMissing extends Error {}

/** @throws CodeMissing */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new CodeMissing('a part of the app could not be fetched', { cause })
  }
}

/**
 * A part of a page whose code is fetched when it is first shown. `fetch` begins with it, while somebody reaches for it.
 * @throws CodeMissing where it is shown, if it could not be fetched
 */
export const later = <P extends object>(load: () => Promise<{ default: ComponentType<P> }>) =>
  Object.assign(lazy(() => fetched(load)) as ComponentType<P>, {
    fetch: () => void load().catch(() => {}),
  })
