import { definePrompt } from '#core/ai/prompt.ts'

export const sentimentPrompt = definePrompt({
  name: 'sentiment',
  version: 1,
  instructions:
    'Judge the mood of source S1 towards us or our offer: score from -1 (bad) to 1 (good), 0 where it has none. Quote the sentences on which you rest it.',
})
