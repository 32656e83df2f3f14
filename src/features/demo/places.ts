import type { Random } from './random.ts'
import type { DemoAddress } from './types.ts'
import type { CultureName } from './words.ts'
import { STREETS } from './words.ts'

export interface Place {
  country: string
  city: string
  currency: 'USD' | 'EUR' | 'GBP'
  streets: keyof typeof STREETS
  /** `#` stands for a random digit. */
  postal: string
  /** E.164 patterns of ranges that the national regulator keeps for fiction. */
  phones: readonly string[]
  cultures: readonly (readonly [CultureName, number])[]
}

const NORTH_AMERICA = [
  ['english', 34],
  ['iberian', 18],
  ['southAsian', 10],
  ['african', 9],
  ['eastAsian', 11],
  ['german', 4],
  ['nordic', 4],
  ['slavic', 5],
  ['gaelic', 5],
] as const
const BRITAIN = [
  ['english', 50],
  ['southAsian', 14],
  ['african', 10],
  ['gaelic', 10],
  ['slavic', 9],
  ['iberian', 7],
] as const
const mostly = (main: CultureName): readonly (readonly [CultureName, number])[] => [
  [main, 76],
  ['slavic', 8],
  ['african', 6],
  ['iberian', 6],
  ['southAsian', 4],
]

const us = (city: string, area: string, zip: string): Place => ({
  country: 'US',
  city,
  currency: 'USD',
  streets: 'US',
  postal: zip,
  phones: [`+1${area}55501##`],
  cultures: NORTH_AMERICA,
})
const canada = (city: string, area: string, postal: string, french: boolean): Place => ({
  ...us(city, area, postal),
  country: 'CA',
  cultures: french ? mostly('french') : NORTH_AMERICA,
})
/** Ofcom's numbers for drama. */
const britain = (city: string, postal: string, prefix: string): Place => ({
  country: 'GB',
  city,
  currency: 'GBP',
  streets: 'GB',
  postal,
  phones: [prefix, '+447700900###'],
  cultures: BRITAIN,
})
/** The Bundesnetzagentur's numbers for films. */
const germany = (city: string, postal: string, prefix: string): Place => ({
  country: 'DE',
  city,
  currency: 'EUR',
  streets: 'DE',
  postal,
  phones: [prefix],
  cultures: mostly('german'),
})
/** Arcep's numbers for audiovisual works. */
const france = (city: string, postal: string, prefix: string): Place => ({
  country: 'FR',
  city,
  currency: 'EUR',
  streets: 'FR',
  postal,
  phones: [prefix, '+33639980###'],
  cultures: mostly('french'),
})
/** Post- och telestyrelsen's numbers for fiction. */
const sweden = (city: string, postal: string, prefix: string): Place => ({
  country: 'SE',
  city,
  currency: 'EUR',
  streets: 'SE',
  postal,
  phones: [prefix],
  cultures: mostly('nordic'),
})

export const PLACES: readonly (readonly [Place, number])[] = [
  [us('San Francisco', '415', '941##'), 8],
  [us('Chicago', '312', '606##'), 8],
  [us('Atlanta', '404', '303##'), 7],
  [us('Dallas', '214', '752##'), 7],
  [us('Columbus', '614', '432##'), 6],
  [us('Memphis', '901', '381##'), 6],
  [us('Denver', '303', '802##'), 6],
  [us('Newark', '973', '071##'), 5],
  [us('Seattle', '206', '981##'), 5],
  [canada('Montréal', '514', 'H2Y 1#7', true), 4],
  [canada('Toronto', '416', 'M5V 2#4', false), 4],
  [britain('London', 'E1 #AB', '+442079460###'), 5],
  [britain('Leeds', 'LS1 #CD', '+441134960###'), 4],
  [britain('Manchester', 'M2 #EF', '+441614960###'), 4],
  [germany('Hamburg', '204##', '+494066969###'), 4],
  [germany('München', '803##', '+498999998###'), 3],
  [germany('Köln', '506##', '+492214710###'), 3],
  [france('Lyon', '690##', '+33465710###'), 3],
  [france('Paris', '750##', '+33199000###'), 3],
  [sweden('Göteborg', '411 ##', '+463139006##'), 2],
  [sweden('Stockholm', '111 ##', '+468465004##'), 2],
]

const digits = (random: Random, pattern: string): string =>
  pattern.replace(/#/g, () => String(random.int(0, 9)))

export const phoneIn = (random: Random, place: Place): string => digits(random, random.pick(place.phones))

export function addressIn(random: Random, place: Place): DemoAddress {
  const name = random.pick(STREETS[place.streets])
  const house = random.int(2, 240)
  const streetLast = place.streets === 'US' || place.streets === 'GB' || place.streets === 'FR'
  return {
    street: streetLast ? `${house} ${name}` : `${name} ${house}`,
    city: place.city,
    postalCode: digits(random, place.postal),
    country: place.country,
  }
}
