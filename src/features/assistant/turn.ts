import { Refusal } from '#core/errors.ts'
import type { Hands, RecordRef } from './hands.ts'
import type { Part, Proposal } from './parts.ts'
import type { Plan } from './plan.ts'
import { keepProposal } from './proposals.ts'
import { allTools, type Found, inputFor, type Tool } from './tools/index.ts'

type Parts<R> = AsyncGenerator<Part, R>

/** One answer in the making: what its tools are used by, and how the steps are told. */
export class Turn {
  readonly hands: Hands
  readonly conversationId: string
  private steps = 0

  constructor(hands: Hands, conversationId: string) {
    this.hands = hands
    this.conversationId = conversationId
  }

  tool(name: string): Tool {
    const tool = allTools(this.hands.actor.app).find(candidate => candidate.name === name)
    if (!tool) throw new Error(`there is no tool ${name}`)
    return tool
  }

  private stepOf(tool: Tool, input: unknown): Extract<Part, { type: 'tool' }> {
    return { type: 'tool', id: `step-${++this.steps}`, name: tool.name, title: tool.title, input }
  }

  /** Uses a reading tool at once. @throws Refusal as the route answers it */
  async *read(name: string, input: object): Parts<Found> {
    const tool = this.tool(name)
    const step = this.stepOf(tool, input)
    try {
      if (tool.effect !== 'reads') throw new Error(`${name} does not only read`)
      const found = await tool.run(this.hands, inputFor(tool, input))
      yield step
      return found
    } catch (error) {
      if (error instanceof Refusal) yield { ...step, error: error.message }
      throw error
    }
  }

  /**
   * What a writing tool would do, as a proposal that waits for a yes; undefined where all is so already.
   * @throws Refusal as the route answers it
   */
  async *propose(name: string, input: object, title?: string): Parts<Proposal | undefined> {
    const tool = this.tool(name)
    const step = this.stepOf(tool, input)
    try {
      if (tool.effect === 'reads') throw new Error(`${name} does not write`)
      const plan = await tool.plan(this.hands, inputFor(tool, input))
      if (name === 'update_record' && !plan.changes.length) {
        yield step
        return undefined
      }
      const proposal = await this.keep(title ? { ...plan, title } : plan)
      yield step
      yield { type: 'proposal', proposal }
      return proposal
    } catch (error) {
      if (error instanceof Refusal) yield { ...step, error: error.message }
      throw error
    }
  }

  private keep(plan: Plan): Promise<Proposal> {
    const { app, who } = this.hands.actor
    return app.database.inWorkspace(who, tx => keepProposal(tx, this.conversationId, plan))
  }
}

/** The records that an answer speaks of, each once. */
export function recordsIn(parts: readonly Part[]): RecordRef[] {
  const found = new Map<string, RecordRef>()
  const add = (ref: RecordRef | null) => ref && found.set(ref.recordId, ref)
  for (const part of parts) {
    if (part.type === 'records') part.records.forEach(add)
    if (part.type === 'proposal') add(part.proposal.result ?? part.proposal.record)
    if (part.type === 'question') part.question.options.forEach(add)
  }
  return [...found.values()]
}
