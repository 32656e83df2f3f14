import { mapOf, type ObjectionCategory } from './objection-categories.ts'

/**
 * What objections of a category are about: words and phrases, English and German, each matched from its first letter on, and what
 * follows it within the word is free (`approv` is also "approval"). Read only of a text that is known to object: said by themselves,
 * such words are no objection.
 */
type Vocabulary = {
  /** Hardly of another category. */
  sure: readonly string[]
  /** Often of this one, and of others too. */
  likely: readonly string[]
}

const list = (words: string): string[] =>
  words
    .split(',')
    .map(word => word.trim().replace(/\s+/g, ' '))
    .filter(Boolean)

const VOCABULARY: Record<ObjectionCategory, Vocabulary> = {
  price: {
    sure: list(`wiggle room, payback, pay back, pay off, pays off, earn back, eingeplant, grand a year, haggl, runtergehen, entgegenkommen, expens, overpric, price, pricing, pricey, cost, budget, afford, cheap, discount, money, rip-off, rip off, bargain, roi, fee, dollar, euro, cents,
      per seat, per user, per head, per month, out of pocket, teuer, teur, preis, kosten, kostet, geld, rabatt, nachlass, günstig, billig, gebühr, happig, leisten,
      überteuert, aufpreis, mehrkosten, wucher, tief in die tasche`),
    likely:
      list(`number, grand, weniger, eingerechnet, gerechnet, amorti, figure, stretch, half, sharpen your pencil, spend, spent, pay, paid, invest, financ, fund, cash, bill, charg, steep, saving, numbers, margin, twice, double, triple, percent, upfront, up front, instalment,
      installment, worth, monthly, annual, etat, zahl, bezahl, finanz, haushalt, ausgab, ausgeb, summe, betrag, spar, prozent, doppelt, hälfte, raten, monatlich, jährlich, rechnet sich, lohnt`),
  },
  timing: {
    sure: list(`until that, until this, until it, until we, bis das, bis wir, bis es, once we are, once that, once this, moving to, too much going on, lot going on, brennt, land unter, drunter und drüber, bad moment, end of the year, jahresende, not now, not right now, later, postpon, delay, busy, swamped, schedul, calendar, too early, too soon, premature, next year, next quarter, next month, next week, next spring,
      next summer, next autumn, next fall, next winter, revisit, get back to, call me back, call back, check back, come back, circle back, reach out again, priorit, bandwidth, in the middle of, on hold,
      frozen, freeze, hands full, plate is full, on our plate, season, holiday, vacation, später, verschieb, verschob, aufschieb, vertag, nächstes jahr, nächsten jahr, nächstes quartal, nächsten quartal,
      nächsten monat, nächste woche, kommendes jahr, kommenden jahr, kommenden quartal, saison, urlaub, ferien, priorität, kapazität, ausgelastet, überlastet, umzug, inventur, noch nicht so weit,
      zu früh, eilt, eilig, momentan, derzeit, im moment, im augenblick, in drei monaten, in sechs monaten, in einem halben jahr, in three months, in six months, gerade nicht, weihnacht, ostern`),
    likely:
      list(`time, timing, spring, summer, autumn, winter, wait, rush, hurry, soon, yet, pause, resource, capacity, moment, merger, migrat, relocat,
      reorgani, audit, peak, overload, stretched, january, february, march, april, june, july, august, september, october, november, december, quartal, sommer, winter, herbst,
      frühjahr, warten, abwarten, jetzt, erst, fusion, umstruktur, messe, januar, februar, märz, juni, juli, oktober, dezember`),
  },
  authority: {
    sure: list(`wrong person, right person, falsche ansprechpartner, richtige ansprechpartner, falschen ansprechpartner, handles that, takes care of that, kümmert sich, entscheide ich nicht, nicht ich, nicht mein, not up to me, above me, over my head, boss, director, ceo, cfo, cto, coo, cio, vice president, board, committee, procurement, purchasing, approv, sign-off, sign off, signs off, authoris, authoriz, authority, permission, consensus, stakeholder,
      run it by, run this by, run that by, run it past, run this past, check with, clear it with, pay grade, my call, my decision, mine to decide, for my manager, for my team lead,  final say, leadership, supervisor, superior, headquart, head office,
      parent compan, shareholder, works council, upper management, chef, vorgesetzt, geschäftsführ, geschäftsleit, vorstand, leitung, betriebsrat, gremium, ausschuss, zentrale, mutterkonzern, mutterhaus,
      mutterfirma, muttergesellschaft, aufsichtsrat, gesellschafter, freigabe, freigeb, genehmig, zustimm, rücksprache, absprache, befug, zuständig, hauptsitz, steuerberater`),
    likely:
      list(`manager, decid, decision, head of, partner, owner, wife, husband, team, colleague, department, sign, group, holding, investor, people, upstairs, others, convince, myself, alone, leiter, entscheid,
      einkauf, abteilung, kolleg, inhaber, konzern, allein, unterschreib, abstimm, mann, frau, überzeugen`),
  },
  need: {
    sure: list(`im griff, running fine, works for us, tun genau, tut genau, wofür, gadget, spielerei, complain, beschwer, in a corner, collect dust, verstaub, glücklich damit, damit glücklich, don't need, do not need, don't really need, doesn't need, no need, no use for, not needed, useful, necessary, no point, see the point, what for, no benefit, no interest, not interested, pointless, overkill, nice-to-have,
      nice to have, get by, getting by, good enough, well enough, isn't broken, not broken, manage fine, manage without, do without, did without, spreadsheet, pen and paper, by hand, status quo, too small, what would we,
      never missed, brauch, benötig, bedarf, nutzen, mehrwert, notwendig, nötig, überflüssig, wozu, reicht uns, reicht doch, reicht völlig, reicht aus, genüg, ausreich, zettel, handschriftlich, auch ohne,
      zufrieden, immer so gemacht, bringt uns, keinen sinn, schon immer, passt doch`),
    likely:
      list(`excel, tabelle, einsetzen, glücklich, comfortable, gut so, need, want, requir, benefit, value, problem, pain, fine, happy, satisfied, what we have, everything we want, works, working, cope, enough, paper, manual, already, relevant, interest, purpose, gain, improv, why, reason, small, simple, always, habit,
      vorteil, klappt, läuft, bisher, immer, gewohnt, heutige lösung, was wir wollen, warum, interess, klein, papier, einfach`),
  },
  trust: {
    sure: list(`nervous, uneasy, nicht wohl, mulmig, reingefallen, auf die nase, real customer, actually using, echte kunden, echten kunden, aus unserer branche, in our industry, promised, marketing, hochglanz, somebody else's server, someone else's server, fremden server, trust, doubt, skeptic, sceptic, proof, prove, evidence, guarant, risk, burned, burnt, bad experience, referenc, review, reputation, reliab, start-up, startup, bankrupt, insolven, go bust, went bust,
      out of business, go under, privacy, gdpr, leak, breach, hacked, hacker, too good to be true, credib, track record, case stud, certifi, never heard, not heard of, unknown, confident, let down, let us down, still be around, still exist,
      ghosted, overpromis, promis, who else uses, another customer, other customers, anderen kunden, andere kunden, young compan, junge firma, junges unternehmen, vertrau, zweifel, skept, beweis, nachweis, garant, verspr, versproch, risiko, riskant, gescheitert, erfahrung, referenz, bewertung, seriös, zuverlässig, pleite,
      insolvenz, datenschutz, dsgvo, sicherheit, datenleck, enttäusch, unbekannt, nie gehört, noch nie von, angst, sorge, befürcht, zertifi, verbrannt, verschwind, verschwund, start-up`),
    likely: list(
      `believ, sure, fail, secur, safe, data, worr, concern, afraid, scared, disappoint, young, new compan, support, experience, honest, glaub, sicher, scheiter, schlecht, jung, ruf, daten, kundendienst, service, wirklich`,
    ),
  },
  competitor: {
    sure: list(`going with, went with, gone with, walk away from, looked after us, in talks with, dealer, haus- und hof, eingeschossen, dasselbe, kennen wir, kann sap, monday, zendesk, freshworks, freshsales, personio, datev, canon, dell, lenovo, epson, kyocera, ricoh, xerox, siemens, cisco, shopify, odoo, sage, lexware, notion, airtable, asana, attio, sugarcrm, creatio, activecampaign, mailchimp, servicenow, workday, compet, rival, alternativ, incumbent, current supplier, current vendor, current provider, current partner, current solution, current system, existing supplier, existing vendor, existing provider, existing system,
      another supplier, another vendor, another provider, another compan, another solution, other supplier, other vendor, other provider, other compan, usual supplier, different vendor, switch, shortlist, tender, bids, another offer,
      other offer, other quote, another quote, elsewhere, different from, unterscheidet, in-house, in house, leaning toward, salesforce, hubspot, pipedrive, zoho, dynamics, oracle, microsoft, zebra, honeywell, datalogic, mitbewerb, konkurr,
      wettbewerb, andere anbieter, anderen anbieter, anderer anbieter, andere angebot, anderes angebot, anderen lieferant, andere firma, anderen hersteller, vergleichsangebot, stammlieferant, wechsel, umsteig, bisherigen, arbeiten mit,
      arbeiten schon, arbeiten bereits, schon mit, bereits mit, ausschreib, woanders, eigenentwick`),
    likely: list(
      `vendor, supplier, provider, compar, offer, quote, relationship, loyal, stay with, stick with, other, instead, built, anbieter, lieferant, dienstleister, hersteller, vergleich, angebot, treu, zusammenarbeit, bestehend, stattdessen`,
    ),
  },
  product: {
    sure: list(`menu, froze, freezes, hängt sich, stockt, staub, mehrsprach, multilingual, multi-language, export, import, print, druck, feature, function, integrat, api, connect, compatib, usab, interface, mobile, offline, batter, screen, scanner, android, ios, windows, linux, erp, crash, bug, slow, complicat, complex, difficult, clunky, confus, learning curve,
      on-prem, install, configur, customis, customiz, dashboard, module, technical, robust, waterproof, lack, missing, sso, doesn't work, does not work, won't work, doesn't handle, can't handle, cannot handle, doesn't talk to, talk to our,
      funktion, schnittstell, integr, anbind, anzubind, kompatib, fehlt, fehlen, langsam, abstürz, stürzt, umständlich, kompliziert, komplex, bedien, oberfläch, mobil, akku, display, bildschirm, app, wasserdicht, empfindlich, modul,
      technisch, veraltet, einarbeit, schulung, handbuch`),
    likely:
      list(`cloud, server, system, software, hardware, platform, language, report, export, import, quality, accura, weight, heavy, size, label, barcode, training, currenc, detail, performance, speed, version, limit, outdated, sprache, reichweite, geschwindig,
      leistung, anpass, plattform, auswert, bericht, qualität, genau, schwer, etikett, fehler, währung, detail`),
  },
  contract: {
    sure: list(`court, dispute, paperwork, the term, out halfway, want out, way out, opt out, opt-out, raus, aussteig, governing law, contract, clause, agreement, legal, lawyer, lock-in, lock in, locked in, locked into, minimum, commit, cancel, renew, auto-renew, liab, penalt, fine print, small print, wording, binding, terminat, notice period, indemn,
      jurisdiction, sla, nda, dpa, multi-year, two-year, three-year, two years, three years, five years, net 30, net 60, terms, tied to you, tied in, vertrag, verträge, klausel, laufzeit, kündig, verläng, gebunden, bindung, binden,
      jurist, rechtsabteilung, anwalt, anwält, haftung, kleingedruckt, agb, unterschrift, mindest, verpflicht, ausstieg, widerruf, gerichtsstand, avv, geheimhalt, zahlungsziel, payment within, payment terms, zahlung innerhalb, zahlungsbedingung, einkaufsbedingung, knebel, bedingung`),
    likely: list(
      `sign, bound, exit, leave, law, conditions, warranty, duration, recht, frist, jahre, festleg, auflage, monate`,
    ),
  },
}

const SURE_POINTS = 2
const LIKELY_POINTS = 1

const compiled = mapOf(category => {
  const { sure, likely } = VOCABULARY[category]
  const patternOf = (words: readonly string[]) =>
    new RegExp(`(?<![\\p{L}-])(?:${[...words].sort((a, b) => b.length - a.length).join('|')})`, 'giu')
  return { sure: patternOf(sure), likely: patternOf(likely) }
})

/** How much of a text that objects is about the category: its words, each counted once. */
export function vocabularyPoints(category: ObjectionCategory, text: string): number {
  const plain = text.replaceAll('’', "'").toLowerCase()
  const count = (words: RegExp) => new Set(plain.match(words) ?? []).size
  const { sure, likely } = compiled[category]
  return count(sure) * SURE_POINTS + count(likely) * LIKELY_POINTS
}
