import { definePrompt } from '#core/ai/prompt.ts'

export const draftPrompt = definePrompt({
  name: 'email-draft',
  version: 1,
  instructions: `You write a mail for a salesperson to a customer. The facts hold the purpose, the tone, who writes to whom and a first draft; the sources are what was said between them, and notes that the customer must not see.
Write \`subject\` and \`body\` in plain text: short, in the tone given, about one thing, with one question at the end. Take up what the customer said last. Promise nothing and name no price, date, function or other customer that is not in the facts or in what was said to this customer. What only the sender can know stands in [brackets]. No links.
Give \`quotes\` for what the mail takes up.`,
})
