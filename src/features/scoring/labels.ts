import { languageSpoken } from '#core/ai/language.ts'
import type { ColumnInfo } from './learn/table.ts'

/** What columns of our own are called in German; custom fields have their own names. */
const GERMAN: Record<string, string> = {
  amount: 'Betrag',
  calls: 'Anrufe',
  company: 'Firma angegeben',
  companySize: 'Größe der Firma',
  competitors: 'Genannte Wettbewerber',
  currency: 'Währung',
  daysInStage: 'Tage in der Phase',
  daysSilent: 'Tage seit dem letzten Kontakt',
  daysSinceTouched: 'Tage seit der letzten Notiz oder Aufgabe',
  description: 'Beschreibung',
  email: 'E-Mail-Adresse',
  emails: 'E-Mails',
  employeeCount: 'Beschäftigte der Firma',
  expectedCloseDate: 'Erwarteter Abschluss',
  inbound: 'Wie oft sie sich meldeten',
  industry: 'Branche der Firma',
  lastMonth: 'Kontakte der letzten 30 Tage',
  meetings: 'Treffen',
  noteCount: 'Geschriebene Notizen',
  notes: 'Notizen',
  objections: 'Gehörte Einwände',
  ownerId: 'Zuständig',
  people: 'Beteiligte Personen',
  phone: 'Telefon angegeben',
  pipelineId: 'Pipeline',
  score: 'Score von anderswo',
  sentiment: 'Stimmung der Gespräche',
  source: 'Quelle',
  stage: 'Phase',
  stageId: 'Phase',
  stagesEntered: 'Durchlaufene Phasen',
  tags: 'Schlagwörter',
  tasks: 'Aufgaben',
  tasksDone: 'Erledigte Aufgaben',
  title: 'Titel',
}

/** The columns as they are called in the language that is spoken. */
export const labelled = (columns: readonly ColumnInfo[]): readonly ColumnInfo[] =>
  languageSpoken() === 'de'
    ? columns.map(column => ({ ...column, label: GERMAN[column.key] ?? column.label }))
    : columns
