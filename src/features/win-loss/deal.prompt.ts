import { definePrompt } from '#core/ai/prompt.ts'

export const dealWinLossPrompt = definePrompt({
  name: 'win-loss-deal',
  version: 1,
  instructions: `You explain why one deal was won or lost. The facts hold its factors with weight and sign and what closed deals show of each; the sources are what was said, and notes written after closing.
Write \`summary\`: two to four plain sentences: what decided it, what nearly changed it. Blame nobody.
Write \`items\`: for each item of the facts under its own key, the same statement in better words, two sentences at most. Keep each number as it is. Leave an item out rather than guess. Add no item.
Give \`quotes\` for what the summary rests on.`,
})
