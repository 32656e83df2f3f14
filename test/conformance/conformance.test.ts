import { addressOf, useProgram } from '#test/world.ts'
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
// The limits on uploads as they are by default.
const program = useProgram({ RATE_LIMIT_UPLOAD: undefined, FILE_LIMIT_MB: undefined })

const origin = () => addressOf(program())
const people = peopleOf(program, origin)
r0(people, origin)
r1(people, origin)
r2(() => people.signUp('Renate'), origin)
r2Features(program, people, origin)
r3(program, origin)
r3Strict(program, people, origin)
r4(() => people.signUp('Rolf'), origin)
