/** Everything that is said besides objections. `tone` is how the sentences feel, from −1 to 1. */
export interface Talk {
  tone: number
  subjects: readonly string[]
  lines: readonly string[]
}

/** Buyers' own words, without a final stop, like the objections. */
export const BUYER_TALK = {
  enquiry: {
    tone: 0.2,
    subjects: [
      'Enquiry about {noun}',
      'Request for an offer',
      '{qty} × {product}',
      'Question on the {product}',
      'Hardware for the {team}',
    ],
    lines: [
      'we need about {qty} {noun} for the {team}',
      'could you make us an offer for {qty} units of the {product}?',
      'we want to replace the old devices in {city}',
      'a colleague recommended your {noun} to me',
      'our {team} loses too much time with broken devices',
      'we are looking for {noun} that survive a fall from two metres',
      'I saw the {product} and would like to know more',
      'we are equipping {sites} sites and start with one',
    ],
  },
  warm: {
    tone: 0.6,
    subjects: [
      'Good news from the test',
      'Next steps',
      'Loan units',
      'Feedback from the {team}',
      'Thank you',
      'Ready to go on',
    ],
    lines: [
      'the {team} tried the {product} for a week and does not want to give it back',
      'the test went well, only {weeks} misreads in a thousand scans',
      '{colleague} liked the numbers and supports this',
      'we would like to see the final offer',
      'I can confirm that the budget is reserved',
      'your technician was a great help on site',
      'thanks for the quick reply, that answers what we asked',
      'we want to have the first devices before {month}',
      'the business case you sent convinced the people here',
      'let us fix the details this week',
      'I have put you on the agenda with {colleague}',
    ],
  },
  neutral: {
    tone: 0.1,
    subjects: ['Short question', 'Delivery times', 'Data sheet', 'Availability', 'Accessories', 'Details'],
    lines: [
      'could you send me the data sheet of the {product} in English?',
      'how long does delivery of {qty} units take at the moment?',
      'which chargers would we need for {sites} sites?',
      'I am collecting the figures and come back to you',
      'please add {colleague} to the thread',
      'could we have the same devices with a hand strap?',
      'what does the service level look like on weekends?',
      'I need the serial numbers of the loan units for our insurance',
      'we are still going through your documents',
    ],
  },
  slip: {
    tone: -0.3,
    subjects: ['New date', 'We need more time', 'Postponed', 'Decision moves', 'Not this month'],
    lines: [
      'the decision moves back by {weeks} weeks',
      'our meeting was cancelled, so this slips to {month}',
      'we need a few more weeks before we can say anything',
      'I have to ask you to move the date once more',
      '{colleague} is away, so the sign-off will come later than planned',
      'the order will not go out this month after all',
    ],
  },
} satisfies Record<string, Talk>

/** What the rep writes. */
export const REP_TALK = {
  pitch: {
    tone: 0.1,
    subjects: [
      'Hardware for your {team}',
      '{product} at {company}',
      'An idea for {city}',
      'Fewer broken devices',
      'Introduction',
    ],
    lines: [
      'I work with firms like {company} that lose time to broken devices in the {team}.',
      'Our {noun} are in use at several firms near {city}, and I thought of you.',
      'You may be replacing devices this year; our {product} would fit a {team}.',
      'Would a loan unit of the {product} be of interest to your {team}?',
      'We met briefly at the fair and you asked about {noun}.',
    ],
  },
  quote: {
    tone: 0.2,
    subjects: [
      'Offer: {qty} × {product}',
      'Our quote',
      'Quote for {company}',
      'Figures as promised',
      'Revised offer',
    ],
    lines: [
      'Attached is our offer for {qty} × {product}, {money} in all.',
      'As promised, the quote for {qty} {noun} with delivery to {city}.',
      'The offer covers {qty} units, chargers and one spare battery each.',
      'I have put two options into the quote, with and without on-site service.',
    ],
  },
  chase: {
    tone: -0.2,
    subjects: [
      'Any news?',
      'Following up',
      'Did my mail reach you?',
      'Still on your desk?',
      'Checking in',
      'Our offer',
    ],
    lines: [
      'I have not heard from you since I sent the documents.',
      'Just trying again, as my last two messages went unanswered.',
      'Is the project still alive on your side?',
      'I left a voice message on {day} and did not want to lose touch.',
      'Should I ask {yours} instead?',
      'If the plans have changed, a one-line reply would help me.',
      'I am about to release the reserved stock unless you still want it.',
    ],
  },
  checkin: {
    tone: 0.15,
    subjects: [
      'Summary of our talk',
      'Documents',
      'As agreed',
      'Loan units on the way',
      'Next week',
      'Recap',
    ],
    lines: [
      'Thank you for the good talk; here is what we agreed.',
      'The loan units left our warehouse today and should arrive on {day}.',
      'I added the integration guide and the drop test report.',
      'The technician is booked for {day}, as you asked.',
      'Here is the list of open points; most of them are with us.',
      'I have shared the rollout plan for the {sites} sites.',
    ],
  },
} satisfies Record<string, Talk>

/** The rep's log of calls and meetings. */
export const LOG_TALK = {
  discovery: {
    tone: 0.2,
    subjects: ['Discovery call', 'Needs of the {team}', 'First call', 'Requirements', 'Call about {noun}'],
    lines: [
      'They run {sites} sites and lose about {weeks} devices a month.',
      'The {team} works in two shifts, so batteries matter most.',
      'Current devices are seven years old and out of support.',
      'They need {qty} {noun}, maybe more if the first site works.',
      '{theirs} decides together with purchasing.',
      'Main pain: scanning errors in the {team}, about {pct} of all lines.',
      'They want it to work with their warehouse software from day one.',
      'Integration is the big topic; {theirs} will join next time.',
    ],
  },
  demo: {
    tone: 0.4,
    subjects: [
      'Demo of the {product}',
      'Site visit in {city}',
      'Demo with the {team}',
      'Workshop',
      'Pilot review',
    ],
    lines: [
      'Showed the {product} in their own aisles; reading was fast.',
      'Dropped one from the forklift on purpose, it kept working.',
      'The shift leaders liked the weight and asked for a second colour.',
      'We went through the rollout plan for {sites} sites.',
      'Connected a test unit to their system within the hour.',
      '{theirs} joined for the second half and asked sensible questions.',
      'They took {weeks} loan units for a test.',
    ],
  },
  voicemail: {
    tone: -0.2,
    subjects: ['No answer', 'Voicemail', 'Tried to reach {first}', 'Call without reply'],
    lines: [
      'No answer, left a message.',
      'Got the assistant, who promised a call back.',
      'Rang out twice this week.',
      'Number forwards to reception; they took a note.',
      'Short pick-up, {first} was on the way to a meeting and hung up.',
    ],
  },
  coldcall: {
    tone: 0.05,
    subjects: ['First contact', 'Cold call', 'Intro call', 'Call after the fair'],
    lines: [
      '{first} knew us only by name but listened.',
      'They have {qty} older devices in the {team}.',
      'Gave me {weeks} minutes between two meetings.',
      'Agreed to look at the {product} data sheet.',
      'Replacement is on the list for this year.',
    ],
  },
} satisfies Record<string, Talk>
