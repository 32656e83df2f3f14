import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DAY_MS } from '#core/time.ts'
import type { DemoData, DemoDeal, DemoInteraction, DemoLead } from './generate.ts'
import { generateDemo } from './generate.ts'

const NOW = new Date('2026-07-15T13:00:00.000Z')

const share = <T>(list: readonly T[], test: (item: T) => boolean): number =>
  list.filter(test).length / list.length

/** A data set with the questions that a report would ask of it. */
function ask(data: DemoData) {
  const closed = data.deals.filter(deal => deal.status !== 'OPEN')
  const talks = Map.groupBy(data.interactions, interaction => interaction.dealKey)
  const talk = (deal: DemoDeal): DemoInteraction[] => talks.get(deal.key) ?? []
  const winRate = (test: (deal: DemoDeal) => boolean): number => {
    const group = closed.filter(test)
    assert.ok(group.length >= 30, `a group of ${group.length} is too small to compare`)
    return share(group, deal => deal.status === 'WON')
  }
  const raised = (deal: DemoDeal, category: string): boolean =>
    talk(deal).some(({ objections }) => (objections as string[]).includes(category))
  const rival = (deal: DemoDeal): boolean => talk(deal).some(({ competitors }) => competitors.length > 0)
  const longestGapDays = (deal: DemoDeal): number => {
    const times = [
      deal.createdAt,
      ...talk(deal).map(({ occurredAt }) => occurredAt),
      deal.history.at(-1)!.enteredAt,
    ]
    return Math.max(...times.slice(1).map((time, i) => (Date.parse(time) - Date.parse(times[i]!)) / DAY_MS))
  }
  return { closed, talk, winRate, raised, rival, longestGapDays }
}

const converted = (leads: readonly DemoLead[]): number => share(leads, lead => lead.stage === 'CONVERTED')

for (const seed of [undefined, 1, 2]) {
  describe(`what the data shows, seed ${seed ?? 'of the demo'}`, () => {
    const data = generateDemo({ seed, now: NOW })
    const { closed, winRate, raised, rival, longestGapDays, talk } = ask(data)

    it('a named competitor costs at least 15 points', () => {
      assert.ok(winRate(deal => !rival(deal)) - winRate(rival) >= 0.15)
    })

    it('several contacts help', () => {
      assert.ok(
        winRate(deal => deal.contactKeys.length > 2) - winRate(deal => deal.contactKeys.length === 1) >= 0.1,
      )
    })

    it('silence loses', () => {
      const lively = winRate(deal => longestGapDays(deal) < 20)
      assert.ok(lively - winRate(deal => longestGapDays(deal) >= 35) >= 0.2)
      const warm = (deal: DemoDeal) => talk(deal).filter(({ direction }) => direction === 'INBOUND').length
      assert.ok(winRate(deal => warm(deal) >= 3) > winRate(deal => warm(deal) <= 1) + 0.05)
    })

    it('a price objection that nobody answers loses, one that is answered hardly does', () => {
      const answered = (deal: DemoDeal): boolean => {
        const at = talk(deal).findIndex(({ objections }) => objections.includes('price'))
        return talk(deal)
          .slice(at + 1)
          .some(({ content }) => /\b(price|cost|budget|payments)\b/i.test(content))
      }
      const open = winRate(deal => raised(deal, 'price') && !answered(deal))
      assert.ok(winRate(deal => raised(deal, 'price') && answered(deal)) - open >= 0.12)
    })

    it('a date that slips by weeks is a bad sign', () => {
      const late = (deal: DemoDeal) =>
        Date.parse(deal.actualCloseDate!) - Date.parse(deal.expectedCloseDate) > 28 * DAY_MS
      assert.ok(winRate(deal => !late(deal)) - winRate(late) >= 0.04)
    })

    it('sources and sellers differ', () => {
      assert.ok(
        winRate(deal => deal.source === 'Referral') - winRate(deal => deal.source === 'Purchased list') >=
          0.1,
      )
      const noor = winRate(deal => deal.ownerKey === 'member-noor')
      assert.ok(noor > winRate(deal => deal.ownerKey === 'member-callum'))
    })

    it('the reason of a loss is in the texts', () => {
      const lost = (reason: string) => closed.filter(deal => deal.lostReason === reason)
      for (const [reason, category] of [
        ['Price', 'price'],
        ['Missing feature', 'product'],
        ['No authority', 'authority'],
      ]) {
        assert.ok(lost(reason!).length >= 5, reason)
        assert.ok(share(lost(reason!), deal => raised(deal, category!)) >= 0.9, reason)
      }
      assert.ok(share(lost('Competitor'), rival) >= 0.9)
      for (const deal of data.deals) assert.equal(deal.lostReason !== null, deal.status === 'LOST')
    })

    it('competitors that are listed are named in the text', () => {
      for (const { competitors, content } of data.interactions) {
        for (const name of competitors) assert.ok(content.includes(name), `${name}: ${content}`)
      }
    })

    it('sentiment follows what is said', () => {
      const mean = (list: DemoInteraction[]) =>
        list.reduce((sum, { sentimentScore }) => sum + sentimentScore, 0) / list.length
      const objecting = data.interactions.filter(({ objections }) => objections.length > 0)
      const others = data.interactions.filter(({ objections }) => objections.length === 0)
      assert.ok(mean(others) - mean(objecting) >= 0.3)
    })

    it('leads convert by source, by speed and by intent', () => {
      const from = (source: string) => converted(data.leads.filter(lead => lead.source === source))
      assert.ok(from('Referral') >= 2 * from('Purchased list'))
      const tagged = (tag: string) => converted(data.leads.filter(({ tags }) => tags.includes(tag)))
      assert.ok(tagged('fast-response') >= 1.5 * tagged('slow-response'))
      assert.ok(tagged('intent-urgent') > tagged('intent-browsing'))
    })
  })
}
