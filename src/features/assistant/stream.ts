import { Readable } from 'node:stream'
import type { Part } from './parts.ts'

/**
 * The wire format of a streamed answer: server-sent events in the UI message stream of the Vercel AI SDK, version 1
 * (https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol), which its `useChat` and many other clients read. Ours beside its own:
 * `data-conversation`, `data-proposal`, `data-records`, `data-question`, `data-warning`.
 */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-vercel-ai-ui-message-stream': 'v1',
}

type Chunk = { type: string; [key: string]: unknown }

export const eventOf = (chunk: Chunk): string => `data: ${JSON.stringify(chunk)}\n\n`
export const DONE = 'data: [DONE]\n\n'

/** The chunks of a part. Texts that follow each other are one block, which the next other part ends. */
export class Chunks {
  private block = 0
  private isOpen = false

  of(part: Part): Chunk[] {
    if (part.type === 'text') {
      if (!part.text) return []
      const opening: Chunk[] = this.isOpen ? [] : [{ type: 'text-start', id: `text-${++this.block}` }]
      this.isOpen = true
      return [...opening, { type: 'text-delta', id: `text-${this.block}`, delta: part.text }]
    }
    return [...this.end(), ...beside(part)]
  }

  /** Ends an open block of text. */
  end(): Chunk[] {
    if (!this.isOpen) return []
    this.isOpen = false
    return [{ type: 'text-end', id: `text-${this.block}` }]
  }
}

function beside(part: Exclude<Part, { type: 'text' }>): Chunk[] {
  switch (part.type) {
    case 'tool': {
      const { id: toolCallId, name: toolName, title, input, error } = part
      return [
        { type: 'tool-input-available', toolCallId, toolName, title, input },
        error === undefined
          ? { type: 'tool-output-available', toolCallId, output: { ok: true } }
          : { type: 'tool-output-error', toolCallId, errorText: error },
      ]
    }
    case 'proposal':
      return [{ type: 'data-proposal', id: part.proposal.id, data: part.proposal }]
    case 'records':
      return [{ type: 'data-records', data: part.records }]
    case 'question':
      return [
        { type: 'data-question', data: { called: part.question.called, options: part.question.options } },
      ]
    case 'warning':
      return [{ type: 'data-warning', data: { code: part.code, message: part.message } }]
  }
}

/**
 * A stream of what the generator yields. A reader that goes away is told at once by `onGone`, also while the generator waits:
 * `Readable.from` would wait for it first.
 */
export function streamOf(pieces: AsyncGenerator<string>, onGone: () => void): Readable {
  let isOver = false
  return new Readable({
    read() {
      pieces.next().then(
        ({ done, value }) => {
          isOver ||= done === true
          this.push(done ? null : value)
        },
        error => this.destroy(error as Error),
      )
    },
    destroy(error, done) {
      if (!isOver) onGone()
      pieces.return(undefined).catch(() => {})
      done(error)
    },
  })
}
