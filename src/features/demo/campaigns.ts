import { addDays } from '#core/record/relative-time.ts'

/**
 * What the seller spends on being heard. Deals name the first two as their source, and so count for them; the letter
 * and the portrait have brought nothing that is known.
 */
export const demoCampaigns = (today: string) => [
  {
    key: 'campaign-fair',
    name: 'Trade show',
    type: 'EVENT',
    status: 'COMPLETED',
    startDate: addDays(today, -330),
    endDate: addDays(today, -20),
    budget: 90_000,
    actualCost: 84_350,
    description: 'Four logistics fairs with a stand and two visitors each day',
  },
  {
    key: 'campaign-webinar',
    name: 'Webinar',
    type: 'WEBINAR',
    status: 'ACTIVE',
    startDate: addDays(today, -300),
    endDate: null,
    budget: 24_000,
    actualCost: 19_720,
    description: 'A demonstration every six weeks',
  },
  {
    key: 'campaign-letter',
    name: 'Letter on spare batteries',
    type: 'CONTENT',
    status: 'COMPLETED',
    startDate: addDays(today, -120),
    endDate: addDays(today, -100),
    budget: 6_000,
    actualCost: 4_480,
    description: null,
  },
  {
    key: 'campaign-portrait',
    name: 'Customer portraits',
    type: 'SOCIAL',
    status: 'PLANNING',
    startDate: addDays(today, -14),
    endDate: null,
    budget: 8_000,
    actualCost: null,
    description: null,
  },
]
