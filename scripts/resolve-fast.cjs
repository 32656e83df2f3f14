// Loaded before everything else in the processes that launch.mjs starts. For each file that is imported Node looks for the
// nearest package.json (that of drizzle-orm is 180 kB long), asks the disk whether the file is there and where it truly lies:
// with a thousand files that was a third of every start. What follows from what is known already needs no look.
const { readFileSync, realpathSync } = require('node:fs')
const { registerHooks } = require('node:module')
const { dirname, join } = require('node:path')
const { pathToFileURL } = require('node:url')

const root = dirname(__dirname)
const rootUrl = pathToFileURL(join(realpathSync(root), '/')).href
const inPackages = '/node_modules/'

/** Our own names: `#core/` and its like, each the URL of a folder. */
const folders = new Map(
  Object.entries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).imports).map(
    ([name, target]) => [
      name.slice(0, name.indexOf('*')),
      new URL(target.slice(0, target.indexOf('*')), rootUrl).href,
    ],
  ),
)
/** Packages by name, as our own files see them. */
const packages = new Map()
/** How the `.js` files of a package's folder are read. */
const formats = new Map()
const folderOf = url => url.slice(0, url.lastIndexOf('/') + 1)

const own = (specifier, parentURL) => {
  if (!specifier.endsWith('.ts')) return undefined
  if (specifier[0] === '.') return new URL(specifier, parentURL).href
  const name = specifier.slice(0, specifier.indexOf('/') + 1)
  return folders.has(name) ? folders.get(name) + specifier.slice(name.length) : undefined
}

registerHooks?.({
  resolve(specifier, context, next) {
    const { parentURL, conditions } = context
    if (!parentURL?.startsWith('file:') || !conditions.includes('import')) return next(specifier, context)
    if (parentURL.startsWith(rootUrl) && !parentURL.includes(inPackages)) {
      const url = own(specifier, parentURL)
      if (url) return { url, format: 'module-typescript', shortCircuit: true }
      if (specifier[0] === '.' || specifier.startsWith('node:')) return next(specifier, context)
      if (!packages.has(specifier)) packages.set(specifier, next(specifier, context))
      return { ...packages.get(specifier), shortCircuit: true }
    }
    if (specifier[0] !== '.' || !specifier.endsWith('.js')) return next(specifier, context)
    const url = new URL(specifier, parentURL).href
    const folder = folderOf(url)
    if (!formats.has(folder)) {
      const resolved = next(specifier, context)
      if (resolved.url === url) formats.set(folder, resolved.format)
      return resolved
    }
    return { url, format: formats.get(folder), shortCircuit: true }
  },
})
