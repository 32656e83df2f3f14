// Loaded before everything else in the processes that launch.mjs starts. Node looks into a package's package.json for each
// file that it imports from it, and that of drizzle-orm is 180 kB long: its hundred files cost half a second of every start.
// All of them are ES modules and name each other by path, so the question needs no look.
const { registerHooks } = require('node:module')

const inside = '/node_modules/drizzle-orm/'

registerHooks?.({
  resolve(specifier, context, next) {
    const { parentURL } = context
    if (specifier[0] !== '.' || !parentURL?.includes(inside) || !parentURL.endsWith('.js'))
      return next(specifier, context)
    return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true }
  },
})
