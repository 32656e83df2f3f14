import { api } from '../api.ts'
import { tellFault } from './notify.tsx'

/** Fetches what stands under a path of the API and saves it as a file. */
export async function saveFile(
  path: string,
  filename: string,
  query: Record<string, unknown> = {},
): Promise<void> {
  try {
    const response = await api.open(path, { query })
    const url = URL.createObjectURL(await response.blob())
    Object.assign(document.createElement('a'), { href: url, download: filename }).click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  } catch (error) {
    tellFault(error instanceof Error ? error.message : String(error))
  }
}
