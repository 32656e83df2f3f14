import { connect, type Socket } from 'node:net'

/**
 * The load generator: a child process, so that it does not share the event loop of what it measures. A
 * closed loop over keep-alive connections: each client sends its next request when the answer to the last
 * has arrived. It reads just enough HTTP to know status and length, since it shares the machine's cores.
 */
export type Round = {
  port: number
  clients: number
  /** Measured time, after `warmUpSeconds` that are thrown away. */
  seconds: number
  warmUpSeconds: number
  /** Whole HTTP requests but for their headers; `__N__` in a body becomes a number that no other request had. */
  requests: Array<{ method: string; path: string; body?: string }>
  headers: Record<string, string>
  /** Where in `requests` to begin, and the first number for `__N__`. */
  offset: number
}
export type Outcome = {
  /** Milliseconds from writing a request to having read its answer, one for each request. */
  latencies: number[]
  /** Status codes other than 2xx and how often they came, with one body as an example. */
  errors: Record<string, number>
  example: string | undefined
  /** Measured time in seconds. */
  elapsed: number
  /** Requests sent in all, warm-up included. */
  sent: number
}

type Reply = { status: number; body: () => string }

/** One keep-alive connection with at most one request under way. */
class Client {
  private readonly socket: Socket
  private chunks: Buffer[] = []
  private size = 0
  private expected = -1
  private headSize = 0
  private status = 0
  private settle: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', chunk => this.read(chunk))
    socket.on('error', error => this.settle?.reject(error))
    socket.on('close', () => this.settle?.reject(new Error('the server closed the connection')))
  }

  static open(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Client(socket)))
      socket.once('error', reject)
    })
  }

  send(request: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject }
      this.socket.write(request)
    })
  }

  end(): void {
    this.settle = undefined
    this.socket.destroy()
  }

  private read(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.size += chunk.length
    if (this.expected < 0) this.readHead()
    if (this.expected < 0 || this.size < this.expected) return
    const all = Buffer.concat(this.chunks)
    const { headSize, status } = this
    this.chunks = []
    this.size = 0
    this.expected = -1
    this.settle?.resolve({ status, body: () => all.subarray(headSize).toString() })
  }

  private readHead(): void {
    const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks)
    const end = all.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = all.toString('latin1', 0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    this.status = Number(head.slice(9, 12))
    this.headSize = end + 4
    if (length === undefined && this.status !== 204)
      throw new Error(`an answer without Content-Length: ${head}`)
    this.expected = this.headSize + Number(length ?? 0)
  }
}

/** Runs one round of load. */
export async function load(round: Round): Promise<Outcome> {
  const headers = Object.entries({ host: 'localhost', ...round.headers })
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('')
  const written = (n: number): string => {
    const { method, path, body } = round.requests[n % round.requests.length]!
    if (body === undefined) return `${method} ${path} HTTP/1.1\r\n${headers}\r\n`
    const sent = body.replaceAll('__N__', String(n))
    return `${method} ${path} HTTP/1.1\r\n${headers}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(sent)}\r\n\r\n${sent}`
  }
  const outcome: Outcome = { latencies: [], errors: {}, example: undefined, elapsed: 0, sent: 0 }
  const from = performance.now() + round.warmUpSeconds * 1000
  const until = from + round.seconds * 1000
  let next = round.offset
  const clients = await Promise.all(Array.from({ length: round.clients }, () => Client.open(round.port)))
  await Promise.all(
    clients.map(async client => {
      for (;;) {
        const request = written(next++)
        const start = performance.now()
        if (start >= until) return
        const reply = await client.send(request)
        const end = performance.now()
        if (reply.status < 200 || reply.status > 299) {
          outcome.errors[reply.status] = (outcome.errors[reply.status] ?? 0) + 1
          outcome.example ??= `${request}\n${reply.body()}`
        } else if (start >= from && end <= until) outcome.latencies.push(end - start)
      }
    }),
  )
  for (const client of clients) client.end()
  outcome.elapsed = round.seconds
  outcome.sent = next - round.offset
  return outcome
}

if (process.send) {
  process.on('message', (round: Round) => {
    load(round).then(
      outcome => process.send!(outcome),
      error => {
        console.error(error)
        process.exit(1)
      },
    )
  })
}
