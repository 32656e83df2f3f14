// Writes the server into dist/server as a few files: a start that reads a thousand modules spends a third of its time on
// finding, linking and entering them. `built.mjs` says when; what is run without it (tests, `node src/main.ts`) reads the sources.
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { featureFiles } from '../src/core/feature-files.ts'
import { root } from './install.mjs'

const entry = join(root, 'src', 'main.ts')
const finder = join(root, 'src', 'core', 'feature-files.ts')
const output = join(root, 'dist', 'server')

/** Packages of many small modules that look for no files of their own. All others are loaded from where they are installed. */
const bundled = ['zod', 'drizzle-orm']
const isPackage = id => !/^[./#\0]|^node:/.test(id)
const packageOf = id => id.split('/', id.startsWith('@') ? 2 : 1).join('/')

/** All features by name, where `feature-files.ts` looks for them on the disk. */
const featureList = () => {
  const files = featureFiles().map(file => fileURLToPath(file))
  return [
    ...files.map((file, i) => `import feature${i} from ${JSON.stringify(file)}`),
    `export const featuresFound = async () => [${files.map((_, i) => `feature${i}`).join(', ')}]`,
  ].join('\n')
}

const ownSources = {
  name: 'own-sources',
  resolveId: id => (isPackage(id) && !bundled.includes(packageOf(id)) ? { id, external: true } : undefined),
  load: id => (id === finder ? featureList() : undefined),
  // Threads and files beside a module stay where they are.
  transform(code, id) {
    if (!code.includes('import.meta.') || id.includes('node_modules')) return undefined
    const from = JSON.stringify(relative(output, id).replaceAll('\\', '/'))
    return { code: code.replaceAll('import.meta.url', `new URL(${from}, import.meta.url).href`) }
  },
}

const bundle = await rolldown({
  input: { main: entry },
  cwd: root,
  platform: 'node',
  external: /^node:/,
  plugins: [ownSources],
  treeshake: { moduleSideEffects: true },
})
await bundle.write({
  dir: output,
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
})
await bundle.close()
