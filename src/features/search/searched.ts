/** Matches of one type that are counted, and ranked where words are asked for; a word that stands in more records than that is no good name for one. */
export const COUNTED_AT_MOST = 500

/** The record types that are searched, in the order in which the page of results offers them. */
export const SEARCHED = [
  ...['contact', 'company', 'deal', 'lead', 'task', 'note', 'interaction', 'email', 'file'],
  ...['invoice', 'visit', 'project', 'campaign', 'emailTemplate', 'unsubscribe'],
] as const
