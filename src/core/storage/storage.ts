import { join } from 'node:path'
import type { Config } from '../config.ts'
import { localStorage } from './local.ts'

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

/** S3 where a bucket is set, else a folder. @throws StartupFault where the bucket does not take files */
export async function openStorage({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): Promise<Storage> {
  if (!s3) return localStorage(join(dataDir, 'files'))
  // The client is large; whoever keeps files in a folder does not wait for it at start.
  const { openS3 } = await import('./s3.ts')
  return openS3(s3)
}
