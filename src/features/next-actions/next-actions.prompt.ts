import { definePrompt } from '#core/ai/prompt.ts'

export const nextActionsPrompt = definePrompt({
  name: 'next-actions',
  version: 1,
  instructions: `You plan a salesperson's day. The facts hold what to do next, ranked, each with its reason; the sources are what was said in those deals.
Write \`summary\`: one to three plain sentences: where to begin and why.
Write \`items\`: for each item of the facts under its own key, its reason in better words, one sentence. Keep each number as it is. Leave an item out rather than guess. Add no item.
Give \`quotes\` for what the summary rests on.`,
})
