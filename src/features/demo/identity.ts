import { folded } from '#core/letters.ts'
import type { Industry } from './market.ts'
import type { Place } from './places.ts'
import { PLACES, phoneIn } from './places.ts'
import type { Random } from './random.ts'
import { CULTURES, FIRM_HEADS, FIRM_TAILS } from './words.ts'

/** Lower-case ASCII letters, digits and hyphens only, as a host name or a mailbox wants them. */
const ascii = (text: string): string => folded(text).replace(/[^a-z0-9-]/g, '')

export interface Firm {
  name: string
  domain: string
  place: Place
}

export interface Person {
  firstName: string
  lastName: string
  email: string
  phone: string
}

/** Hands out people and firms, never the same name, mailbox or domain twice. */
export class Registry {
  readonly #names = new Set<string>()
  readonly #domains = new Set<string>()
  readonly #mails = new Set<string>()

  firm(random: Random, industry: Industry): Firm {
    for (;;) {
      const head = random.pick(FIRM_HEADS)
      const tail = random.pick(FIRM_TAILS)
      // "Bel" + "leigh" would give a triple letter, "Wren" + "vik" is fine.
      const root = head.at(-1) === tail[0] ? head + tail.slice(1) : head + tail
      const name = `${root} ${random.pick(industry.words)}`
      const domain = `${ascii(name)}.example`
      if (this.#domains.has(domain)) continue
      this.#domains.add(domain)
      return { name, domain, place: random.weighted(PLACES) }
    }
  }

  person(random: Random, firm: Firm): Person {
    for (;;) {
      const culture = CULTURES[random.weighted(firm.place.cultures)]
      const firstName = random.pick(culture.given)
      const lastName = random.pick(culture.family)
      const full = `${firstName} ${lastName}`
      const email = `${ascii(firstName)}.${ascii(lastName)}@${firm.domain}`
      if (this.#names.has(full) || this.#mails.has(email)) continue
      this.#names.add(full)
      this.#mails.add(email)
      return { firstName, lastName, email, phone: phoneIn(random, firm.place) }
    }
  }
}
