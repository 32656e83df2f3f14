/** What cannot be read as a workbook; the message is a sentence for whoever sent it. */
export class WorkbookError extends Error {
  override name = 'WorkbookError'
}

/** It is no workbook at all. */
export class NoWorkbook extends WorkbookError {}
