import { definePrompt } from '#core/ai/prompt.ts'

export const insightsPrompt = definePrompt({
  name: 'insights',
  version: 1,
  instructions: `You tell a salesperson what is worth knowing in a record's notes and talks, or in the workspace's figures. The facts hold what was found; the sources are the texts.
Write \`summary\`: one to three plain sentences: what matters most in it.
Write \`items\`: for each item of the facts under its own key, the same finding in better words, one sentence. Keep each number as it is. Leave an item out rather than guess. Add no item.
Give \`quotes\` for what the summary rests on.`,
})
