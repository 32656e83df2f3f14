import { mapOf, type ObjectionCategory } from './objection-categories.ts'

/**
 * What objections of a category are about: words and phrases, English and German, each matched from its first letter on, and what
 * follows it within the word is free (`approv` is also "approval"), but for the shortest. Read only of a text that is known to object: said by themselves,
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
    sure: list(`broke by, wallet, luxuspreis, onboarding alone, meet us halfway, sticker shock, daylight robbery, arm and a leg, break the bank, pockets, dough, bucks, quid, north of what, set aside, put aside, earmark, in the pot, coffers, one zero, a zero, swallow, stomach, a third of, a fraction of, than half, for that money, for the money, room for movement, room to move, come down a, knock off, knocked off, sharpen, purse, shoestring, penny, pennies, too rich, out of our league, price tag, fell off, let someone go, per-seat, per-user, per-head, adds up, add up fast, doesn't add up, is it worth, not worth it, rahmen, sprengt, leistung für, für das geld, portokasse, batzen, stange geld, stolze[rn]?, gesalzen, saftig, schmerzgrenze, luft nach unten, preisvorstellung, zu viel verlangt,
      wiggle room, payback, pay back, pay off, pays off, earn back, eingeplant, grand a year, haggl, runtergehen, entgegenkommen, expens, overpric, price, pricing, pricey, cost, budget, afford, cheap, discount, money, rip-off, rip off, bargain, roi, fee, dollar, euro, cents,
      per seat, per user, per head, per month, out of pocket, teuer, teur, preis, kosten, kostet, geld, rabatt, nachlass, günstig, billig, gebühr, happig, leisten,
      überteuert, aufpreis, mehrkosten, wucher, tief in die tasche`),
    likely: list(`amount, sum, licen[cs]e, altogether, all in all, quote, quoted, kalkul, spielraum, tut weh,
      number, grand, weniger, eingerechnet, gerechnet, amorti, figure, stretch, half, sharpen your pencil, spend, spent, pay, paid, invest, financ, fund, cash, bill, charg, steep, saving, numbers, margin, twice, double, triple, percent, upfront, up front, instalment,
      installment, worth, monthly, annual, etat, zahl, bezahl, finanz, haushalt, ausgab, ausgeb, summe, betrag, spar, prozent, doppelt, hälfte, raten, monatlich, jährlich, rechnet sich, lohnt`),
  },
  timing: {
    sure: list(`easter, christmas, no room for, schieben, off sick, hiring stop, budget round, geschäftsjahr, warten erst, abwarten, parental leave, maternity, park this, park it, parked, new year, right now, drowning, snowed under, under water, firefighting, queued, in the queue, ahead of this, ahead of it, breather, catch our breath, only just, just finished, just started, just introduced, just rolled out, on the list, top of the list, top of it, back burner, back-burner, not before, not until, until after, look at it again, pick it up, pick this up, pick up again, dust settl, has settled, have settled, trade fair, in 20\\d\\d, erst 20\\d\\d, erst 2\\d{3}, shorthanded, short-handed, short-staffed, understaffed, free hand, one hand free, pull anyone, peak season, hands are full, full hands, year-end, quarter-end, elternzeit, personell, unterbesetzt, keinen kopf, keinen nerv, jahreswechsel, jahresabschluss, mitten in, zuerst einmal, im herbst, im frühjahr, im frühling, auf die lange bank, hinten an, zurückgestellt, zurückstell, thema ist erst, ist erst, wieder melden, melden sie sich, another time, some other time, a few months, couple of months, ein paar monate[n]?, paar wochen,
      until that, until this, until it, until we, bis das, bis wir, bis es, once we are, once that, once this, moving to, too much going on, lot going on, brennt, land unter, drunter und drüber, bad moment, end of the year, jahresende, not now, not right now, later, postpon, delay, busy, swamped, schedul, calendar, too early, too soon, premature, next year, next quarter, next month, next week, next spring,
      next summer, next autumn, next fall, next winter, revisit, get back to, call me back, call back, check back, come back, circle back, reach out again, priorit, bandwidth, in the middle of, on hold,
      frozen, freeze, hands full, plate is full, on our plate, season, holiday, vacation, später, verschieb, verschob, aufschieb, vertag, nächstes jahr, nächsten jahr, nächstes quartal, nächsten quartal,
      nächsten monat, nächste woche, kommendes jahr, kommenden jahr, kommenden quartal, saison, urlaub, ferien, priorität, kapazität, ausgelastet, überlastet, umzug, inventur, noch nicht so weit,
      zu früh, eilt, eilig, momentan, derzeit, im moment, im augenblick, in drei monaten, in sechs monaten, in einem halben jahr, in three months, in six months, gerade nicht, weihnacht, ostern`),
    likely:
      list(`once the, when the, after the, before the, until, closing, month-end, rollout, introduc, reorganis, new plant, kick-off, heuer, anfang, ende des,
      time, timing, spring, summer, autumn, winter, wait, rush, hurry, soon, yet, pause, resource, capacity, moment, merger, migrat, relocat,
      reorgani, audit, peak, overload, stretched, january, february, march, april, june, july, august, september, october, november, december, quartal, sommer, winter, herbst,
      frühjahr, warten, abwarten, jetzt, erst, fusion, umstruktur, messe, januar, februar, märz, juni, juli, oktober, dezember`),
  },
  authority: {
    sure: list(`upstairs, wrong department, waves it through, wave it through, win over, finance chief, franchise, inhaber, mitzureden, my signature, last word, final word, the say, have a say, no say, decides that, decide such, decides on, decides about, picks the, pick the tools, makes the decision, hands are tied, go past the, goes past, internally, better talk to, better speak to, talk to our head, speak to our head, i only, i just run, i just collect, i only advise, others sign, bless, green light, go-ahead, the nod, partner and i, co-founder, founder, managing director, head of it, it department, group level, corporate, nobody moves, without him, without her, no one moves, okay aus, okay von, ok von, chefetage, von oben, letzte wort, letztes wort, meine unterschrift, zeichnungsberecht, prokura, eigentümer, nicht allein, nicht der richtige, nicht die richtige, ansprechpartner, fachabteilung, entscheidet, entscheiden die, entscheide nicht, have to ask, need to ask, must ask, not my place, not my department, signs the cheques, signs the checks, holds the purse,
      wrong person, right person, falsche ansprechpartner, richtige ansprechpartner, falschen ansprechpartner, handles that, takes care of that, kümmert sich, entscheide ich nicht, nicht ich, nicht mein, not up to me, above me, over my head, boss, director, ceo, cfo, cto, coo, cio, vice president, board, committee, procurement, purchasing, approv, sign-off, sign off, signs off, authoris, authoriz, authority, permission, consensus, stakeholder,
      run it by, run this by, run that by, run it past, run this past, check with, clear it with, pay grade, my call, my decision, mine to decide, for my manager, for my team lead,  final say, leadership, supervisor, superior, headquart, head office,
      parent compan, shareholder, works council, upper management, chef, vorgesetzt, geschäftsführ, geschäftsleit, vorstand, leitung, betriebsrat, gremium, ausschuss, zentrale, mutterkonzern, mutterhaus,
      mutterfirma, muttergesellschaft, aufsichtsrat, gesellschafter, freigabe, freigeb, genehmig, zustimm, rücksprache, absprache, befug, zuständig, hauptsitz, steuerberater`),
    likely:
      list(`advise, recommend, upper, senior, it-abteilung, intern, oben, signature, unterschrift, goes to the,
      manager, decid, decision, head of, partner, owner, wife, husband, sign, group, holding, investor, upstairs, convince, myself, leiter, entscheid,
      einkauf, abteilung, kolleg, inhaber, konzern, allein, unterschreib, abstimm, mann, frau, überzeugen`),
  },
  need: {
    sure: list(`handful of, whiteboard, in their heads, eingespielt, looking for a problem, picture anyone, by heart, bigger compan, larger compan, big compan, meant for big, lie idle, sit idle, lies idle, gather dust, on a shelf, shelfware, headache, isn't something we, not something we, isn't a problem, not a problem for us, get along, gets along, getting along, do fine, doing fine, do the job, does the job, way we work, way we do, verwendung, zurecht, klarkommen, kommen klar, hardly do, hardly any, hardly ever, rarely, seldom, once a year, small team, four people, five people, only \\w+ (?:people|customers|users|clients), why would we, why should we, fail to see, what problem, solve for us, nobody here, nobody has asked, sounds nice, nothing more, already have something, already covered, covers this, covers that, in place, im alltag, ohne auskomm, geht auch so, läuft doch, keinen grund, sehe keinen, luxus, spielzeug, eigentlich nicht, we'd gain, we would gain, too big for us, too much for us, oversized, überdimension, zu groß für uns, never came up, not a priority for us, isn't broke, if it ain't,
      im griff, running fine, works for us, tun genau, tut genau, wofür, gadget, spielerei, complain, beschwer, in a corner, collect dust, verstaub, glücklich damit, damit glücklich, don't need, do not need, don't really need, doesn't need, no need, no use for, not needed, useful, necessary, no point, see the point, what for, no benefit, no interest, not interested, pointless, overkill, nice-to-have,
      nice to have, get by, getting by, good enough, well enough, isn't broken, not broken, manage fine, manage without, do without, did without, spreadsheet, pen and paper, by hand, status quo, too small, what would we,
      never missed, brauch, benötig, bedarf, nutzen, mehrwert, notwendig, nötig, überflüssig, wozu, reicht uns, reicht doch, reicht völlig, reicht aus, genüg, ausreich, zettel, handschriftlich, auch ohne,
      zufrieden, immer so gemacht, bringt uns, keinen sinn, schon immer, passt doch`),
    likely:
      list(`idle, gain, bother, touch it, do with all, reports, use for, team is, same as always, fehlt uns nichts, fehlt uns nicht,
      excel, tabelle, einsetzen, glücklich, comfortable, gut so, benefit, value, problem, pain, fine, happy, satisfied, what we have, everything we want, works, working, cope, enough, paper, manual, already, relevant, interest, purpose, gain, improv, why, reason, small, simple, always, habit,
      vorteil, klappt, läuft, bisher, immer, gewohnt, heutige lösung, was wir wollen, warum, interess, klein, papier, einfach`),
  },
  trust: {
    sure: list(`black and white, vanished, your last update, polished, speak to one of, our size used, unsicher, been in business, in business since, folds, goes quiet, go quiet, ink is dry, crown jewels, person company, person outfit, one-man, ever heard, heard of you, heard that your, heard bad, kennt bei uns, kennt niemand, kennt keiner, as you claim, you claim, your claims, easy to say, wary, cautious, outage, downtime, salesman, sales pitch, slide deck, brochure, hear from a customer, speak to a customer, talk to a customer, customer who, somebody who has used, someone who has used, security officer, who can look, who can see, where does our data, where is our data, data end up, data stored, hosted, cloud in, traue, misstrau, glaubwürdig, hand ins feuer, luftschloss, zu schön, katze im sack, wer steckt, kleinen anbieter, noch am markt, wirklich so funktioniert, woher weiß, woher wissen, vouch, glowing, in three years, in five years, what happens to us, what happens if you, happen if your company, skeptisch, bedenken,
      nervous, uneasy, nicht wohl, mulmig, reingefallen, auf die nase, real customer, actually using, echte kunden, echten kunden, aus unserer branche, in our industry, promised, marketing, hochglanz, somebody else's server, someone else's server, fremden server, trust, doubt, skeptic, sceptic, proof, prove, evidence, guarant, risk, burned, burnt, bad experience, referenc, review, reputation, reliab, start-up, startup, bankrupt, insolven, go bust, went bust,
      out of business, go under, privacy, gdpr, leak, breach, hacked, hacker, too good to be true, credib, track record, case stud, certifi, never heard, not heard of, unknown, confident, let down, let us down, still be around, still exist,
      ghosted, overpromis, promis, who else uses, another customer, other customers, anderen kunden, andere kunden, young compan, junge firma, junges unternehmen, vertrau, zweifel, skept, beweis, nachweis, garant, verspr, versproch, risiko, riskant, gescheitert, erfahrung, referenz, bewertung, seriös, zuverlässig, pleite,
      insolvenz, datenschutz, dsgvo, sicherheit, datenleck, enttäusch, unbekannt, nie gehört, noch nie von, angst, sorge, befürcht, zertifi, verbrannt, verschwind, verschwund, start-up`),
    likely: list(
      `your company, ihr unternehmen, ihre firma, präsentation, claim, says who, nachweis, kennt, kennen sie, last time,
      believ, sure, fail, secur, safe, data, worr, concern, afraid, scared, disappoint, young, new compan, support, experience, honest, glaub, sicher, scheiter, schlecht, jung, ruf, daten, kundendienst, service, wirklich`,
    ),
  },
  competitor: {
    sure: list(`sap, similar proposal, own tool, builds this, building its own, anderes haus, pick you over, shook hands, shaken hands, somebody else, someone else, another firm, two others, three others, the other one, other guys, the guys from, the people from, quoted us, quoting us, offering us, offered us, showed us, same scope, out of the box, we've been with, been with, present provider, present supplier, present vendor, happy there, tied to our, standardised on, standardized on, better offer, die anderen, den anderen, anderen nicht, andere nicht, was können sie, vergleichen sie, weiteren anbieter, zwei weitere, drei weitere, marktbegleiter, angebot gemacht, günstigeres angebot, bleiben dabei, bleiben bei, already chosen, chosen another, made our choice, preferred vendor, preferred supplier, insightly, bitrix, teamleader, weclapp, superoffice, nutshell, clickup, smartsheet, netsuite, infor, freshsales, what do you have that, entschieden für, anderen entschieden, schon entschieden, bereits entschieden,
      going with, went with, gone with, walk away from, looked after us, in talks with, dealer, haus- und hof, eingeschossen, dasselbe, kennen wir, kann sap, monday\\.com, monday crm, zendesk, freshworks, freshsales, personio, datev, canon, dell, lenovo, epson, kyocera, ricoh, xerox, siemens, cisco, shopify, odoo, sage, lexware, notion, airtable, asana, attio, sugarcrm, creatio, activecampaign, mailchimp, servicenow, workday, compet, rival, alternativ, incumbent, current supplier, current vendor, current provider, current partner, current solution, current system, existing supplier, existing vendor, existing provider, existing system,
      another supplier, another vendor, another provider, another compan, another solution, other supplier, other vendor, other provider, other compan, usual supplier, different vendor, switch, shortlist, tender, bids, another offer,
      other offer, other quote, another quote, elsewhere, different from, unterscheidet, in-house, in house, leaning toward, salesforce, hubspot, pipedrive, zoho, dynamics, oracle, microsoft, zebra, honeywell, datalogic, mitbewerb, konkurr,
      wettbewerb, andere anbieter, anderen anbieter, anderer anbieter, andere angebot, anderes angebot, anderen lieferant, andere firma, anderen hersteller, vergleichsangebot, stammlieferant, wechsel, umsteig, bisherigen, arbeiten mit,
      arbeiten schon, arbeiten bereits, schon mit, bereits mit, ausschreib, woanders, eigenentwick`),
    likely: list(
      `firm, threw in, answered, entschieden, hasn't, others, the same thing,
      vendor, supplier, provider, compar, offer, quote, relationship, loyal, stay with, stick with, other, instead, built, anbieter, lieferant, dienstleister, hersteller, vergleich, angebot, treu, zusammenarbeit, bestehend, stattdessen`,
    ),
  },
  product: {
    sure: list(`sync, cope with, error page, buttons, umbenenn, can't be changed, gloves, fiddly, awkward, cumbersome, clumsy, intuitive, unintuitive, choked, chokes, crawls, laggy, lags, hangs, look like something, looks like something, looks dated, old-fashioned, ugly, column, couldn't find, could not find, can't even, cannot even, doesn't let, won't let, not possible to, no \\w+ version, only in english, auf deutsch, in polish, safari, chrome, firefox, browser, outlook, connector, connection to, plug-in, plugin, add-on, bookkeeping, accounting, phone system, telephony, commission, dubletten, duplikat, duplicate, abgestürzt, hakt, ruckel, nichts anfangen, testphase, gave up, rechteverwaltung, spalten, we(?:'d| would)? need (?:a|an|the|multi|proper|two|some|several|support|integration)\\b, no offline, work with(?:out)? (?:an? )?(?:internet|network|connection), fields, warehouse, print labels,
      menu, froze, freezes, hängt sich, stockt, staub, mehrsprach, multilingual, multi-language, export, import, print, druck, feature, function, integrat, api, connect, compatib, usab, interface, mobile, offline, batter, screen, scanner, android, ios, windows, linux, erp, crash, bug, slow, complicat, complex, difficult, clunky, confus, learning curve,
      on-prem, install, configur, customis, customiz, dashboard, module, technical, robust, waterproof, lack, missing, sso, doesn't work, does not work, won't work, doesn't handle, can't handle, cannot handle, doesn't talk to, talk to our,
      funktion, schnittstell, integr, anbind, anzubind, kompatib, fehlt, fehlen, langsam, abstürz, stürzt, umständlich, kompliziert, komplex, bedien, oberfläch, mobil, akku, display, bildschirm, app, wasserdicht, empfindlich, modul,
      technisch, veraltet, einarbeit, schulung, handbuch`),
    likely:
      list(`trial, demo, tested, version, search, user-friendly, users found, my team will, mode, layout, approvals, loaded,
      cloud, server, system, software, hardware, platform, language, report, export, import, quality, accura, weight, heavy, size, label, barcode, training, currenc, detail, performance, speed, version, limit, outdated, sprache, reichweite, geschwindig,
      leistung, anpass, plattform, auswert, bericht, qualität, genau, schwer, etikett, fehler, währung, detail`),
  },
  contract: {
    sure: list(`law or, disclaimer, stillschweigend, changes to the conditions, binden wir, trial period, written in, whole term, full term, monthly arrangement, annual one, month-to-month, month to month, rolling, leave after, leave early, leaving early, walk away after, get out of, part ways, purchasing conditions, our own terms, our own conditions, your paper, renews by itself, renews itself, longer than a year, longer than one year, for longer than, tie ourselves, tied down, long-term, long term, capped, cap on, service level, days net, net \\d+, pay after, pay in advance, advance payment, payment up front, up front for, vorkasse, vorauszahlung, paragraf, §, section, data processing, auftragsverarbeit, owns the data, daten gehören, rückgabe, indemnity, puts us off to leave, three years is, years is a long, early exit, leave after, out if the, clause,
      court, dispute, paperwork, the term, out halfway, want out, way out, opt out, opt-out, raus, aussteig, governing law, contract, clause, agreement, legal, lawyer, lock-in, lock in, locked in, locked into, minimum, commit, cancel, renew, auto-renew, liab, penalt, fine print, small print, wording, binding, terminat, notice period, indemn,
      jurisdiction, sla, nda, dpa, multi-year, two-year, three-year, two years, three years, five years, net 30, net 60, terms, tied to you, tied in, vertrag, verträge, klausel, laufzeit, kündig, verläng, gebunden, bindung, binden,
      jurist, rechtsabteilung, anwalt, anwält, haftung, kleingedruckt, agb, unterschrift, mindest, verpflicht, ausstieg, widerruf, gerichtsstand, avv, geheimhalt, zahlungsziel, payment within, payment terms, zahlung innerhalb, zahlungsbedingung, einkaufsbedingung, knebel, bedingung`),
    likely: list(
      `paragraph, silent, conditions, annually, uptime, arrangement, for a year, jahresvertrag, monatlich kündbar,
      sign, bound, exit, leave, law, conditions, warranty, duration, recht, frist, jahre, festleg, auflage, monate`,
    ),
  },
}

const SURE_POINTS = 2
const LIKELY_POINTS = 1

/** The shortest are whole words, or `coo` were in cool and `app` in approach. */
const whole = (word: string): string =>
  /^(?:\p{L}{2,3}|dell|sage)$/u.test(word) ? `${word}s?(?!\\p{L})` : word

const compiled = mapOf(category => {
  const { sure, likely } = VOCABULARY[category]
  const patternOf = (words: readonly string[]) =>
    new RegExp(
      `(?<![\\p{L}-])(?:${[...words]
        .sort((a, b) => b.length - a.length)
        .map(whole)
        .join('|')})`,
      'giu',
    )
  return { sure: patternOf(sure), likely: patternOf(likely) }
})

/** How much of a text that objects is about the category: its words, each counted once. */
export function vocabularyPoints(category: ObjectionCategory, text: string): number {
  const plain = text.replaceAll('’', "'").toLowerCase()
  const count = (words: RegExp) => new Set(plain.match(words) ?? []).size
  const { sure, likely } = compiled[category]
  return count(sure) * SURE_POINTS + count(likely) * LIKELY_POINTS
}
