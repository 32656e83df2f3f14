import { definePrompt } from '#core/ai/prompt.ts'

export const personaPrompt = definePrompt({
  name: 'persona-builder',
  version: 1,
  instructions: `You describe one contact to the salesperson who deals with them, from what the contact wrote and said. The facts hold what was counted; the sources are the texts.
Write \`title\`: a short name for the kind of buyer, up to eight words. Write \`summary\`: two to four sentences on how they decide and what matters to them. Write \`approach\`: three to five short sentences on how to go about it.
Describe behaviour in business alone: nothing of health, belief, origin, politics, family or character beyond it.
Give \`quotes\` for what the summary rests on.`,
})
