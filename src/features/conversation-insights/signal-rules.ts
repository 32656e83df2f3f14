/** A name in capitals, of at most three words, and none of the words that merely begin sentences. */
const NAME = `((?:[A-Z][\\p{L}\\p{N}&.-]*)(?: [A-Z][\\p{L}\\p{N}&.-]+){0,2})`
export const COMPETITORS: readonly [string, number, RegExp][] = [
  [
    'talking-to',
    0.75,
    new RegExp(
      `\\b(?:also |already )?(?:talking to|talk to|looking at|evaluating|considering|comparing (?:you |it |this )?(?:with|to)|compared (?:with|to)|pilot with|trial with|demo (?:from|with|of)) ${NAME}`,
      'gu',
    ),
  ],
  [
    'uses',
    0.6,
    new RegExp(
      `\\b(?:use|uses|using|switch(?:ing|ed)? to|went with|go(?:ing)? with|leans? towards?|prefers?|chose|stay(?:ing)? with|happy with) ${NAME}`,
      'gu',
    ),
  ],
  [
    'offer-of',
    0.8,
    new RegExp(`\\b(?:quote|offer|proposal|bid|price|angebot) (?:from|of|by|von) ${NAME}`, 'gu'),
  ],
  [
    'they-offered',
    0.8,
    new RegExp(
      `${NAME} (?:came in|offered|offers|showed us|undercut|would deliver|quoted|is cheaper|are cheaper|has offered|can deliver)\\b`,
      'gu',
    ),
  ],
  [
    'possessive-offer',
    0.75,
    new RegExp(`${NAME}['’]s? (?:offer|quote|price|proposal|product|solution|pricing)`, 'gu'),
  ],
  [
    'competitor-is',
    0.85,
    new RegExp(`\\b(?:competitors?|rivals?|wettbewerber)(?: is| are|,|:| like| such as)? ${NAME}`, 'gu'),
  ],
]
export const NO_NAMES =
  /^(I|We|They|You|He|She|It|The|This|That|These|Those|Our|Your|Their|My|His|Her|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December|CEO|CFO|CTO|CIO|COO|IT|HR|Legal|Finance|Purchasing|Procurement|Sales|Marketing|Support|Europe|Germany|France|Excel|Q[1-4]|If|And|But|So|As|At|In|On|Nobody|Everybody|Somebody|Who|What|Which|A|An|One|Both|All|Head|Hi|Hello|Dear|Yes|No)$/

export const STEPS: readonly [string, number, RegExp][] = [
  ['marked', 0.9, /^\W*(next steps?|action( item)?s?|to ?do|follow[- ]?up|nächste schritte?)\b\s*[:–-]/i],
  [
    'we-will',
    0.75,
    /\b(I|we|they|he|she|[A-Z][a-z]+) ?('ll|’ll| will| am going to| are going to| is going to| shall| agreed to| promised to| wants? to| want us to| asked (us |me )?(to|for)) (\w+ )?(send|call|share|prepare|schedule|set up|arrange|meet|book|review|check|discuss|follow up|get back|come back|confirm|provide|introduce|draft|update|present|organi[sz]e|talk|speak|forward|deliver|visit|test|try|sign|decide|return|write|reply|invite|show|a |an |the )/,
  ],
  [
    'please',
    0.75,
    /\b(please|kindly|bitte)\b[^.!?]{0,60}\b(send|call|share|let|confirm|provide|forward|arrange|schedule|review|reply|check|contact|prepare|give|add|see|find|complete|sign|return|schicken|senden|melden|prüfen)\b/i,
  ],
  [
    'can-you',
    0.7,
    /\b(can|could|would|will) you\b[^.!?]{0,60}\b(send|call|share|confirm|provide|forward|arrange|schedule|review|check|tell|let|give|help|meet|look|prepare|quote|come)\b/i,
  ],
  [
    'lets',
    0.7,
    /\b(let'?s|let us|why don'?t we|shall we|we should|lass uns)\b [^.!?]*\b(meet|talk|call|schedule|set|plan|discuss|speak|start|try|book|do|sync|touch base|catch up|go)\b/i,
  ],
  [
    'need-to',
    0.6,
    /\b(need|have|must|needs|has) to (send|call|prepare|schedule|set up|arrange|book|confirm|provide|follow up|draft|update|present|get back|deliver|submit|sign)\b/i,
  ],
  [
    'by-when',
    0.6,
    /\b(send|call|prepare|schedule|confirm|meet|deliver|reply|follow up|get back|review|decide|present|visit)\w*\b[^.!?]{0,60}\b(by|before|until|on|next|bis|am) (monday|tuesday|wednesday|thursday|friday|tomorrow|end of|the end of|next|week|month|\d{1,2}|montag|dienstag|mittwoch|donnerstag|freitag|morgen)/i,
  ],
  [
    'meeting-set',
    0.7,
    /\b(meeting|call|demo|appointment|workshop|visit|termin) (is |was |has been )?(set|scheduled|booked|planned|arranged|agreed|vereinbart)\b/i,
  ],
  ['look-forward', 0.35, /\blook(ing)? forward to (seeing|meeting|speaking|talking|hearing)\b/i],
]
