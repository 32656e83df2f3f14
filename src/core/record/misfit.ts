import { DatabaseFault } from '../db/engine.ts'
import { invalid } from '../errors.ts'

/**
 * For the `catch` of a statement that holds values of a caller: what the database cannot read or compare (SQLSTATE class 22) is
 * refused where it was given; all else is thrown on. @throws Refusal 400
 */
export const misfit =
  (path: 'filter' | 'cursor') =>
  (error: unknown): never => {
    if (error instanceof DatabaseFault && error.code.startsWith('22'))
      throw invalid({ path, code: 'VALUE_FITS_NOT', message: 'holds a value that does not fit' })
    throw error
  }
