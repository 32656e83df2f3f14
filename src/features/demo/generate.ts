import { DAY_MS } from '#core/time.ts'
import { SPAN_DAYS } from './clock.ts'
import { addColleagues, addFirstCompanies, newWorld, settleStatuses } from './companies.ts'
import { addDeals } from './deals.ts'
import { addInteractions } from './interactions.ts'
import { addInvoices } from './invoices.ts'
import { addLeads } from './leads.ts'
import { MEMBERS, PIPELINES } from './market.ts'
import { addCampaigns } from './marketing.ts'
import { addNotes } from './notes.ts'
import { addProjects } from './projects.ts'
import { addTasks } from './tasks.ts'
import type { DemoData } from './types.ts'
import { addVisits } from './visits.ts'

export type * from './types.ts'

const DEFAULT_SEED = 20_240_607

/**
 * Two years of an invented seller of rugged hardware, ending at `now`. The same seed and moment give the same data
 * to the last character. Everything lies within the 730 days before `now`, except due and expected dates and visits to come.
 *
 * Arrays are in an order in which they can be inserted: members, pipelines, companies, contacts, deals, leads,
 * invoices, visits, projects, interactions, tasks, notes, templates, campaigns, their contacts, unsubscribes. Pure: reads no clock, no file and no database.
 */
export function generateDemo(options: { seed?: number; now: Date }): DemoData {
  const nowMs = options.now.getTime()
  const world = newWorld(options.seed ?? DEFAULT_SEED, nowMs, nowMs - SPAN_DAYS * DAY_MS)
  addFirstCompanies(world)
  const { leads, openings } = addLeads(world)
  addColleagues(world)
  const deals = addDeals(world, openings)
  const dealCounts = new Map<string, number>()
  for (const { record } of deals)
    dealCounts.set(record.companyKey, (dealCounts.get(record.companyKey) ?? 0) + 1)
  settleStatuses(world, dealCounts)
  const { projects, tasks } = addProjects(world, deals)
  return {
    members: structuredClone(MEMBERS) as DemoData['members'],
    pipelines: structuredClone(PIPELINES) as DemoData['pipelines'],
    companies: world.companies.map(company => company.record),
    contacts: world.contacts.map(contact => contact.record),
    leads,
    deals: deals.map(deal => deal.record),
    invoices: addInvoices(world, deals),
    visits: addVisits(world, deals),
    projects,
    interactions: addInteractions(world, deals),
    tasks: [...addTasks(world, deals), ...tasks],
    notes: addNotes(world, deals),
    ...addCampaigns(world, deals),
  }
}
