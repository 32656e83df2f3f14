import { inLanguage } from '#core/ai/language.ts'

/** What to do otherwise where a signal spoke against winning, and what to keep where it spoke for it; English and German. */
const MEND: Record<string, [string, string]> = {
  price_open: [
    'Answer a price objection before the next quote goes out',
    'Einen Einwand zum Preis beantworten, bevor das nächste Angebot hinausgeht',
  ],
  timing_open: [
    'When they say "not now", agree on a date and a first step that fits it',
    'Bei „nicht jetzt“ ein Datum und einen ersten Schritt vereinbaren, der dazu passt',
  ],
  product_open: [
    'Bring missing functions to product management the same day, and tell the buyer what comes when',
    'Fehlende Funktionen am selben Tag an das Produktmanagement geben und dem Käufer sagen, was wann kommt',
  ],
  authority_open: [
    'Ask in the first call who else decides, and meet them before the offer',
    'Im ersten Gespräch fragen, wer noch entscheidet, und diese vor dem Angebot treffen',
  ],
  need_open: [
    'Show the need with their own numbers before the demo',
    'Den Bedarf vor der Demo mit ihren eigenen Zahlen zeigen',
  ],
  trust_open: [
    'Offer a reference call as soon as somebody doubts',
    'Ein Referenzgespräch anbieten, sobald jemand zweifelt',
  ],
  contract_open: [
    'Send the contract to their lawyers early, with what we may change',
    'Den Vertrag früh an ihre Juristen schicken, mit dem, was sich ändern lässt',
  ],
  competitor: [
    'Ask early whom else they look at, and show the difference before the offer',
    'Früh fragen, wen sie noch ansehen, und den Unterschied vor dem Angebot zeigen',
  ],
  silent: [
    'Never let a deal go silent for longer than won deals were: plan the next contact in every contact',
    'Einen Deal nie länger schweigen lassen als gewonnene: in jedem Kontakt den nächsten planen',
  ],
  chased: [
    'After two tries without a reply change the channel or the person',
    'Nach zwei Versuchen ohne Antwort den Kanal oder die Person wechseln',
  ],
  single: ['Bring in a second contact before the offer', 'Vor dem Angebot einen zweiten Kontakt einbeziehen'],
  late: [
    'Agree on the steps to the close date, and check them when it moves',
    'Die Schritte bis zum Abschluss vereinbaren und prüfen, wenn sich das Datum bewegt',
  ],
  large: [
    'Offer a first step that is smaller than the whole',
    'Einen ersten Schritt anbieten, der kleiner ist als das Ganze',
  ],
  cool: ['Talk about the tone: ask what bothers them', 'Den Ton ansprechen: fragen, was sie stört'],
}
const KEEP: Record<string, [string, string]> = {
  several: ['Keep bringing several people in', 'Weiter mehrere Personen einbeziehen'],
  warm: [
    'Keep what made them say so: repeat it with the next buyer',
    'Beibehalten, was sie dazu brachte, und beim nächsten Käufer wiederholen',
  ],
  customer: ['Sell first to those who have bought before', 'Zuerst denen verkaufen, die schon gekauft haben'],
  price_answered: ['Keep answering price objections at once', 'Einwände zum Preis weiter sofort beantworten'],
  authority_answered: ['Keep going to those who decide', 'Weiter zu denen gehen, die entscheiden'],
  meetings: ['Keep meeting them', 'Sich weiter treffen'],
}

export function adviceOf(key: string, isAgainst: boolean): string | undefined {
  const advice = (isAgainst ? MEND : KEEP)[key]
  return advice && inLanguage(...advice)
}
