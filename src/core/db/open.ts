import type { Config } from '../config.ts'
import { openEmbedded } from './embedded.ts'
import type { Engine } from './engine.ts'

/**
 * Opens the database of these settings. The embedded one has begun to in its thread when this returns: what is loaded in the
 * meantime would otherwise come before it. @throws StartupFault
 */
export async function openDatabase(config: Config): Promise<Engine> {
  if (!config.databaseUrl) return openEmbedded(config.dataDir)
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(config.databaseUrl, config.databasePoolSize)
}

/** Stands for an engine that is still being opened: what asks it waits. */
export function whileOpening(config: Config, opening: Promise<Engine>): Engine {
  return {
    kind: config.databaseUrl ? 'postgres' : 'embedded',
    acquire: async () => (await opening).acquire(),
    release: session => void opening.then(engine => engine.release(session)),
    close: async () => (await opening).close(),
  }
}
