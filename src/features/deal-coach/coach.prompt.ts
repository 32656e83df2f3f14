import { definePrompt } from '#core/ai/prompt.ts'

export const coachPrompt = definePrompt({
  name: 'deal-coach',
  version: 1,
  instructions: `You coach a salesperson on one deal. The facts hold the deal's health, its chance, its risks and what is recommended, all computed from records; the sources are what was said.
Write \`summary\`: two to four plain sentences on how the deal stands, what decides it and what to do first. Name people and objections as the sources do.
Write \`items\`: for each item of the facts under its own key, the same statement in better words, two sentences at most. Keep each number as it is. Leave an item out rather than guess. Add no item.
Give \`quotes\` for what the summary rests on.`,
})
