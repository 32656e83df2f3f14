import { parentPort, workerData } from 'node:worker_threads'
import { textOf } from './text.ts'

const { bytes, contentType, limit } = workerData as { bytes: Uint8Array; contentType: string; limit: number }
parentPort!.postMessage(await textOf(Buffer.from(bytes.buffer), contentType, limit))
