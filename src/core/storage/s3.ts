import { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { notFound, Refusal, StartupFault, unavailable } from '../errors.ts'
import { NIL_ID } from '../ids.ts'
import type { ByteRange, Storage } from './types.ts'

/** Where the bucket is, and who asks; without keys the client takes those of the machine's own role. */
export type S3Settings = {
  bucket: string
  region: string
  /** Another server than Amazon's that speaks S3. */
  endpoint: string | undefined
  keys: { accessKeyId: string; secretAccessKey: string } | undefined
}

const CONNECT_TIMEOUT_MS = 5000
const IDLE_TIMEOUT_MS = 30_000
const TRIES = 3
/** A longer file goes up in parts of this size, of which `PARTS_AT_ONCE` are in memory. S3 asks for 5 MiB at least. */
const PART_BYTES = 8 * 1024 * 1024
const PARTS_AT_ONCE = 2
const PROBE_KEY = `${NIL_ID}/start/probe`

/** A bucket as storage. @throws StartupFault where it takes no file, in one sentence for the operator */
export async function openS3(settings: S3Settings): Promise<Storage> {
  const storage = s3Storage(settings)
  try {
    await storage.put(PROBE_KEY, Readable.from([Buffer.from('probe')]))
    await storage.delete(PROBE_KEY)
    return storage
  } catch (error) {
    const cause = (error as Error).cause ?? error
    throw new StartupFault(
      `The bucket ${settings.bucket} takes no files (${(cause as Error).name}). Check S3_BUCKET, S3_ENDPOINT, AWS_REGION and the access keys.`,
    )
  }
}

function clientOf({ region, endpoint, keys }: S3Settings): S3Client {
  const config: S3ClientConfig = {
    region,
    maxAttempts: TRIES,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: IDLE_TIMEOUT_MS },
    ...(keys ? { credentials: keys } : {}),
    // Other servers are reached by address, have no host name for each bucket, and need not know newer checksums.
    ...(endpoint
      ? {
          endpoint,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }
      : {}),
  }
  return new S3Client(config)
}

function s3Storage(settings: S3Settings): Storage {
  const client = clientOf(settings)
  const place = (key: string) => ({ Bucket: settings.bucket, Key: key })
  return {
    async put(key, source) {
      let sizeBytes = 0
      let broken: { error: unknown } | undefined
      async function* counted() {
        try {
          for await (const chunk of source) {
            sizeBytes += chunk.length
            yield chunk
          }
        } catch (error) {
          broken = { error }
          throw error
        }
      }
      const upload = new Upload({
        client,
        params: {
          ...place(key),
          Body: Readable.from(counted(), { objectMode: false }),
          ContentType: 'application/octet-stream',
        },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      })
      try {
        await upload.done()
        return { sizeBytes }
      } catch (error) {
        throw broken ? broken.error : refusalOf(error)
      }
    },
    async *read(key, range) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ ...place(key), Range: rangeOf(range) }))
        yield* Body as AsyncIterable<Buffer>
      } catch (error) {
        throw refusalOf(error)
      }
    },
    async delete(key) {
      await client.send(new DeleteObjectCommand(place(key))).catch(error => {
        throw refusalOf(error)
      })
    },
    // Parts of uploads that were cut off go by a lifecycle rule of the bucket (README).
    tidy: async () => {},
  }
}

const rangeOf = (range: ByteRange | undefined) => range && `bytes=${range.start}-${range.end}`

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return (error as Error).name === 'NoSuchKey'
    ? notFound('File')
    : unavailable('The file store is away; try again', error)
}
