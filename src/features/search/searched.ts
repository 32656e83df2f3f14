/** The record types that are searched, in the order in which the page of results offers them. */
export const SEARCHED = [
  ...['contact', 'company', 'deal', 'lead', 'task', 'note', 'interaction', 'email', 'file'],
  ...['invoice', 'visit', 'project', 'campaign', 'emailTemplate', 'unsubscribe'],
] as const
