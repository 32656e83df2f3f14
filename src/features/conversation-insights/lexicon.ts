import {
  GERMAN_NEGATIONS,
  GERMAN_PHRASES,
  GERMAN_STRONGER,
  GERMAN_TURNS,
  GERMAN_WEAKER,
  GERMAN_WORDS,
} from './lexicon-german.ts'

/**
 * English words with a mood, by how strong it is: written for this program from common usage, of business talk as well as of goods and
 * services. A star at the end stands for any ending.
 */
const WORDS: Record<number, string> = {
  3: `excellent outstanding superb amazing awesome fantastic wonderful brilliant perfect* phenomenal incredible exceptional* terrific
    marvelous magnificent flawless* masterpiece delighted thrilled ecstatic superior best delicious gorgeous loved loves adore*
    fabulous impeccable stellar unbeatable`,
  2: `great love lovely happy glad pleased impress* excit* enjoy* beautiful* recommend* favorite favourite win wins winner thank thanks
    grateful appreciat* satisfied satisfying delight* superbly charming fun funny hilarious tasty yummy tender fresh friendly helpful
    reliable solid sturdy smooth* crisp clever smart genuine* sincere* touching moving compelling engaging captivating memorable
    recommended remarkable refreshing rewarding strong stunning sweet top wise worth worthwhile worthy eager enthusiast* keen
    fascinat* inspir* joy* masterful powerful phenomenally talented treat wow yay bravo congratulations gem`,
  1.5: `good nice well works worked comfortable comfortably easy easily easier quick* fast faster prompt* attentive accurate* clear*
    clean convenient cool decent durable effective* efficient* elegant fair* fit fits flexible generous handy healthy ideal improv*
    interest* intuitive juicy legit light lightweight likes liked like loud* natural* neat nicely pleasant* pleasure popular positive*
    professional* quality realistic relax* responsive rich right safe* sharp simple sleek stylish success* support* supportive
    sure surprised useful valuable value variety warm welcom* better agree* agreed approve* bargain benefit* bright confident
    convinced definitely deal delivers fine gained helped helps hope hopeful hot intelligent subtle thoughtful trust* trusted
    understand* wonderfully yes ready progress promising`,
  1: `ok okay plus enough cheap affordable authentic available big cared calm certain compatible correct cozy creative credible cute
    entertaining epic exactly glorious imaginative laugh* long-lasting original true truly underrated unique heart portray* cast
    must-see sound complete* appropriate`,
  [-1]: `late later wait waiting waited slow* small expensive costly pricey cheaply however unless doubt* unsure unclear
    concern* hesitat* difficult* hard hardly barely busy delay* confus* complicat* dry cold heavy loose* noise noisy old outdated
    overpriced plain plastic salty short skeptic* sceptic* stiff strange tight tired tough uncertain unfortunate* weird worry worried
    worries wrong limited limits average mediocre bland flat greasy soggy predictable pointless* cliche* forced overrated
    issue issues problem* miss missed missing lack* lacks lacking lose loses losing lost
    problem`,
  [-1.5]: `bad bored boring bore annoy* avoid beware broke broken breaks break bother* cheated complain* complaint* crap* crash* damage*
    dead defect* deny denied die died dirty dirt disappoint* discontinued dislike* drop drops dropped dull dumb dying error* fail fails
    failed failing failure fake fault* flaw* frustrat* hate inconsistent inferior insult* intolerable irritat* junk lame lousy mess*
    mistake* negative* nobody none nothing overcooked undercooked poor* reject* return returned returning rude ruin* sad* sick* sorry
    stale stuck stupid suffer* trouble* ugly unable unacceptable uncomfortable unhappy unimpressed unpleasant unprofessional
    unreliable unsatisfied unusable upset useless* waste* wasted wasting weak* worst worse cancel* refund* cramped dropped drained
    flimsy unfunny uninspired unwatchable unconvincing tasteless flavorless overwhelmed`,
  [-2.5]: `awful horrible* horrid terribl* worst disgust* dreadful pathetic* garbage trash rubbish atrocious abysmal appalling disaster*
    hated hates nightmare scam scammed ripoff rip-off fraud* furious outraged angry anger crappy sucks sucked suck gross nasty
    vomit poison* inedible ridiculous* embarrass* insulting shame* awfully`,
}

/** Of several words, and what would be misread word by word. */
export const PHRASES: readonly [RegExp, number][] = [
  ...GERMAN_PHRASES,
  [
    /\b(fed up|had enough|(sick|tired) of|running out of patience|patience is running out|lost patience)\b/,
    -2.5,
  ],
  [/\b(fully |all )?on board\b|\bsigned off\b|\bgreen light\b|\bgo-ahead\b/, 2],
  [/\bnothing( \w+)? in (the|our|your|its) way\b|\bnothing to (complain|worry) about\b|\bno surprises\b/, 2],
  [/\b(save|saves|saved|saving) (us|me|them|our|a lot|time|hours|money)\b/, 2],
  [
    /\b(exceed(s|ed)?|beat|surpass(es|ed)?) (all |any )?(of )?(our|my|the|their) (\w+ )?(expectations|targets?|goals?|hopes)\b|\bbetter than( \w+){0,4} (hoped|expected|thought)\b/,
    2,
  ],
  [/\b(out of|above and beyond) (their|his|her|your) way\b|\babove and beyond\b/, 2],
  [/\b(pulled|backed|dropped) out\b|\bwalked away\b/, -2],
  [
    /\b(never|nobody|no one)( \w+){0,2} (arrived|came|showed up|happened|answered|replied|returned|called|responded|got back|uses?|used)\b/,
    -2.5,
  ],
  [/\b(keep|keeps|kept) (getting|being|waiting|chasing|crashing|failing|having to)\b/, -2],
  [/\bnot what (we|i|they) (were |had )?(agreed|ordered|expected|asked|promised|wanted)\b/, -2],
  [
    /\b(never|not|won'?t|wouldn'?t|will not|would not) (be )?(go(ing)?|com(e|ing)|return(ing)?|eat(ing)?|order(ing)?|buy(ing)?|visit(ing)?|use|using)( \w+){0,3} (back|again|here|there|another)\b/,
    -3,
  ],
  [
    /\b(will|would|'ll|definitely|can'?t wait to)( \w+){0,2} (be back|come back|go back|return|buy again|order again)\b/,
    2.5,
  ],
  [/\b(stay|keep|run|steer) away\b/, -3],
  [/\b(waste|wasted|wasting) (of )?(your |my |the |our )?(time|money|film|life|hours?)\b/, -3],
  [/\bworth (the|every|it|my|your)\b/, 2],
  [/\bnot worth\b/, -3],
  [
    /\b(do|did|does)(n'?t| not) (work|help|add up|fit|last|hold|charge|recommend|like|care|deserve|make sense|buy|bother|waste)\b/,
    -2.5,
  ],
  [/\b(stopped|quit|quits|stops) (working|charging)\b/, -3],
  [/\b(no|not any|without) (problems?|issues?|complaints?|trouble|worries|doubt|hassle)\b/, 2],
  [
    /\b(can'?t|cannot|could ?n'?t|couldn'?t) (be (happier|more pleased|beat)|go wrong|get enough|ask for more|recommend (it |this |them )?(enough|highly))\b/,
    3,
  ],
  [/\b(highly|strongly|definitely|would) recommend/, 2],
  [/\blooking forward\b/, 2],
  [
    /\b(too|so) (much|many|little|few|expensive|slow|small|long|loud|short|late|bad|complicated|high|low|dear)\b/,
    -1.5,
  ],
  [/\b(let|put|turn)(s|ing)? (me |us |you )?(down|off)\b/, -2],
  [/\b(at least|supposed to|should have|could have|instead of|used to|if only|would have been)\b/, -1],
  [/\bthe (only|best) (good )?(thing|part) (is|was|about)\b/, -0.5],
  [/\bnothing (special|great|good|new|but|impressive|to)\b/, -2],
  [/\b(10|ten) ?(\/|out of) ?(10|ten)\b|\bfive stars?\b|\b5 stars?\b|\b10 stars?\b/, 3],
  [/\b(one|1|zero|0|no) stars?\b|\b[0-3] ?\/ ?10\b/, -3],
  [/\b(fell|falls|fall|falling) (apart|flat|short|off)\b/, -2.5],
  [/\b(rip(ped)? off|ripped-off)\b/, -3],
  [/\bnot only\b/, 0.5],
  [/[:;]-?\)|☺|😀|👍|❤/u, 2],
  [/:-?\(|😞|👎/u, -2],
]

const ADJECTIVE = [
  '',
  'e',
  'er',
  'es',
  'en',
  'em',
  'ere',
  'erer',
  'eres',
  'eren',
  'ste',
  'sten',
  'ster',
  'stes',
]

type Words = { exact: Map<string, number>; stems: [string, number][] }

function compiled(lists: Record<number, string>): Words {
  const exact = new Map<string, number>()
  const stems: [string, number][] = []
  for (const [weight, words] of Object.entries(lists))
    for (const word of words.split(/\s+/).filter(Boolean)) {
      const stem = word.slice(0, -1)
      if (word.endsWith('*')) stems.push([stem, Number(weight)])
      else if (word.endsWith('~')) for (const ending of ADJECTIVE) exact.set(stem + ending, Number(weight))
      else exact.set(word, Number(weight))
    }
  stems.sort((a, b) => b[0].length - a[0].length)
  return { exact, stems }
}

const BY_LANGUAGE = { en: compiled(WORDS), de: compiled(GERMAN_WORDS) }

const moodIn = (word: string, { exact, stems }: Words): number | undefined =>
  exact.get(word) ?? stems.find(([stem]) => word.startsWith(stem))?.[1]

/** The mood of a word in a language, in either where that is not known: positive, negative, or 0. */
export const moodOf = (word: string, language: 'en' | 'de' | undefined): number =>
  (language !== 'en' ? moodIn(word, BY_LANGUAGE.de) : undefined) ??
  (language !== 'de' ? moodIn(word, BY_LANGUAGE.en) : undefined) ??
  0

export const NEGATIONS = new Set(
  `not no never none nobody nothing neither nor without hardly barely cannot can't cant don't dont doesn't doesnt didn't didnt isn't isnt
  wasn't wasnt aren't arent weren't won't wont wouldn't wouldnt couldn't couldnt shouldn't ain't haven't hasn't hadn't lacks lacking
  ${GERMAN_NEGATIONS}`.split(/\s+/),
)
export const STRONGER = new Set(
  `very really extremely so absolutely totally completely highly incredibly truly super quite pretty most exceptionally especially
  ${GERMAN_STRONGER}`.split(/\s+/),
)
export const WEAKER = new Set(
  `somewhat slightly little bit kind sort kinda rather fairly ${GERMAN_WEAKER}`.split(/\s+/),
)
export const TURNS = new Set(
  `but however although though yet except unfortunately ${GERMAN_TURNS}`.split(/\s+/),
)
