import { createRequire } from 'node:module'
import { after, describe } from 'node:test'
import { keepProgram, stopKept } from './world.ts'

const require = createRequire(import.meta.url)

/**
 * Runs several test files in one process, one after the other: each is a suite named after its file, with hooks of its own.
 * Those that ask `useProgram` for no settings of their own share one program, whose start costs more than most files.
 */
export function batch(files: string[]): void {
  keepProgram()
  after(stopKept)
  // Only what is loaded synchronously declares its tests within the suite.
  for (const file of files) describe(file, () => void require(`../${file}`))
}
