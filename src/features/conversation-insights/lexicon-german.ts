import { germanWords } from '#core/ai/text.ts'

/**
 * German words with a mood, by how strong it is; written for this program. A star at the end stands for any ending, a tilde for those of
 * adjectives. English ones that German talks borrow stand here too: of the others many are something else ("die", "fast", "also").
 */
export const GERMAN_WORDS: Record<number, string> = {
  3: `hervorragend~ ausgezeichnet~ exzellent~ fantastisch~ großartig~ wunderbar~ perfekt~ perfekte begeister* erstklassig~ genial~ spitze
    brillant~ sensationell~ traumhaft~ überragend~ vorbildlich~ makellos~ tadellos~ einwandfrei~ vorzüglich~ glänzend~`,
  2: `freundlich~ zufrieden~ zufriedenstellend~ toll~ super klasse prima schön~ gern gerne freu* froh~ glücklich~ dank danke danken
    dankbar~ dankeschön lieb~ empfehl* empfohlen weiterempfehl* hilfsbereit~ kompetent~ zuverlässig~ verlässlich~ überzeugt~ überzeugend~
    beeindruck* erfolg* reibungslos~ mühelos~ problemlos~ pünktlich~ vorteil* stark~ top lob lobt loben gelobt lobend~ erleichter* beste
    bester besten bestes bestens sympathisch~ erfreu* fehlerfrei~ erfreulich~ cool glück wertvoll~ lohnend~ übertraf übertroffen übertrifft
    übertreffen großzügig~ liebevoll~ sorgfältig~ unkompliziert~ mustergültig~ souverän~ herzlich~ gelungen~`,
  1.5: `gut~ besser~ einfach~ schnell~ klar~ interessiert~ interessant~ einverstanden vertrau* vertrauenswürdig~ hilft geholfen
    weitergeholfen weiterhilft helfen hilfreich~ unterstütz* verbesser* angenehm~ praktisch~ nützlich~ verständlich~ übersichtlich~ intuitiv~
    sauber~ fair~ flexibel flexibl~ effizient~ effektiv~ bequem~ komfortabel komfortabl~ günstig~ preiswert~ sinnvoll~ lohnt lohnte gelohnt
    spart sparen sparten gespart erspart positiv~ optimistisch~ zuversichtlich~ motiviert~ geeignet~ passt passend~ klappt klappte geklappt
    gelingt gelang professionell~ modern~ solide~ stabil~ robust~ durchdacht~ kurzweilig~ spannend~ lieben liebt vielversprechend~ gefällt
    mag zugestimmt genehmigt begrüßen begrüßt willkommen aufmerksam~ kulant~ ehrlich~ gründlich~ leicht~ erleichtert gewonnen gewinnen
    profitier* smart~ leistungsfähig~ ideal~ optimal~ entspannt~ einleuchtend~ einleuchtet konstruktiv~ produktiv~`,
  1: `ok okay schlüssig~ ordentlich~ funktioniert funktionierte passabel brauchbar~ akzeptabel akzeptabl~ verfügbar~ rechtzeitig~ problemfrei~
    korrekt~ richtig~ vollständig~ logisch~ modernste`,
  [-1]: `teuer teure teuren teurer teures teurem schwierig~ schwer~ unsicher~ bedenken problem* langsam~ spät~ fehlt fehlte fehlen fehlend~
    verspät* verzöger* kompliziert~ umständlich~ unklar~ zweifel* skeptisch~ sorge besorgt~ unübersichtlich~ warten wartet gewartet mühsam~
    aufwendig~ aufwändig~ unpraktisch~ veraltet~ altmodisch~ unnötig~ schade kritisier* unvollständig~ vergessen vergaß zögern zögerlich~
    unverständlich~ ungenau~ unpünktlich~ einwand einwände ungünstig~ lückenhaft~ widersprüchlich~ überfällig~ unzureichend~ zäh~ laut~`,
  [-1.5]: `schlecht~ enttäusch* ärger* verärger* unzufrieden~ kaputt~ fehler fehlers fehlern fehlerhaft~ fehlermeldung* ablehn* abgelehnt
    verschwend* schlimm~ nerv nervt nerven nervte nervig~ störung* stört störte ausfall ausfälle ausfällen ausgefallen abgestürzt abstürz*
    absturz stürzt mangel mängel mängeln mangelhaft~ unbrauchbar~ nutzlos~ unzuverlässig~ unfreundlich~ beschwer* reklamation* reklamier*
    verloren verliert verlieren verlor verlust* falsch~ schwach~ schwäche* gescheitert scheitert scheitern scheiterte frustr* unbefriedigend~
    unprofessionell~ inakzeptabel inakzeptabl~ chaotisch~ chaos storniert stornieren mist blöd~ dumm~ lästig~ traurig~ unglücklich~ überfordert~
    vergeblich~ nachteil* unfair~ überteuert~ unbeantwortet~ ignorier* umsonst sinnlos~ zeitverschwendung beschädigt~ defekt~ unhaltbar~
    unerreichbar~ ausgestiegen abgesprungen abgebrochen geplatzt verweiger* misslungen~ schlampig~ niederschmetternd~ unmöglich~ verzweifelt~ weiger*`,
  [-2.5]: `furchtbar~ schrecklich~ katastroph* wütend~ betrug* betrogen miserabel miserabl~ grauenhaft~ grottenschlecht~ entsetz*
    unverschämt~ frech~ skandal* albtraum alptraum desaster* unerträglich~ angst empör* untragbar~ abzocke`,
}

export const GERMAN_PHRASES: readonly [RegExp, number][] = [
  [
    germanWords('nichts (?:zu|daran zu|auszusetzen|zu beanstanden)(?: meckern| bemängeln| beanstanden)?'),
    2.5,
  ],
  [germanWords('(?:gar |überhaupt |wirklich )?nicht (?:so |einmal )?(?:schlecht|übel)'), 1.5],
  [germanWords('grünes licht'), 2],
  [germanWords('(?:steht|stehen|stand)(?: \\p{L}+){0,4} nichts (?:mehr )?(?:im weg|entgegen)'), 2.5],
  [
    germanWords(
      '(?:keine?|ohne)(?: \\p{L}+)? (?:probleme?|überraschungen|beanstandungen|klagen|fehler|zweifel|sorgen?|störung(?:en)?|einwände)',
    ),
    2,
  ],
  [germanWords('viel zu \\p{L}+'), -2],
  [
    germanWords(
      'zu (?:teuer|hoch|langsam|spät|kompliziert|lang|lange|klein|groß|schwer|umständlich|wenig|knapp|aufwendig|aufwändig|laut|eng|schwach|unübersichtlich)',
    ),
    -1.5,
  ],
  [
    germanWords(
      '(?:funktionier(?:t|te|en)|klapp(?:t|te)|läuft|lief|geht|ging|passt|hilft|half)(?: \\p{L}+){0,4} (?:nicht|nie|kaum|schlecht)|nicht (?:funktioniert|geklappt|geholfen|gut genug)',
    ),
    -2.5,
  ],
  [
    germanWords(
      '(?:so|das|es) (?:kann|geht|darf)(?: es| das| so)? (?:nicht|so nicht)(?: \\p{L}+)?(?: weiter\\p{L}*)?',
    ),
    -2,
  ],
  [germanWords('(?:immer noch|noch immer|bis heute|nach wie vor) (?:nicht|nichts|kein\\p{L}*|auf)'), -2],
  [germanWords('schon wieder'), -1],
  [germanWords('(?:die )?nase voll|auf die nase gefallen|im stich(?: gelassen)?|am ende mit'), -2.5],
  [germanWords('(?:habe|haben|hat|bin|sind)(?: \\p{L}+){0,5} satt'), -2.5],
  [
    germanWords(
      '(?:(?:meldet|antwortet|reagiert|erreich(?:e|en|t)|kümmert)(?: \\p{L}+){0,5} (?:niemand(?:en)?|keiner|keinen|nicht)|(?:niemand|keiner)(?: \\p{L}+){0,3} (?:gemeldet|geantwortet|reagiert|erreichbar|gekümmert|meldet|antwortet|reagiert))',
    ),
    -2.5,
  ],
  [germanWords('(?:kaum|fast) (?:jemand|niemand|keiner|einer)|niemand (?:nutzt|benutzt|will|braucht)'), -1.5],
  [
    germanWords(
      'vertrauen(?: \\p{L}+){0,4} (?:verloren|verspielt|erschüttert|zerstört)|(?:verlieren|verliert|verlor) (?:das|jedes|unser) vertrauen',
    ),
    -3,
  ],
  [
    germanWords(
      '(?:kam|kamen|gekommen|angekommen|passiert|geschehen)(?: ist| sind| war)? (?:nie|nichts|niemand)(?: an)?|nie (?:an)?gekommen',
    ),
    -2,
  ],
  [germanWords('nicht das,? was'), -1.5],
  [germanWords('lohnt(?: sich)?(?: \\p{L}+)? nicht'), -2.5],
  [germanWords('tut (?:mir|uns) leid|zu wünschen übrig'), -1.5],
  [germanWords('besser als'), 1],
  [germanWords('hält(?: genau)?,? was \\p{L}+ verspricht|ins zeug gelegt'), 2.5],
  [
    germanWords(
      'stimm(?:t|en)(?: \\p{L}+){0,3} nicht|(?:deutlich |viel )?mehr (?:erwartet|erhofft|versprochen)',
    ),
    -2,
  ],
  [germanWords('an bord|mit im boot|voll dabei'), 1.5],
]

export const GERMAN_NEGATIONS = `nicht nichts kein keine keinen keinem keiner keines keinerlei nie niemals niemand niemanden niemandem ohne weder
  kaum keineswegs`
export const GERMAN_STRONGER = `sehr wirklich äußerst besonders total absolut echt überaus ausgesprochen rundum völlig extrem unglaublich
  erstaunlich höchst wahnsinnig so`
export const GERMAN_WEAKER = 'etwas ziemlich bisschen halbwegs einigermaßen relativ recht eher'
export const GERMAN_TURNS = 'aber jedoch allerdings dennoch trotzdem leider'

const OWN = new Set(
  `der die das dem den des er an ein eine einen einem einer eines und ist sind war waren nicht wir sie ich ihr ihre ihren ihrem unser unsere unserem
  unseren mit auf für von vom zum zur zu im bei beim nach aus dass wenn aber oder auch noch schon nur sehr haben hat hatte hatten wird werden
  wurde kann können uns mir mich es als wie über sich keine kein man mal doch bis seit damit dafür dazu da diese dieser dieses`.split(
    /\s+/,
  ),
)
const ENGLISH = new Set(
  `the a an and is are was were not we they you he she it i my your our their with on for of to from at by that this if but or also have has
  had will would can could be been do does did no as about us me what which there`.split(/\s+/),
)

/** Whether a text is German, English, or neither by its little words, as a single word is. */
export function languageOf(text: string): 'de' | 'en' | undefined {
  let [german, english] = [0, 0]
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    if (OWN.has(word)) german++
    if (ENGLISH.has(word)) english++
  }
  return german > english ? 'de' : english > german ? 'en' : /[äöüß]/i.test(text) ? 'de' : undefined
}
