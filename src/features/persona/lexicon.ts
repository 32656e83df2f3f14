import { germanWords } from '#core/ai/text.ts'

/** What moves people, by the words they use, English or German: our own list. A sentence counts once for each motivator it speaks of. */
export const MOTIVATORS = [
  {
    key: 'savings',
    text: ['Saving money', 'Geld sparen'],
    // Serial numbers are no figures.
    words:
      /\b(?:price|costs?|budget|savings?|cheaper|discount|pay(?:s)? back|business case|figures|(?<!\b(?:article|customer|invoice|item|model|order|part|phone|serial|tracking|vat) )numbers)\b/i,
    german: germanWords(
      String.raw`preis\w*|kosten|kostet|einspar\w*|sparen|spart|billiger|günstiger|rabatt\w*|rechnet sich|amorti\p{L}*|wirtschaftlich\w*|zahlen für`,
    ),
  },
  {
    key: 'reliability',
    text: ['Things that do not break', 'Dinge, die nicht kaputtgehen'],
    words:
      /\b(?:broken|break|surviv\w*|rugged|durab\w*|drops?|fall|batter(?:y|ies)|misreads?|errors?|failures?|downtime|reliab\w*)\b/i,
    german: germanWords(
      String.raw`kaputt\w*|defekt\w*|robust\w*|stabile?[nmrs]?|haltbar\w*|sturz\w*|stürz\w*|herunterf\p{L}+|fallen gelassen|akku\w*|ausfall\w*|ausfäll\w*|fehllesung\w*|fehler\w*|zuverlässig\w*|stillstand\w*|hält (?:das|der|es|durch)`,
    ),
  },
  {
    key: 'speed',
    text: ['Getting it quickly', 'Es schnell zu bekommen'],
    words:
      /\b(?:quick\w*|fast\w*|soon|deliver(?:y|ed|s)?|lead time|before (?:january|february|march|april|may|june|july|august|september|october|november|december)|urgent\w*|deadline|as early)\b/i,
    german: germanWords(
      String.raw`schnell\w*|lieferzeit\w*|lieferung\w*|lieferbar|liefern|geliefert|dringend\w*|eilig\w*|eilt|frist\w*|kurzfristig\w*|möglichst bald|so früh|vor (?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)`,
    ),
  },
  {
    key: 'ease',
    text: ['Ease for the people who use it', 'Leichtigkeit für die, die damit arbeiten'],
    words:
      /\b(?:easy|simple|simpl\w+|gloves|weight|display|keypad|training|shift leaders|team (?:tried|liked|wants)|does not want to give it back)\b/i,
    german: germanWords(
      String.raw`einfach (?:zu|in der|für)|leicht zu|handschuh\w*|gewicht|anzeige|bildschirm|tastatur|schulung\w*|einarbeitung|schichtleiter\w*|bedienung|bedienen|bedienbar`,
    ),
  },
  {
    key: 'integration',
    text: ['Fitting what they have', 'Passen zu dem, was da ist'],
    words:
      /\b(?:integrat\w*|warehouse software|system|interface|api|single sign-?on|gateway|sap|connect\w*|compatib\w*)\b/i,
    german: germanWords(
      String.raw`integrier\p{L}*|einbind\p{L}*|lagersoftware|lagerverwaltung\w*|schnittstelle\w*|anbindung\w*|anbinden|angebunden|warenwirtschaft\w*|kompatib\w*|systemlandschaft|erp`,
    ),
  },
  {
    key: 'service',
    text: ['Service and support', 'Service und Unterstützung'],
    words: /\b(?:support|service|spares?|technician|warranty|hotline|response time|weekends?)\b/i,
    german: germanWords(
      String.raw`kundendienst|ersatzteil\w*|techniker\w*|wartung\w*|garantie\w*|gewährleistung|reaktionszeit\w*|ansprechpartner\p{L}*|wochenende\w*`,
    ),
  },
  {
    key: 'proof',
    text: ['Proof before promises', 'Belege vor Versprechen'],
    words:
      /\b(?:references?|proof|test(?:s|ed)?|pilot|loan units?|trial|case stud\w*|data sheet|independent)\b/i,
    german: germanWords(
      String.raw`referenz\w*|nachweis\w*|beleg\w*|testen|getestet|pilotprojekt\p{L}*|pilotphase|leihger\p{L}+|testger\p{L}+|datenblatt|datenblätter|fallstudie\w*|unabhängig\w*`,
    ),
  },
  {
    key: 'security',
    text: ['Safety and compliance', 'Sicherheit und Vorschriften'],
    words:
      /\b(?:security|complian\w*|audit|data protection|data processing|legal|liability|gdpr|explosion-proof)\b/i,
    german: germanWords(
      String.raw`sicherheit\w*|datenschutz\w*|dsgvo|auftragsverarbeitung\w*|vorschrift\w*|haftung\w*|rechtsabteilung|explosionsgeschützt\w*|zertifi\p{L}*`,
    ),
  },
  {
    key: 'growth',
    text: ['Growing', 'Wachstum'],
    words: /\b(?:grow\w*|expan\w*|new (?:site|hall|warehouse|depot)|sites|roll ?out|more (?:units|sites))\b/i,
    german: germanWords(
      String.raw`wachs\p{L}*|wächst|ausbau\w*|ausbauen|erweiter\p{L}*|expan\p{L}*|neue\p{L}* (?:standort|halle|lager|werk)\p{L}*|weitere\p{L}* standort\w*|standorte|rollout|ausroll\p{L}*|mehr geräte`,
    ),
  },
  {
    key: 'people',
    text: ['Having colleagues behind it', 'Rückhalt bei den Kollegen'],
    words:
      /\b(?:colleagues?|our (?:team|people|[a-z]+ (?:manager|director|team|planner|delegate))|agree\w*|convinc\w*|agenda)\b/i,
    german: germanWords(
      String.raw`kolleg\p{L}*|unser\p{L}* (?:team|leute|mannschaft|betriebsrat)|betriebsrat\w*|überzeug\p{L}*|einverstanden|abstimm\p{L}*|tagesordnung`,
    ),
  },
] as const

/** What a job title says of the part somebody plays when something is bought; the first that fits. */
export const PARTS = [
  {
    key: 'decider',
    text: 'decides',
    words: /\b(?:managing director|general manager|chief executive|ceo|owner|founder|president|partner)\b/i,
    german: germanWords(
      String.raw`geschäftsführ\p{L}*|inhaber\p{L}*|gründer\p{L}*|vorstand\p{L}*|gesellschafter\p{L}*|eigentümer\p{L}*`,
    ),
  },
  {
    key: 'budget',
    text: 'holds the budget',
    words: /\b(?:finance|financial|cfo|controller|treasurer)\b/i,
    german: germanWords(String.raw`finanz\p{L}*|kaufmännisch\p{L}* leit\p{L}*|rechnungswesen|buchhalt\p{L}*`),
  },
  {
    key: 'buyer',
    text: 'buys',
    words: /\b(?:purchas\w*|procurement|buyer|category|sourcing)\b/i,
    german: germanWords(
      String.raw`\p{L}*einkauf\p{L}*|einkäufer\p{L}*|beschaffung\p{L}*|disponent\p{L}*|materialwirtschaft`,
    ),
  },
  {
    key: 'legal',
    text: 'watches the terms',
    words: /\b(?:legal|counsel|compliance|contracts?|privacy)\b/i,
    german: germanWords(
      String.raw`recht|rechts\p{L}*|justi[zt]i?ar\p{L}*|justiziar\p{L}*|syndikus\p{L}*|datenschutz\p{L}*`,
    ),
  },
  {
    key: 'technical',
    text: 'judges the technology',
    words:
      /\b(?:it|cio|cto|systems?|infrastructure|architect|engineer\w*|developer|technical|technology|information)\b/i,
    german: germanWords(
      String.raw`technik\p{L}*|technisch\p{L}*|ingenieur\p{L}*|entwickl\p{L}*|informatik\p{L}*|systemadministrat\p{L}*|edv\p{L}*`,
    ),
  },
  {
    key: 'operations',
    text: 'will live with it',
    words:
      /\b(?:operat\w*|coo|warehouse|site|fleet|production|plant|logistics|project|programme|program|supervisor|head of|manager)\b/i,
    german: germanWords(
      String.raw`betriebsleit\p{L}*|werk\p{L}*|lager\p{L}*|produktion\p{L}*|fertigung\p{L}*|logistik\p{L}*|fuhrpark\p{L}*|projekt\p{L}*|schichtleit\p{L}*|\p{L}*leiter\p{L}*|\p{L}*leitung|meister\p{L}*`,
    ),
  },
] as const
export type Part = (typeof PARTS)[number]['key']

/** Sentences that show how a decision comes about. */
export const DECISIONS = [
  {
    key: 'defers',
    text: ['others decide or must agree', 'andere entscheiden oder müssen zustimmen'],
    words:
      /\b(?:cannot sign|not mine|head office|the board|have to convince|must approve|only recommend|no longer the one|budget authority|in the room|decides? together|take(?:s)? it to)\b/i,
    german: germanWords(
      String.raw`nicht (?:allein )?(?:unterschreiben|entscheiden|freigeben)|entscheide nicht|zentrale|vorstand|geschäftsleitung|geschäftsführung|muss (?:\p{L}+ )?(?:noch )?(?:zustimmen|freigeben|überzeugen|genehmigen)|nur empfehlen|nicht mehr zuständig|budgetverantwort\p{L}*|mit am tisch|mit dabei sein|entscheide[tn] gemeinsam|nehme das mit`,
    ),
  },
  {
    key: 'involves',
    text: ['brings colleagues in', 'bezieht Kollegen ein'],
    words:
      /\b(?:add our|our [a-z]+(?: [a-z]+)? (?:liked|leans|is away|joined|decides?)|with our|their [a-z]+(?: [a-z]+)? (?:joined|decides?)|brings [^.]+ into|colleague)\b/i,
    german: germanWords(
      String.raw`ziehe? \p{L}+ (?:\p{L}+ )?hinzu|hole? \p{L}+ (?:\p{L}+ )?dazu|unser\p{L}* (?:\p{L}+ )?\p{L}+ (?:kommt|war) dazu|mit unser\p{L}*|mit (?:meinen|den|ihren) kolleg\p{L}*|kolleg\p{L}*|stelle ihnen \p{L}+ vor`,
    ),
  },
  {
    key: 'tests',
    text: ['wants to try it first', 'will es zuerst ausprobieren'],
    words: /\b(?:pilot|loan units?|tried the|test(?:s|ed)?|trial)\b/i,
    german: germanWords(
      String.raw`pilotprojekt\p{L}*|leihger\p{L}+|testger\p{L}+|probe\p{L}*|ausprobier\p{L}*|testen|getestet|teststellung`,
    ),
  },
  {
    key: 'compares',
    text: ['compares offers', 'vergleicht Angebote'],
    words:
      /\b(?:compared with|other offer|cheaper offer|another (?:supplier|vendor)|in parallel|shortlist|quote from|leans towards|came in)\b/i,
    german: germanWords(
      String.raw`im vergleich|vergleich\p{L}*|ander\p{L}* angebot\p{L}*|günstigeres angebot|ander\p{L}* (?:anbieter|lieferant)\p{L}*|wettbewerber\p{L}*|mitbewerber\p{L}*|parallel (?:mit|zu)|engere\p{L}* (?:auswahl|wahl)|tendier\p{L}*|ausschreibung\p{L}*`,
    ),
  },
  {
    key: 'postpones',
    text: ['moves dates', 'verschiebt Termine'],
    words:
      /\b(?:moves back|slips to|few more weeks|move the date|will come later|not go out this month|push this|on hold|other priorities)\b/i,
    german: germanWords(
      String.raw`verschieb\p{L}*|verschoben|verzöger\p{L}*|ein paar wochen|noch etwas zeit|kommt später|erst (?:im|nächst\p{L}*|später)|nicht mehr diesen monat|auf eis|zurückgestellt|ander\p{L}* prioritäten|hinausgeschoben|nach hinten`,
    ),
  },
  {
    key: 'commits',
    text: ['says yes plainly', 'sagt klar ja'],
    words:
      /\b(?:budget is reserved|final offer|fix the details|want to have the first|on the agenda|i can confirm|go ahead|let us (?:start|do it))\b/i,
    german: germanWords(
      String.raw`budget ist (?:reserviert|frei\p{L}*|genehmigt|eingeplant)|letztes angebot|endgültiges angebot|auf der tagesordnung|kann (?:das |es |ich )?bestätigen|bestätige ich|wir (?:nehmen|machen|bestellen|kaufen)|legen wir los|fangen wir an|einverstanden`,
    ),
  },
] as const
