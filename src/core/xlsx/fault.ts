import type { IssueParams } from '../errors.ts'

/** What cannot be read as a workbook: the code of an issue, and a sentence for whoever sent it. */
export class WorkbookError extends Error {
  override name = 'WorkbookError'
  readonly code: string
  readonly params: IssueParams | undefined

  constructor(code: string, message: string, params?: IssueParams) {
    super(message)
    this.code = code
    this.params = params
  }
}

/** What a damaged archive or text throws is the workbook's fault; what the system does (it has a code of its own), is not. */
export function damaged(error?: unknown): unknown {
  const { code = 'Z_' } = (error ?? {}) as NodeJS.ErrnoException
  return error instanceof WorkbookError || !code.startsWith('Z_')
    ? error
    : new WorkbookError('DAMAGED_WORKBOOK', 'The workbook is damaged: a part of it cannot be read.')
}

/** It is no workbook at all. */
export class NoWorkbook extends WorkbookError {}
