import type { AddressInfo } from 'node:net'
import { useProgram } from '#test/world.ts'
import { peopleOf } from './people.ts'
import { r0 } from './r0.ts'
import { r1 } from './r1.ts'
import { r2 } from './r2.ts'
import { r2Features } from './r2-features.ts'
import { r3 } from './r3.ts'
import { r3Strict } from './r3-strict.ts'
import { r4 } from './r4.ts'

/**
 * Each requirement document's routes, called over the network by a client that knows the document alone. One server for all,
 * since a start costs more than the walks.
 */
// The limit on uploads as it is by default; webhooks come to this machine.
const program = useProgram({ RATE_LIMIT_UPLOAD: undefined, WEBHOOK_ALLOW_PRIVATE: '127.0.0.1' })

/** Where it listens; it begins to when it is first asked. */
async function origin(): Promise<string> {
  const { server } = program()
  if (!server.server.listening) await server.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
}

const people = peopleOf(program, origin)
r0(people, origin)
r1(people, origin)
r2(() => people.signUp('Renate'), origin)
r2Features(program, people, origin)
r3(program, origin)
r3Strict(program, people, origin)
r4(() => people.signUp('Rolf'), origin)
