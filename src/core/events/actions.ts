/** How far something has come, told again and again while it runs: for screens that watch it, not for a history. */
export const ON_THE_WAY = 'progressed'

/** All that an event may say has happened; who offers actions to choose from takes them from here. */
export const EVENT_ACTIONS = [
  ...['created', 'updated', 'deleted', 'restored', 'purged', 'merged', 'undone'],
  // Of records
  ...['converted', 'completed', 'overdue', 'reminded', 'bounced', 'opened', 'clicked', 'paused'],
  ...['finding accepted', 'finding rejected'],
  // Of imports
  ...['started', ON_THE_WAY, 'failed', 'cancelled', 'undo started', 'undo stopped'],
  // Of people and their sessions
  ...[
    'accepted',
    'emailVerified',
    'passwordChanged',
    'passwordReset',
    'twoFactorEnabled',
    'twoFactorDisabled',
  ],
  ...['recoveryCodesRenewed', 'revoked', 'ended', 'tokenReused', 'calendarOpened', 'calendarClosed'],
  // Of what programs use
  ...['keyChanged', 'secretRotated', 'tested', 'replayed', 'requested', 'retried', 'discarded'],
] as const

export type EventAction = (typeof EVENT_ACTIONS)[number]
