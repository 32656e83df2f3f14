import { join } from 'node:path'
import type { Config } from '../config.ts'
import { localStorage } from './local.ts'
import type { Storage } from './types.ts'

/** S3 where a bucket is set, else a folder. @throws StartupFault where the bucket does not take files */
export async function openStorage({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): Promise<Storage> {
  if (!s3) return localStorage(join(dataDir, 'files'))
  // The client is large; whoever keeps files in a folder does not wait for it at start.
  const { openS3 } = await import('./s3.ts')
  return openS3(s3)
}
