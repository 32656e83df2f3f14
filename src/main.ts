import { configFromProcess } from '#core/config.ts'
import { openDatabase } from '#core/db/open.ts'
import { StartupFault } from '#core/errors.ts'
import { type Log, makeLog } from '#core/log.ts'

const STOP_WITHIN_MS = 10_000

/** Starts the program and listens; a fault that the operator can mend ends it with one sentence. */
async function main(): Promise<void> {
  const config = configFromProcess()
  const log = makeLog(config.logLevel)
  // The embedded database opens in a thread of its own, and all else is loaded meanwhile.
  const opening = openDatabase(config)
  const loading = import('#core/program.ts')
  const { startProgram } = await Promise.race([loading, opening.then(() => loading)])
  const program = await startProgram(config, log, opening)
  stopOnSignal(program.stop, log)
  try {
    const address = await program.server.listen({ port: config.port, host: config.host })
    const url = config.port === 0 ? address : config.publicUrl
    process.stdout.write(
      `${['', `  Ascendore CRM listens on ${url}`, `  API documents: ${url}/api-docs`, ...program.notices, ''].join('\n')}\n`,
    )
  } catch (error) {
    await program.stop()
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new StartupFault(
        `Port ${config.port} on ${config.host} is in use. Stop what uses it, or set PORT.`,
      )
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new StartupFault(`HOST ${config.host} and PORT ${config.port} cannot be listened on (${code}).`)
    throw error
  }
}

/** Drains and closes within 10 s; what is not done by then goes on at the next start. */
function stopOnSignal(stop: () => Promise<void>, log: Log): void {
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      setTimeout(() => {
        log.error('did not stop in time')
        process.exit(1)
      }, STOP_WITHIN_MS - 500).unref()
      stop().then(
        () => process.exit(0),
        error => {
          log.error({ err: error }, 'could not stop in order')
          process.exit(1)
        },
      )
    })
  }
}

main().catch(error => {
  if (error instanceof StartupFault) process.stderr.write(`${error.message}\n`)
  else console.error(error)
  process.exit(1)
})
