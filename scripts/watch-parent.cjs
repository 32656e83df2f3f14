// Loaded before everything else in the processes that launch.mjs and install.mjs start. When their parent dies without
// having been able to say so (SIGKILL, out of memory), the channel to it closes; the process then ends as if it had been
// asked to, instead of living on as an orphan that holds the port. CommonJS, because node --test preloads nothing else.
const { isMainThread } = require('node:worker_threads')

if (isMainThread && process.channel) {
  const stop = () => process.kill(process.pid, 'SIGTERM')
  process.once('disconnect', stop)
  process.channel.unref() // the channel alone is no reason to stay
  if (!process.connected) stop()
}
