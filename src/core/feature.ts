import type { FastifyInstance } from 'fastify'
import type { Ai } from './ai/provider.ts'
import type { AccessBook } from './auth/access.ts'
import type { CredentialReader } from './auth/credentials.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { ExtraWalls } from './db/policies.ts'
import type { Database, Tx } from './db/workspace.ts'
import type { Follower } from './events/follow.ts'
import type { WriteSignal } from './events/signal.ts'
import { featuresFound } from './feature-files.ts'
import type { Operation } from './http/operation.ts'
import type { AnyJob, Jobs, Schedule } from './jobs/jobs.ts'
import type { Log } from './log.ts'
import type { Mailer } from './mail.ts'
import type { RecordDefinition } from './record/definition.ts'
import { registerRecord } from './record/registry.ts'
import type { Storage } from './storage/types.ts'

/** What the running program offers to features. */
export type App = {
  config: Config
  log: Log
  database: Database
  jobs: Jobs
  tokens: Tokens
  access: AccessBook
  credentials: readonly CredentialReader[]
  mailer: Mailer
  storage: Storage
  /** The models that a workspace has set. */
  ai: Ai
  /** Tells of writes, in this process and in the others. */
  writes: WriteSignal
  /** Every route, for what calls them inside the program (http/perform.ts). */
  operations: readonly Operation[]
  /** Gives a new workspace what every feature wants it to start with, in the transaction that founds it. */
  found: (tx: Tx) => Promise<void>
}

/** Starts something that runs beside requests; answers what stops it. */
export type Service = (app: App, server: FastifyInstance) => Promise<() => Promise<void>>

/** What a feature folder brings; the default export of its `*.server.ts`. */
export type Feature = {
  records?: RecordDefinition[]
  /** Routes beyond the generic ones of its records; a function where they depend on other features' records. */
  operations?: Operation[] | (() => Operation[])
  /** None of its routes can be reached by an API key. */
  sessionOnly?: boolean
  /** Other proofs of who calls than the access tokens of sessions. */
  credentials?: CredentialReader[]
  jobs?: AnyJob[]
  schedules?: Schedule[]
  followers?: Follower[]
  /** What runs beside requests for as long as the program does. */
  services?: Service[]
  /** Walls of tables that are not records. */
  walls?: ExtraWalls[]
  /** Runs before jobs and requests do; answers lines to print once the program listens. */
  prepare?: (app: App) => Promise<string[]>
  /** Brings `app.ai`; one feature does. */
  ai?: (app: Omit<App, 'ai'>) => Ai
  /** What a new workspace starts with, such as a pipeline. */
  found?: (tx: Tx) => Promise<void>
}

/** Loads every feature, in the order of their files' names, and makes their records known. */
export async function loadFeatures(): Promise<Feature[]> {
  const features = await featuresFound()
  for (const { records = [] } of features) for (const record of records) registerRecord(record)
  return features
}
