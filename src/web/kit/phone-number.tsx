import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** A phone number with its groups apart; as it is where it is none that is known. */
export default function PhoneNumber({ value }: { value: string }) {
  return parsePhoneNumberFromString(value)?.formatInternational() ?? value
}
