const MENTION = /@\[[^\]\n]{1,120}\]\(user:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)/gi
const MENTIONS_AT_MOST = 50

/** The users whom a text mentions as `@[Ana Lima](user:<id>)`; names alone would be those of several. */
const mentionsIn = (text: unknown): Set<string> =>
  new Set(typeof text === 'string' ? [...text.matchAll(MENTION)].map(match => match[1]!.toLowerCase()) : [])

/** Those whom the new text mentions and the old one did not. */
export function newMentions(old: unknown, now: unknown): string[] {
  const before = mentionsIn(old)
  return [...mentionsIn(now)].filter(userId => !before.has(userId)).slice(0, MENTIONS_AT_MOST)
}
