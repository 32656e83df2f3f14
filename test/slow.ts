import { test } from 'node:test'

/** What this run is for: `quick`, `slow`, `engine` or `all` (see scripts/tests.mjs). Files that are run by hand run whole. */
const wanted = process.env.TESTS_WANTED

/** Whether nobody waits for this run: continuous integration, and who asks for it. */
export const isThorough = wanted !== undefined && wanted !== 'quick'

const skip = wanted === 'quick' && 'slow: npm test -- --slow'

/** A test that waits or works for seconds. `npm test` leaves it to `--slow`, `--engine` and `--all`. */
export function slowTest(name: string, work: NonNullable<Parameters<typeof test>[0]>): void {
  test(`${name} (slow)`, { skip }, work)
}
