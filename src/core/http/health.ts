import type { FastifyInstance } from 'fastify'
import type { App } from '../feature.ts'
import { BASE } from './aliases.ts'

const READY_WITHIN_MS = 2000

/** `/health` (the process lives), `/ready` (it can reach its database), `/metrics` (Prometheus). */
export function healthRoutes(server: FastifyInstance, app: App): void {
  const health = async () => ({ status: 'ok', uptimeSeconds: Math.round(process.uptime()) })
  server.get('/health', health)
  server.get(`${BASE}/health`, health)
  server.get('/ready', async (_request, reply) => {
    const isReady = await Promise.race([
      canQuery(app),
      new Promise<false>(resolve => setTimeout(() => resolve(false), READY_WITHIN_MS).unref()),
    ])
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'database away' })
  })
  metricsRoute(server)
}

async function canQuery(app: App): Promise<boolean> {
  try {
    await app.database.inSystem('ascendore_worker', scope => scope.session.rows('select 1'))
    return true
  } catch {
    return false
  }
}

function metricsRoute(server: FastifyInstance): void {
  let loading: ReturnType<typeof makeMetrics> | undefined
  let metrics: Awaited<ReturnType<typeof makeMetrics>> | undefined
  const load = () => (loading ??= makeMetrics().then(made => (metrics = made)))
  server.addHook('onListen', async () => void load())
  server.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    }
    const seconds = reply.elapsedTime / 1000
    if (metrics) metrics.durations.observe(labels, seconds)
    else void load().then(({ durations }) => durations.observe(labels, seconds))
    done()
  })
  server.get('/metrics', async (_request, reply) => {
    const { registry } = await load()
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

/** Loaded beside the first requests: nobody has to wait for it at a start. */
async function makeMetrics() {
  const { collectDefaultMetrics, Histogram, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  })
  return { registry, durations }
}
