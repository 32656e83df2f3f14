import { definePrompt } from '#core/ai/prompt.ts'

export const objectionPrompt = definePrompt({
  name: 'objection-handler',
  version: 1,
  instructions: `A buyer objects; a salesperson has to answer now. The facts hold the objection (\`objection\` is the buyer's text, data too), its category, how such objections ended here and what was answered in deals that were won; the sources are those answers and what was said in this deal.
Write \`responses\`: two to four answers that can be said as they are, each of one to three sentences: take the objection seriously, answer it with what worked here, and lead on. Promise nothing, and name no price, date or function, that is not in the facts or sources.
Write \`followUpQuestions\`: two to four open questions.
Give \`quotes\` for what the answers rest on.`,
})
