/** Bytes of a file from `start` to `end`, both counted from 0 and included, as in HTTP's `Range`. */
export type ByteRange = { start: number; end: number }

/**
 * Where files are kept, by keys such as `<workspaceId>/files/<id>`. A file is there whole or not at all;
 * putting a key that is there replaces its file.
 */
export type Storage = {
  /** Stores the stream, however long; holds a few chunks of it in memory. Rejects with the stream's own error. */
  put(key: string, source: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number }>
  /** The file or a part of it. @throws Refusal 404 while reading, where there is none; 503 where the store is away */
  read(key: string, range?: ByteRange): AsyncIterable<Buffer>
  /** Deletes the file, if there is one. */
  delete(key: string): Promise<void>
  /** Removes what puts that never ended have left behind, once it is older than a day. */
  tidy(): Promise<void>
}
