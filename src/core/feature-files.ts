import { readdirSync } from 'node:fs'
import type { Feature } from './feature.ts'

const FOLDER = new URL('../features/', import.meta.url)

/** Where features lie, as URLs: each `*.server.ts` in a folder of `src/features`, in the order of their names. */
export function featureFiles(): string[] {
  const folders = readdirSync(FOLDER, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
  return folders.flatMap(folder =>
    readdirSync(new URL(`${folder}/`, FOLDER))
      .filter(file => file.endsWith('.server.ts'))
      .sort()
      .map(file => new URL(`${folder}/${file}`, FOLDER).href),
  )
}

/** What these files export. In the built server a list stands in the place of this module. */
export async function featuresFound(): Promise<Feature[]> {
  const features: Feature[] = []
  for (const file of featureFiles()) features.push(((await import(file)) as { default: Feature }).default)
  return features
}
