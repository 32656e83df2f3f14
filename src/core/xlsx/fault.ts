/** What cannot be read as a workbook; the message is a sentence for whoever sent it. */
export class WorkbookError extends Error {
  override name = 'WorkbookError'
}

/** What a damaged archive or text throws is the workbook's fault; what the system does (it has a code of its own), is not. */
export function damaged(error?: unknown): unknown {
  const { code = 'Z_' } = (error ?? {}) as NodeJS.ErrnoException
  return error instanceof WorkbookError || !code.startsWith('Z_')
    ? error
    : new WorkbookError('The workbook is damaged: a part of it cannot be read.')
}

/** It is no workbook at all. */
export class NoWorkbook extends WorkbookError {}
