import { inLanguage } from '#core/ai/language.ts'
import type { ObjectionCategory } from '#features/deal-signals/categories.ts'
import { GERMAN } from './playbook-german.ts'

export type Playbook = Record<
  ObjectionCategory,
  { responses: readonly string[]; questions: readonly string[] }
>

/**
 * What may be said where the workspace's own won deals teach nothing yet: acknowledge, ask, answer. General, and answers say so.
 */
const ENGLISH: Playbook = {
  price: {
    responses: [
      'I understand that the price has to be defended. Let us set it against what the problem costs you in a year, with your own numbers.',
      'If the whole is too much at once, we can begin with the part that pays back soonest and decide on the rest by its results.',
    ],
    questions: [
      'What do you compare the price with?',
      'What does the problem cost you today, in a month?',
      'Is it the amount, or when it falls due?',
      'Who else has to agree to the budget, and what do they look at?',
    ],
  },
  timing: {
    responses: [
      'That makes sense. Which step could go ahead now without touching your people, so that you lose nothing when the time comes?',
      'Let us fix the date on which it fits, and work back from there to what has to be decided when.',
    ],
    questions: [
      'What would have to be over before you can start?',
      'What happens if it stays as it is until then?',
      'Is there a date by which it must work?',
    ],
  },
  authority: {
    responses: [
      'Thank you for saying so. May I prepare a page for those who decide, with what they will ask, and go through it with you first?',
      'Would it help if we presented it together? You know what matters to them, I know the details.',
    ],
    questions: [
      'Who else will have a say, and what matters to each of them?',
      'How were decisions of that kind made the last time?',
      'What would you need to recommend it?',
    ],
  },
  need: {
    responses: [
      'If nothing bothers you, you should not buy. May I ask how much time goes into it in a week? Others in your place were surprised.',
      'Let us try it with one team for two weeks. If it changes nothing, you have lost nothing.',
    ],
    questions: [
      'What would have to be different for it to be worth it?',
      'How do you do it today, and what goes wrong with it?',
      'Who notices first when it goes wrong?',
    ],
  },
  trust: {
    responses: [
      'You should not take my word for it. I can put you in touch with a customer of your size who had the same doubt.',
      'Let us write down what we promise, and what you get if we do not keep it.',
    ],
    questions: [
      'What would convince you: a reference, a test, a guarantee?',
      'What went wrong with the supplier before?',
      'Who on your side has doubts, and about what?',
    ],
  },
  competitor: {
    responses: [
      'It is right to compare. Shall we write down together what has to be true in a year, and hold both of us against it?',
      'They are good at what they do. Where customers chose us, it was for one difference; let me show you whether it matters to you.',
    ],
    questions: [
      'What do you like about their offer?',
      'What would make you choose one over the other?',
      'By when do you decide, and who compares?',
    ],
  },
  product: {
    responses: [
      'Thank you for being exact. Let me find out today whether it can be done otherwise, and when it comes; what would you need it for?',
      'May we test that very case with you? Then we both know, instead of arguing about a data sheet.',
    ],
    questions: [
      'In which situation do you need it, and how often?',
      'How do you solve it today?',
      'Is it a must, or would it be good to have?',
    ],
  },
  contract: {
    responses: [
      'Let us bring our lawyers together with yours on that one clause; the rest seems to be agreed.',
      'Which risk do you want covered? There is often more than one wording that does it.',
    ],
    questions: [
      'Which clause is it, and what worries you about it?',
      'What have you signed with others in its place?',
      'Who has to approve the contract, and how long does it take?',
    ],
  },
}

export const playbookOf = (category: ObjectionCategory) => inLanguage(ENGLISH, GERMAN)[category]
