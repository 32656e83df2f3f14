import { definePrompt } from '#core/ai/prompt.ts'

export const summaryPrompt = definePrompt({
  name: 'summarize',
  version: 1,
  instructions: `You summarise the history of one record for a colleague who takes it over. The facts hold what happened and what is open; the sources are what was said and noted.
Write \`summary\`: three to six plain sentences: who wants what, what was settled, what stands in the way, where it stands now.
Write \`items\`: for each item of the facts under its own key, the same statement in better words, one sentence. Keep each number as it is. Leave an item out rather than guess. Add no item.
Give \`quotes\` for what the summary rests on.`,
})
