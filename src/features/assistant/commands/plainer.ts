import { periodIn } from './dates.ts'
import { FIGURE_WAYS } from './plainer-figures.ts'

/** An amount as people write it. */
const MONEY =
  '(?:[$€£]|usd |eur |gbp )?\\d[\\d.,]*\\s?(?:k|m|thousand|million)?(?:\\s?(?:[$€£]|usd|eur|gbp|dollars|euros?))?(?![\\w%])'
const END = '[?.! ]*$'
/** What hangs on the records that are asked for. */
const HUNG =
  '(?:any |an? )?(?:\\w+ )?(?:deals|opportunities|tasks|contacts|invoices|activities|calls|meetings|e?-?mails|notes|visits|projects|files|leads)\\b'

type Rule = readonly [RegExp, string | ((...found: string[]) => string)]
const rule = (pattern: string, into: Rule[1]): Rule => [
  new RegExp(pattern, /\\p\{/.test(pattern) ? 'iu' : 'i'),
  into,
]
const isPeriod = (text: string): boolean => periodIn(text)?.text === text
const mine = (who: string): string => (/^i$|^my$/i.test(who) ? 'my ' : '')

/** What is said around an order or a question. */
const AROUND: readonly Rule[] = [
  // What carries on from the sentence before.
  rule('^(?:and|then|also|now|next|but)(?: (?:then|also|now|please))*,?\\s+(?=\\S+\\s+\\S+)', ''),
  rule('^(?:hey|ok|okay|so|well|hi|hello),?\\s+(?=\\S+\\s+\\S+)', ''),
  rule(
    "^(?:(?:can|could|would|will) you(?: please)?|i(?:'d| would)? (?:want|need|like)(?: you)? to|let(?:'s| us)|go ahead and)\\s+(?=\\S+\\s+\\S+)",
    '',
  ),
  rule('[,;]?\\s+(?:please|for me|thanks|thank you)[.! ]*$', ''),
  // Counts tell how much it comes to.
  rule(
    `^((?:how many|which|what|show|list) .+?),? and (?:how much|what)(?: money| revenue)?(?: (?:is|are|was|were|do|does|did|would|it|they|that|this|those|these|come|comes|amount|to|worth|cost|costs|in all|in total|altogether))*${END}`,
    '$1',
  ),
  rule('(?<=^|\\s)w/o (?:an? )?(?=\\S)', 'without '),
  rule('(?<=^|\\s)(?:no\\.?|nr\\.?|#) of (?=\\S)', 'number of '),
  rule('^(?:give|show|tell|get) me (?:the )?(?=(?:total|sum|average|number|count)\\b)', ''),
]

/** Ways to say one thing, put into the one that the commands know; the first that fits. */
const WAYS: readonly Rule[] = [
  ...FIGURE_WAYS,
  // Of the record that was spoken of last.
  rule(
    '^(set|change|update|edit|make|push|move|shift) (?:its|his|her|their) (.+?) (?:back |out |forward )?(to|=|as|into) (.+)$',
    '$1 the $2 of it $3 $4',
  ),
  rule('^the (.+?) to (.+)$', 'set the $1 of it to $2'),
  rule(
    `^(?:what(?:'s| is)|when(?:'s| is)|tell me|show me) (?:its|his|her|their) (.+?)${END}`,
    'what is the $1 of it',
  ),
  rule(
    `^(?:(?:for|of|with|from) )?(?:what|which) (company|contact|owner|stage|pipeline|source|industry)(?: name)? (?:is|does|was|did) (it|this|that|he|she)(?: (?:deal|lead|contact|task))?(?: (?:for|of|with|from|in|at|to|belong|belong to|come from|have))*${END}`,
    'what is the $1 of it',
  ),
  // What hangs on one.
  rule(
    `^how many ((?:\\w+ )?\\w+s) (?:has|have|does|did|do) (?!we\\b|i\\b|you\\b|they\\b|the team\\b|our team\\b|there\\b|each\\b|every\\b|no\\b|a\\b|an\\b|more\\b|not\\b|${HUNG})(.+?)(?: have| got| own| hold)?${END}`,
    'how many $1 of $2',
  ),
  rule(
    `^(?:what|which) ((?:\\w+ )?\\w+s) (?:has|does|did) (?!we\\b|i\\b|you\\b|the most\\b|more\\b|not\\b|no\\b|${HUNG})(.+?)(?: have| got| own| hold)?${END}`,
    'show $1 of $2',
  ),
  // Of one record.
  rule(
    `^(?:what(?:'s| is) (?:the )?(?:latest|news|story|situation) (?:on|with|about|at)|give me (?:everything|all|the latest|the story) (?:on|about)|what do (?:we|you|i) (?:know|have) (?:about|on)|(?:bring|get) me up to (?:speed|date) (?:on|with)|everything (?:about|on)|when did (?:i|we|anyone|anybody) last (?:speak|talk|meet|call|write|hear)(?: (?:with|to|from))?|when was (?:my|our|the) last (?:call|meeting|contact|talk|e-?mail) (?:with|to|from)) (.+?)${END}`,
    'tell me about $1',
  ),
  rule(
    `^who (?:do (?:we|i) (?:know|have)|works?|is there|are our contacts) (?:at|in|inside) (.+?)${END}`,
    'contacts at $1',
  ),
  rule(`^how much is (.+?) worth${END}`, 'what is the amount of $1'),
  rule(
    `^(?:in )?(?:what|which) (stage|status|pipeline|phase) is (.+?)(?: in| at| on)?${END}`,
    'what is the $1 of $2',
  ),
  // What is to be done.
  rule(
    '^(call|phone|ring|meet|visit|e-?mail|write(?: to)?) (?!(?:with|from|to|about|by|at|in|on|this|last|next|logged|of|today|yesterday)\\b)(.+? (?:today|tomorrow|tonight|next \\w+|on \\w+day|at \\d.*|in \\d+ \\w+)(?: .*)?)$',
    'remind me to $1 $2',
  ),
  rule(
    `^remind me ((?:(?:on|in|at|by|this|next|tomorrow|today|tonight)\\b|\\w+day\\b).*?),? (?:to|that|about) (.+)$`,
    'remind me to $2 $1',
  ),
  rule(
    `^(?:who|whom) (?:should|shall|do|must) (?:i|we) (?:call|contact|write to|reach out to|talk to|follow up with|visit)(?: first| next| now| today)?${END}`,
    'what should i do next',
  ),
  rule(
    `^(?:which|what|any|show(?: me)?(?: the| my)?) (?:of )?(?:my |our |the )?deals (?:that )?(?:(?:are|is) )?(?:at risk|in danger|in trouble)${END}`,
    'what needs my attention',
  ),
  rule(
    `^what(?:'s| is| do i have| have i got) (?:still )?on (?:my |the )?(?:plate|list|to-?do(?: list)?|desk)\\b\\s*(?:for )?(.*?)${END}`,
    (_, when = '') => `my open tasks ${when && `due ${when}`}`,
  ),
  rule(
    `^what (?:do|must) i (?:have |need )?(?:to )?(?:do|get done|finish|complete) (?:for )?((?:today|tomorrow|this|next|on|by) ?(?:\\w+)?)${END}`,
    'my open tasks due $1',
  ),
  rule(
    '^(?:follow(?:ing)? up|check in|touch base|get back|reach out|catch up) (?:with|to) (.+)$',
    'remind me to follow up with $1',
  ),
  rule('^(ping|chase) (.+)$', 'remind me to $1 $2'),
  rule('^(?:add|put|set|attach|give)(?: on)? (?:the |an? )?tags? (.+?) (?:to|on) (.+)$', 'tag $2 with $1'),
  rule(
    '^(?:set|make|give me|open|put in)(?: me)?(?: up)? an? (task|to-?do|reminder|follow[- ]?up) ',
    'create a $1 ',
  ),
  rule(
    '^(?:schedule|book|plan|arrange|set up|organi[sz]e) (?:an? |the )?(?:phone )?call with (.+)$',
    'remind me to call $1',
  ),
  rule(
    '^(?:schedule|book|plan|arrange|set up|organi[sz]e) (?:an? |the )?meeting with (.+)$',
    'remind me to meet $1',
  ),
  // What has happened.
  rule(
    "^(?:(?:i|we)(?: have|'ve)? (?:just )?|just )?(spoke|talked|chatted|spoken|called|phoned|rang|met|e-?mailed|wrote)(?: (?:with|to))? (.+?)\\s*(?:,|:| and| but| about| regarding| –| -)\\s+(.+)$",
    (_, verb = '', who = '', what = '') =>
      `log a ${/met/i.test(verb) ? 'meeting' : /mail|wrote/i.test(verb) ? 'email' : 'call'} with ${who}: ${what}`,
  ),
  // Changes.
  rule(
    '^(?:push|shift|postpone|delay|extend|pull)(?: back| out| forward)? (?:the )?((?:expected )?clos\\w* date|due date|deadline) (?:of|for|on) (.+?)(?: back| out| forward)? (?:to|until|till) (.+)$',
    'set the $1 of $2 to $3',
  ),
  rule(
    "^(?:push|shift|postpone|delay|extend|pull|move)(?: back| out| forward)? (.+?)'s ((?:expected )?clos\\w* date|due date|deadline)(?: back| out| forward)? (?:to|until|till) (.+)$",
    'set the $2 of $1 to $3',
  ),
  rule(
    `^(?:bump|raise|increase|lower|drop|reduce|cut|adjust)(?: up| down)? (?:the (?:amount|value) of )?(.+?)(?: up| down)? to (${MONEY})${END}`,
    'set the amount of $1 to $2',
  ),
  rule(`^(.{3,}?) is now (?:worth |at )?(${MONEY})${END}`, 'set the amount of $1 to $2'),
  rule(`^(?:advance|progress) (?!.* to )(.+?)${END}`, 'move $1 to the next stage'),
  rule(
    '^(?:we |i )(?:have |just )*lost (.+) to ((?:an? |the |our )?[^ ].*)$',
    'mark $1 as lost because of $2',
  ),
  rule('^(close|mark|set) (.+?) as (won|lost)\\s*[,;:–-]\\s*(.+)$', '$1 $2 as $3 because of $4'),
  rule(`^convert (.+?) (?:in)?to (?:an? )?(?:deal|opportunity|contact|customer|account)${END}`, 'convert $1'),
  rule(`^qualify (?:the lead )?(.+?)${END}`, 'mark $1 as qualified'),
  rule(`^disqualify (?:the lead )?(.+?)${END}`, 'mark $1 as unqualified'),
  rule(
    '^(mark|set|close|complete|finish|delete|move) (?:the|this|that) (?:task|deal|lead|contact|company)(?= (?:as|to)\\b|[.! ]*$)',
    '$1 it',
  ),
  rule(
    `^(?:create|add|new|open|start|make)(?: an?)?(?: new)? (?:deal|opportunity) (?:for|with|at) ([^,:]+?)(?: worth| over| of| for|,) (${MONEY})(.*)$`,
    'create a deal $1 worth $2$3 at $1',
  ),
  // How we do.
  rule(
    `^(?:what(?:'s| is| was)|show(?: me)?|give me)?\\s*(?:the |our |my )?(?:sales )?forecast(?: for| of| in)?\\b\\s*(.*?)${END}`,
    (_, when = '') => `total amount of open deals ${periodIn(when)?.index === 0 ? `closing ${when}` : when}`,
  ),
  rule(
    `^(?:won (?:vs\\.?|versus|against|and|or|to) lost|wins? (?:vs\\.?|versus|against|and|or) loss(?:es)?)(?: deals)?\\b\\s*(.*?)${END}`,
    'what is our win rate $1',
  ),
  rule(
    `^(?:how is|how(?:'s| does)|what(?:'s| is) in|show(?: me)?|what does)? ?(my|our|the) pipeline(?: (?:look(?:ing|s)?(?: like)?|doing|going))?(?: by stage| per stage)?(?: right now| now| today| currently| at the moment)*${END}`,
    (_, whose = '') => `total amount of ${mine(whose)}open deals by stage`,
  ),
  rule(
    `^(?:how (?:is|was|did|has)) (?!(?:the|our|my|it|we|this|that|business|sales)\\b)([\\p{L}-]+(?: [\\p{L}-]+)?) (?:doing|done|do|been doing|performing|perform(?:ed)?|getting on)\\b\\s*(.*?)${END}`,
    'what did $1 do $2',
  ),
  rule(
    `^(?:(?:what(?:'s| is)|how (?:big|large|high) is|show(?: me)?) )?(?:the )?(?:pipeline(?: value)?|open pipeline) (?:of|for) (.+?)${END}`,
    'total amount of open deals of $1',
  ),
  rule(
    `^(?:what(?:'s| is)|how (?:big|large|high) is|show(?: me)?) ([\\p{L}-]+)['’]s (?:open )?pipeline(?: value)?${END}`,
    'total amount of open deals of $1',
  ),
  rule('^re-?open (?:the )?(.+)$', 'mark $1 as open'),
  rule(`^(?:the |my |our )?pipeline (?:by|per) (\\w+)${END}`, 'total amount of open deals by $1'),
  rule(
    `^(?:how long (?:does it|do we|do i) (?:take|need)(?: us| me)? to (?:win|close)(?: an?| our| my)?(?: deals?)?|(?:what(?:'s| is) )?(?:our|my|the)? ?(?:average |mean |typical |usual )?(?:sales cycle(?: length)?|(?:time|duration|number of days) (?:it takes )?(?:to|until) (?:close|win)(?: an?)?(?: deals?)?))\\b\\s*(.*?)${END}`,
    'average total duration days of won deals $1',
  ),
  rule(
    `^which deals? (?:has |have )?(?:changed|moved|been updated)\\b\\s*(.*?)${END}`,
    (whole = '', when = '') =>
      isPeriod(when)
        ? /^which deals? .*moved/i.test(whole)
          ? `deals moved ${when}`
          : `deals updated ${when}`
        : whole,
  ),
  rule(
    `^(?:which|what|show(?: me)?(?: the| my)?)? ?(?:of my |of our )?(my |our )?(?:open )?deals (?:that )?(?:are |is )?(?:stuck|stalled|not moving|blocked|hanging)${END}`,
    (_, whose = '') => `${mine(whose.trim())}open deals for more than 30 days`,
  ),
  rule(`^how much (?:money )?is (overdue|outstanding|unpaid)${END}`, 'total amount of $1 invoices'),
  rule(
    `^(?:who(?:'s| is| are) )(?:my|our|the) (?:best|biggest|top|largest|most valuable) (?:customers?|clients?|accounts?|companies|company)\\b\\s*(.*?)${END}`,
    'total amount of won deals by company $1',
  ),
  rule(
    `^how much (?:revenue |money |business )?(?:did|has) (\\p{Lu}[\\p{L}-]+(?: \\p{Lu}[\\p{L}-]+)?) (?:close|win|won|sell|sold|closed|lose|lost)\\b\\s*(.*?)${END}`,
    (whole = '', who = '', when = '') =>
      `total amount of ${/ lo(?:se|st)\\b/i.test(whole) ? 'lost' : 'won'} deals of ${who} ${when}`,
  ),
  rule(
    `^(?:what(?:'s| is| was)|show(?: me)?|give me)?\\s*(?:the |our )?(?:total |sum of )?(won|lost|open) (?:amount|revenue|value|volume)(?: of)?\\b\\s*(.*?)${END}`,
    'total amount of $1 deals $2',
  ),
  rule(
    `^(?:what(?:'s| is| was)|show(?: me)?|give me)?\\s*(?:the |our |total )*(?:revenue|turnover)(?= (?:by|per|in|for|from|of q|last|this|since)\\b)\\s*(.*?)${END}`,
    'total amount of won deals $1',
  ),
  rule(
    `^how much (?:revenue |money |business )?(?:did|have|has) (we|i) (close|win|won|sell|sold|book|booked|closed|make|made|bring in|brought in|lose|lost)\\b\\s*(.*?)${END}`,
    (_, who = '', how = '', when = '') =>
      `total amount of ${mine(who)}${/^lo/i.test(how) ? 'lost' : 'won'} deals ${when}`,
  ),
  rule(
    `^what (?:did|have|has) (we|i) (sell|sold|win|won|close|closed|lose|lost)\\b\\s*(.*?)${END}`,
    (_, who = '', how = '', when = '') =>
      `total amount of ${mine(who)}${/^lo/i.test(how) ? 'lost' : 'won'} deals ${when}`,
  ),
  rule(
    `^(?:what(?:'s| is| are)|which(?: ones)? (?:is|are)|anything) (?:closing|expected to close|due to close)\\b\\s*(.*?)${END}`,
    'show open deals closing $1',
  ),
  rule(
    `^how many ((?:\\w+ )?\\w+s) (?:are|were|is) (?:currently |now |still )?(new|open|won|lost|overdue|qualified|unqualified|contacted|converted|paid|unpaid|done|completed)\\b\\s*(.*?)${END}`,
    'how many $2 $1 $3',
  ),
  rule(
    `^how many (?:deals?|opportunities) (?:did|have) (we|i) (win|won|lose|lost|close|closed)\\b\\s*(.*?)${END}`,
    (_, who = '', how = '', when = '') =>
      `how many ${/^i$/i.test(who) ? 'of my ' : ''}${/^lo/i.test(how) ? 'lost' : 'won'} deals ${when}`,
  ),
  rule(
    `^(?:how (?:big|large|full|much) is|what(?:'s| is)(?: the (?:size|value|worth) of)?(?: in)?|show(?: me)?(?: what(?:'s| is) in)?) (my|our|the) pipeline(?: worth| value| right now| now| today| currently| at the moment)*${END}`,
    (_, whose = '') => `total amount of ${mine(whose)}open deals by stage`,
  ),
  rule(
    `^(?:which|what) (?:lead )?(source|owner)s? (?:convert|perform|do|work)\\w* (?:the )?best${END}`,
    'converted leads by $1',
  ),
  rule(
    `^who (?:has |have |did )?(?:win|wins|won|los(?:t|es?)|clos(?:ed|es?)|sold|sells?)(?: the)? (?:most|best)(?: of)?(?: the)?(?: deals?| opportunities| revenue| business| money)?\\b\\s*(.*?)${END}`,
    (whole = '', when = '') =>
      /^who (?:has |have |did )?los/i.test(whole)
        ? `lost deals by owner ${when}`
        : /\bs(?:old|ells?)\b|revenue|business|money/i.test(whole)
          ? `total amount of won deals by owner ${when}`
          : `won deals by owner ${when}`,
  ),
  rule(
    `^(?:who(?:'s| is| are) )?(?:the |our |my )*(?:best|top) (?:\\d+ |two |three |four |five |ten )?(?:sales ?(?:reps?|people|persons?|m[ae]n|wom[ae]n)|sellers?|reps?|performers?|closers?)\\b\\s*(.*?)${END}`,
    'total amount of won deals by owner $1',
  ),
  rule(
    '^what (?:did|have) (we|i) (win|won|lose|lost|sell|sold|closed?)\\b\\s*(?!most\\b)(.*)$',
    (_, who = '', how = '', when = '') => `${mine(who)}${/^los/i.test(how) ? 'lost' : 'won'} deals ${when}`,
  ),
  rule(
    `^(?:(?:are there|do i have|have i got|what are|which|what|any) )+(?:any |my |the )?(?:meetings|appointments)(?: (?:do i have|are there|have i got|do we have))? (today|tomorrow|(?:this|next) \\w+|on \\w+day)${END}`,
    'show my calendar $1',
  ),
  rule(
    `^(?:which|what|who) ?(?:company|companies|customers?|accounts?|clients?)? (?:has |have )?(?:bought|spent|ordered|buys?|spends?|orders?)(?: from us| with us)?(?: the)? most\\b\\s*(.*?)${END}`,
    'total amount of won deals by company $1',
  ),
  rule(
    `^(?:which|what) (source|owner)s? (?:win|bring|sell|close)\\w* (?:us |in )*(?:the )?most(?: deals)?${END}`,
    'won deals by $1',
  ),
  rule(
    `^who (?:have|did) (?:i|we) not (?:talked|spoken|talk|spoken|written|called) ?(?:to|with)? (.*)$|^who (?:haven't|have n't|haven’t) (?:i|we) (?:talked|spoken|written|called) ?(?:to|with)?\\s*(.*)$`,
    (_, one = '', other = '') =>
      `my contacts with no activity in the last ${/(\d+ (?:days?|weeks?|months?)|week|month|quarter|year)/i.exec(one || other)?.[1] ?? '30 days'}`,
  ),
]

/** Turns of phrase within a sentence. */
const WITHIN: readonly Rule[] = [
  // Leads may have a stage of that name.
  rule(
    '\\bnew (deals|opportunities|contacts|companies|customers|tasks|invoices|projects)(?! (?:created|added))(?=[?.! ]*$| )',
    '$1 created',
  ),
  rule(
    '\\b(?:did|have|has) (?:we|you|they|(?:the|our|my) team) (?:log|logged|send|sent|make|made|hold|held|get|got|have|had)\\b',
    '',
  ),
  rule(
    '\\b(?:did|have|has) (?:we|you|they|the team) (?:create|created|add|added|enter|entered)\\b',
    'created',
  ),
  rule(
    '\\bdeals (?:that |which )?(?:have |has |are )?(?:slipped|slipping|behind schedule)\\b',
    'overdue deals',
  ),
  rule(
    '^(?!why\\b)(.*\\S) did (we|i) (win|lose)(?= (?:in|last|this|since|before|after|between) |[?.! ]*$)',
    (_, what = '', who = '', how = '') =>
      `${what} ${/^i$/i.test(who) ? 'of me ' : ''}${/win/i.test(how) ? 'won' : 'lost'}`,
  ),
  rule(
    '^(?!why\\b)(.*\\bdeals?\\b.*?) (?:did|has|have) (?!we\\b|i\\b|they\\b|you\\b|each\\b|every\\b|not\\b|no\\b)([\\p{L}-]+(?: [\\p{L}-]+)?) (win|won|lose|lost)(?= |[?.! ]*$)',
    (_, what = '', who = '', how = '') => `${what} of ${who} ${/win|won/i.test(how) ? 'won' : 'lost'}`,
  ),
  rule(
    '(?<!\\bopen )\\bdeals (?:(?:that |which )?(?:have |has |had |are |is )?(?:gone|going|went) (?:quiet|cold|dark|silent|stale))\\b',
    'open deals with no activity in the last 30 days',
  ),
  rule(
    '\\b(?:that |which |who )?(?:have |has |had |are |is )?(?:gone|going|went) (?:quiet|cold|dark|silent|stale)\\b',
    'with no activity in the last 30 days',
  ),
  rule(
    '(?<!\\b(?:open|won|lost) )\\b(?=deals (?:without|with no|(?:that |which )?(?:have|has) no|having no|lacking|missing|no) (?:an? |any )?(?:planned |defined )?next (?:steps?|actions?)\\b)',
    'open ',
  ),
  rule(
    '\\b(?:without|with no|(?:that |which )?(?:have|has) no|having no|lacking|missing|no) (?:an? |any )?(?:planned |defined )?next (?:steps?|actions?)\\b',
    'without open tasks',
  ),
  // The month is said once, of two of its days.
  rule(
    '\\b(between|from) (the )?([\\w-]+) (and|to|until) (the )?([\\w-]+)( of (?:the )?(?:this|last|next|previous|current) month)\\b',
    '$1 $3$7 $4 $6$7',
  ),
  rule('\\b(?:the )?day after tomorrow\\b', 'in 2 days'),
  rule('\\b(?:the )?day before yesterday\\b', '2 days ago'),
  rule(
    '\\b(?:that |which |who )?(?:nobody|no[- ]?one|none of us) (?:has |have )?(?:yet )?(?:contacted|called|phoned|e-?mailed|written to|spoken (?:to|with)|talked to|worked(?: on)?|touched|followed up(?: with)?)(?: yet)?\\b',
    'without activities',
  ),
  rule(
    "\\b(?:that |which |who )?(?:(?:have|has) (?:not|never)|haven't|hasn't|did not|didn't|never) (?:bought|ordered|purchased|buy|order|purchase)(?: anything| something| from us| again)*(?= (?:since|in|this|last|for)\\b|[?.! ]*$)",
    'without won deals',
  ),
  rule('\\b(?:been |are |is |stayed )*in (?:the|their|its|one) same (?:stage|phase) (?=for\\b)', ''),
  rule(
    '\\b(?:have|has|did) (?:we|i|you|they|the team) not (?:yet )?(?:called|contacted|phoned|e-?mailed|written to|spoken (?:to|with)|talked to|met|call|contact)\\b',
    'not contacted',
  ),
  rule('\\b(?:by|per|for each|for every) (?:customer|client|account)s?\\b', 'by company'),
  rule('\\bnot (?:yet )?been (?=(?:won|lost|converted|contacted|paid|completed|sent)\\b)', 'not '),
  rule('\\b(?:that |which |who )?(?:are |is )?neither won nor lost\\b', 'open'),
  rule(
    '\\b(?:except|excluding|other than|apart from|besides) (?:the |for |those )*(won|lost|open|overdue|new|converted|contacted|qualified|unqualified|paid|completed)(?: ones?| deals| leads)?\\b',
    'not $1',
  ),
  rule('\\b(?:owned by|assigned to|belonging to|handled by) (?:nobody|no[- ]?one)\\b', 'without owner'),
  rule(
    '\\b(?:(?:are|is) there )?(?:in|for|at|from|per) (?:each|every) (stage|owner|source|industry|status|month|quarter|week|year|company|country|city|state|region)\\b',
    'by $1',
  ),
  rule(
    '\\b(?:do|does|did|has|have) (?:each|every) (?:sales ?)?(?:reps?|person|people|seller|salesman|owner|member|user)(?: (?:have|has|own|owns|got|win|won))?\\b',
    'by owner',
  ),
  rule(
    '\\b(?:by|per|for each) (?:sales ?)?(?:reps?|person|seller|salesman|member|user|colleague)\\b',
    'by owner',
  ),
  rule(
    '\\b(?:open )?(?:stale|dormant|neglected|silent) deals\\b',
    'open deals with no activity in the last 30 days',
  ),
  rule('\\b(?:stuck|sitting|parked|stalled) (?=(?:in|at) )', ''),
  rule('\\b(average|avg|mean|typical) (?:deal )?(?:size|value|worth) of\\b', 'average amount of'),
  rule('\\bdeal (?:size|value)(?= of\\b)', 'amount'),
  rule('\\bdeal (?:size|value)\\b', 'amount of deals'),
]

const DETAILS: readonly Rule[] = [
  [new RegExp(`,\\s*(?=${MONEY}(?:,|$|\\s))`, 'gi'), ' worth '],
  [/,\s*(?=(?:closing|due|starting|worth|expected) )/gi, ' '],
]

/** The apostrophe that phones and word processors set, where two words are drawn together; in names it stays. */
const CONTRACTED =
  /(?<=\b(?:what|who|when|where|how|it|that|there|let|i|we|you|they|don|doesn|didn|isn|aren|haven|hasn|won|can|wasn))’(?=(?:s|re|ve|d|ll|t|m)\b)/gi

const apply = (text: string, [pattern, into]: Rule): string =>
  typeof into === 'string' ? text.replace(pattern, into) : text.replace(pattern, into)

/**
 * The sentence in the words of the commands, where people have other words for the same: what is said around it is taken off, the
 * first way of saying that fits is put into the known one, and turns of phrase within it likewise.
 */
export function plainer(said: string): string {
  let text = AROUND.reduce(apply, said.trim().replace(CONTRACTED, "'"))
  const way = WAYS.find(([pattern]) => pattern.test(text))
  if (way) text = apply(text, way)
  text = WITHIN.reduce(apply, text)
  // Talks hang on no lead: its stage tells.
  if (/\bleads?\b/i.test(text)) text = text.replace(/\bwithout activities\b/i, 'stage new')
  if (/^(?:please )?(?:create|add|new|make)\b/i.test(text)) text = DETAILS.reduce(apply, text)
  return text.replace(/\s+/g, ' ').trim()
}
