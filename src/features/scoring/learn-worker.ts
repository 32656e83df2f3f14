import { parentPort, workerData } from 'node:worker_threads'
import { type LearnOptions, learn } from './learn/learn.ts'
import type { Table } from './learn/table.ts'

// Learning keeps a processor busy for seconds: it has a thread of its own, and requests do not wait for it.
const { table, options } = workerData as { table: Table; options: LearnOptions }
parentPort!.postMessage(learn(table, options))
