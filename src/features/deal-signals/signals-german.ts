import type { Signal } from './signals.ts'

/** The standing signals in German: as a clause whose verb stands last, and what it means that one is not so. */
const SUBJECTS: Record<string, string> = {
  price: 'zum Preis',
  timing: 'zum Zeitpunkt',
  product: 'zum Produkt',
  authority: 'zur Zuständigkeit',
  need: 'zum Bedarf',
  trust: 'zum Vertrauen',
  contract: 'zum Vertrag',
}
const LABELS: Record<string, string> = {
  competitor: 'ein Wettbewerber genannt wurde',
  large: 'der Betrag höher war als bei drei Vierteln der gewonnenen Deals',
  late: 'das Abschlussdatum um mehr als zwei Wochen überschritten oder verschoben wurde',
  silent: 'der Kontakt länger abriss als bei drei Vierteln der gewonnenen Deals',
  chased: 'am Ende zwei oder mehr unserer Versuche ohne Antwort blieben',
  warm: 'der Käufer positiv klang',
  cool: 'der Käufer negativ klang',
  single: 'nur ein Kontakt beteiligt war',
  several: 'drei oder mehr Kontakte beteiligt waren',
  meetings: 'es ein Treffen gab',
  customer: 'die Firma schon einmal gekauft hatte',
}
const ABSENT: Record<string, string> = {
  competitor: 'Kein Wettbewerber wurde genannt',
  late: 'Das Abschlussdatum hielt',
  silent: 'Der Kontakt riss nie lange ab',
  chased: 'Sie antworteten weiterhin',
  single: 'Mehr als ein Kontakt war beteiligt',
}

export function inGerman(signal: Signal): Signal {
  const { key, absence } = signal
  const at = key.lastIndexOf('_')
  const subject = SUBJECTS[key.slice(0, at)]
  const label = subject
    ? `ein Einwand ${subject} ${key.endsWith('_open') ? 'unbeantwortet blieb' : 'beantwortet wurde'}`
    : (LABELS[key] ?? signal.label)
  return {
    ...signal,
    label,
    statement: `Es trifft zu, dass ${label}`,
    ...(absence ? { absence: deal => absence(deal) && ABSENT[key] } : {}),
  }
}
