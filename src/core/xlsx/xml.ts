import { SaxesParser } from 'saxes'
import { damaged } from './fault.ts'

/** The start or the end of an element; its name and its attributes' names are without prefixes. */
export type Piece = {
  name: string
  attributes: Record<string, string | undefined>
  isEnd: boolean
  text: string
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/**
 * Reads XML as the starts and ends of its elements, one chunk at a time. The end of an element brings the text that stood
 * right before it. Entities of a document's own are never expanded. @throws WorkbookError where it is no XML
 */
export async function* elements(source: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  const decoder = new TextDecoder('utf-8')
  const parser = new SaxesParser({ position: false })
  let pieces: Piece[] = []
  let text = ''
  parser.on('text', more => {
    text += more
  })
  parser.on('cdata', more => {
    text += more
  })
  parser.on('opentag', ({ name, attributes }) => {
    text = ''
    const own: Record<string, string> = {}
    for (const key in attributes) own[local(key)] = attributes[key] as string
    pieces.push({ name: local(name), attributes: own, isEnd: false, text: '' })
  })
  parser.on('closetag', ({ name }) => {
    pieces.push({ name: local(name), attributes: {}, isEnd: true, text })
    text = ''
  })
  try {
    for await (const chunk of source) {
      parser.write(decoder.decode(chunk, { stream: true }))
      yield* pieces
      pieces = []
    }
    // A text that ends within an element was cut off.
    parser.write(decoder.decode()).close()
  } catch (error) {
    throw damaged(error)
  }
  yield* pieces
}
