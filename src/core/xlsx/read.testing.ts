import { text } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
const unescaped = (xml: string) =>
  xml
    .replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name]!)
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

export type ReadCell = { value: string | number | boolean | null; style: number }

/** The parts of a package by their path. */
export async function partsOf(bytes: Buffer): Promise<Record<string, string>> {
  const zip = await fromBufferPromise(bytes)
  const parts: Record<string, string> = {}
  for await (const entry of zip.eachEntry())
    parts[entry.fileName] = await text(await zip.openReadStreamPromise(entry))
  return parts
}

/** The cells of a sheet that our own writer made. */
export function cellsOf(xml: string): ReadCell[][] {
  return [...xml.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row]) =>
    [...row!.matchAll(/<c(?: t="(\w+)")?(?: s="(\d+)")?(?:\/>|>(.*?)<\/c>)/gs)].map(
      ([, type, style, inner]) => ({
        style: Number(style ?? 0),
        value: readValue(type, inner),
      }),
    ),
  )
}

function readValue(type: string | undefined, inner: string | undefined): ReadCell['value'] {
  if (inner === undefined) return null
  if (type === 'inlineStr') return unescaped(/<t xml:space="preserve">(.*)<\/t>/s.exec(inner)![1]!)
  const number = Number(/<v>(.*)<\/v>/.exec(inner)![1])
  return type === 'b' ? number === 1 : number
}
