/** The record types that have names of their own for a column, as told from the fields on offer. */
export type Kind = 'companies' | 'contacts' | 'leads' | 'deals' | 'other'

/** Names by which other systems call a field, in words: lower case, without accents or punctuation. */
export type Aliases = Record<string, readonly string[]>

function list(names: string): string[] {
  return names.trim().split(/,\s*/)
}

/** What a name means whatever the record; a field counts only where the import offers it. */
export const COMMON: Aliases = {
  firstName: list(`
    first name, firstname, given name, forename, fname, vorname, prenom, nombre de pila,
    contact first name, person first name, primer nombre
  `),
  lastName: list(`
    last name, lastname, surname, family name, lname, nachname, familienname, apellido, nom de famille,
    apellidos, contact last name, person last name
  `),
  email: list(`
    email, e mail, email address, e mail address, mail, mail address, work email, email 1, primary email,
    e mail adresse, email adresse, mailadresse, adresse email, adresse e mail, courriel, correo,
    correo electronico, email work, person email, contact email, business email, email id, e mail work,
    person email work, e mail geschaftlich, email geschaftlich, e mail 1 value, email 1 value
  `),
  phone: list(`
    phone, phone number, telephone, telephone number, tel, phone no, work phone, office phone,
    business phone, primary phone, telefon geschaftlich, telefon buro, phone 1 value, telefon, telefonnummer, rufnummer, numero de telephone, telefono,
    numero de telefono, phone work, person phone, contact phone, contact number, phone 1,
    person phone work
  `),
  mobile: list(`
    mobile, mobile phone, mobile number, mobile phone number, cell, cell phone, cellphone, mobil,
    mobilnummer, mobiltelefon, handy, handynummer, portable, telephone portable, telephone mobile, movil,
    telefono movil, celular, phone mobile, person phone mobile
  `),
  jobTitle: list(`
    job title, jobtitle, position, job position, job, role, job role, funktion, rolle, berufsbezeichnung,
    stelle, poste, fonction, cargo, puesto, designation, organization title, organization 1 title
  `),
  department: list('department, dept, abteilung, departement, departamento'),
  companyName: list(`
    company, company name, companyname, account, account name, company account, organization, organisation,
    organization name, organisation name, organization 1 name, associated company, employer, business name, firma, firmenname,
    unternehmen, entreprise, societe, nom de l entreprise, empresa, nombre de la empresa, cliente, kunde,
    client, customer, primary company, company org, associated company name, primary associated company
  `),
  ownerName: list(`
    owner, owner name, record owner, sales agent, sales rep, sales representative, assigned to,
    account manager, account executive, salesperson, sales person, owner email, besitzer, zustandig,
    verantwortlich, verantwortlicher, proprietaire, responsable, propietario, owner full name, assignee,
    vendedor
  `),
  ownerEmail: list('owner email, owner e mail, owner email address'),
  pipelineName: list(`
    pipeline, pipeline name, sales pipeline, deal pipeline, embudo, vertriebspipeline
  `),
  stageName: list(`
    stage, stage name, deal stage, opportunity stage, sales stage, pipeline stage, dealstage, phase, etape,
    etapa, verkaufsphase, stufe, deal stage name
  `),
  amount: list(`
    amount, value, deal value, deal amount, close value, opportunity amount, deal size, betrag, wert,
    auftragswert, montant, valeur, importe, monto, valor, total value, contract value, opportunity value,
    amount in deal currency
  `),
  currency: list(`
    currency, currency code, deal currency, amount currency, opportunity currency, currency iso code, wahrung, devise, moneda, divisa
  `),
  probability: list(`
    probability, win probability, deal probability, wahrscheinlichkeit, probabilite, probabilidad
  `),
  expectedCloseDate: list(`
    expected close date, expected close, close date, closing date, expected closing date, target close,
    target close date, estimated close date, forecast close date, abschlussdatum, date de cloture,
    erwartetes abschlussdatum, fecha de cierre, fecha de cierre prevista, date de cloture prevue
  `),
  actualCloseDate: list(`
    actual close date, actual close, closed date, closed at, closed on, date closed, won date,
    deal closed on, closed won date
  `),
  closedAt: list('closed time, deal closed time'),
  wonAt: list('won time, deal won time, date won, closed won time'),
  lostAt: list('lost time, deal lost time, date lost, lost date, closed lost date, closed lost time'),
  createdAt: list(`
    created, created at, created on, created date, create date, created time, creation date, date created,
    date added, added on, added at, engage date, erstellt, erstellt am, erstellungsdatum, anlagedatum,
    date de creation, cree le, fecha de creacion, creado, add time, deal created on, deal created,
    lead created, person created, organization created, timestamp
  `),
  domain: list(`
    domain, domain name, company domain, company domain name, email domain, domaine, dominio
  `),
  website: list(`
    website, web site, website url, web, url, homepage, company website, webseite, internetseite, site web,
    site internet, sitio web, pagina web
  `),
  industry: list(`
    industry, sector, industry sector, branche, industrie, secteur, industria, sector industrial
  `),
  size: list('company size, size, unternehmensgrosse, taille, tamano'),
  employeeCount: list(`
    employees, employee count, number of employees, no of employees, num employees, headcount,
    employees number, mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter, effectif, nombre d employes,
    empleados, numero de empleados, staff, numberofemployees
  `),
  annualRevenue: list(`
    annual revenue, revenue, yearly revenue, turnover, annual turnover, umsatz, jahresumsatz,
    chiffre d affaires, ca annuel, ingresos, ingresos anuales, facturacion, annualrevenue
  `),
  source: list(`
    source, lead source, leadsource, original source, deal source, traffic source, quelle, herkunft,
    leadquelle, origine, origen, fuente, lead origin, original source type
  `),
  leadSource: list(`
    lead source, leadsource, original source, source, contact source, quelle, herkunft, leadquelle,
    origine, origen, fuente, lead origin, original source type
  `),
  leadScore: list('lead score, score, hubspot score, puntuacion'),
  score: list('score, lead score'),
  notes: list(`
    notes, note, comments, comment, remarks, notizen, notiz, bemerkung, bemerkungen, notas
  `),
  description: list('description, details, summary, beschreibung, descripcion, deal description'),
  status: list('status, statut, estado, zustand'),
  tags: list(`
    tags, tag, labels, label, keywords, schlagworte, etiquettes, mots cles, etiquetas
  `),
  lostReason: list(`
    lost reason, reason lost, closed lost reason, loss reason, reason for loss, deal lost reason,
    verlustgrund, raison de la perte, motif de perte, motivo de perdida, reason for losing
  `),
}

/** What a name means on one record type only; these go before the common ones. */
export const BY_KIND: Record<Kind, Aliases> = {
  companies: {
    name: [...COMMON.companyName!, ...list('name, nom, nombre')],
    ownerName: list('company owner, account owner, organization owner'),
    createdAt: list('company created, account created'),
    industry: list('account industry, company industry'),
  },
  contacts: {
    jobTitle: list('title, titel, titulo, contact title'),
    lastName: list('nom'),
    firstName: list('nombre'),
    ownerName: list('contact owner, person owner'),
    status: list('contact status'),
    notes: list('description'),
  },
  leads: {
    name: list(`
      full name, fullname, name, lead name, contact name, nom, nom complet, nombre, vollstandiger name,
      nombre completo, person name, contact person, person
    `),
    company: COMMON.companyName!,
    stage: list(`
      stage, lead status, lead stage, status, statut, estado, etape, phase, leadstatus
    `),
    ownerName: list('lead owner'),
    notes: list('description, message, beschreibung, descripcion, mensaje, nachricht'),
    jobTitle: list('title'),
  },
  deals: {
    title: list(`
      title, name, deal name, deal title, deal, dealname, opportunity, opportunity name, potential name,
      titel, titre, titulo, nom, nombre, nom de l affaire
    `),
    ownerName: list('deal owner, opportunity owner, potential owner'),
    status: list('deal status'),
    primaryContactName: list(`
      contact, contact name, contact person, primary contact, person, associated contact
    `),
  },
  other: {},
}

/** Second choices: taken only when no better column, or no better field, is there. */
export const FALLBACK: Record<Kind, Aliases> = {
  companies: {
    domain: list('website, website url'),
    website: list('domain'),
  },
  contacts: {},
  leads: {},
  deals: {
    title: list('opportunity id, opportunity number, deal id'),
    actualCloseDate: list('close date, closing date'),
    notes: list('description'),
  },
  other: {},
}
