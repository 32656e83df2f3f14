import type { Config } from '../config.ts'
import type { Engine } from './engine.ts'

/** Opens the database of these settings, and loads only the engine that they ask for. @throws StartupFault */
export async function openDatabase(config: Config): Promise<Engine> {
  if (config.databaseUrl) {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(config.databaseUrl, config.databasePoolSize)
  }
  const { openEmbedded } = await import('./embedded.ts')
  return openEmbedded(config.dataDir)
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
