export { type DateOrder, dateOrderIn, detectDateOrder, parseDateCell, parseDateTimeCell } from './dates.ts'
export { decodeText, type Encoding, isEncoding, sniffEncoding } from './decode.ts'
export { type MappingTarget, suggestMapping } from './mapping.ts'
export { type CsvFile, CsvHeaderError, type CsvOptions, type CsvRow, headerNames, parseCsv } from './parse.ts'
export { MAX_RECORD_BYTES } from './records.ts'
export {
  type CellResult,
  detectDecimal,
  isBlankCell,
  isErrorCell,
  parseBooleanCell,
  parseListCell,
  parseNumberCell,
} from './values.ts'
export { type CsvCell, csvLine, neutralise, restore } from './write.ts'
