import { invalid, issuesOf } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import type { Hands } from '../hands.ts'
import { readingTools } from './reading.ts'
import type { Tool } from './tool.ts'
import { writingTools } from './writing.ts'

export type { Found, Tool } from './tool.ts'

const byApp = new WeakMap<App, Tool[]>()

/** Every tool, made from the contracts of all record types and the routes that there are. */
export function allTools(app: App): Tool[] {
  let tools = byApp.get(app)
  if (!tools) {
    tools = [...readingTools(), ...writingTools(app.operations)]
    byApp.set(app, tools)
  }
  return tools
}

/** Those of which role and scopes leave something to the caller. */
export const toolsFor = (hands: Hands): Tool[] => allTools(hands.actor.app).filter(tool => tool.isFor(hands))

/** The tool's input, checked. @throws Refusal 400 naming the field */
export function inputFor(tool: Pick<Tool, 'input'>, given: unknown): never {
  const read = tool.input.safeParse(given ?? {})
  if (!read.success) throw invalid(issuesOf(read.error).slice(0, 20))
  return read.data as never
}
