import { definePrompt } from '#core/ai/prompt.ts'

export const workspaceWinLossPrompt = definePrompt({
  name: 'win-loss-workspace',
  version: 1,
  instructions: `You explain to a sales manager why deals were won and lost in a period. The facts hold what was measured over all closed deals; the sources are examples of what was said.
Write \`summary\`: three to five plain sentences: the win rate and its change, what cost most, what helped most, and the one thing to change first.
Write \`items\`: for each item of the facts under its own key, the same statement in better words, two sentences at most. Keep each number as it is. Leave an item out rather than guess. Add no item.
Give \`quotes\` of examples.`,
})
