// Builds the web app into dist/web when what it is made of has changed since it was last built.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

const built = join(root, 'dist', 'web')
const stampFile = join(built, '.built-from')
const sources = ['src/web', 'src/core/client', 'src/core/record', 'src/features']
const single = ['vite.config.ts', 'package-lock.json', 'src/core/http/aliases.ts']
const isSource = file =>
  /^src\/features\//.test(file)
    ? /\.(tsx?|css)$/.test(file) && !/\.(server|table|test|testing)\.tsx?$/.test(file)
    : !/\.test\.ts$/.test(file)

const filesBelow = folder =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )

/** A mark that changes with any file that the build reads. */
const mark = () => {
  const hash = createHash('sha256')
  const files = [...sources.flatMap(filesBelow).filter(isSource), ...single].sort()
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/**
 * @param runNode runs the pinned Node with arguments and resolves with its exit code
 * @returns 0, or the exit code of the build that failed
 */
export const buildWeb = async runNode => {
  const wanted = mark()
  if (
    existsSync(join(built, 'index.html')) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === wanted
  )
    return 0
  console.log('Building the web app…')
  const code = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'])
  if (code === 0) {
    mkdirSync(built, { recursive: true })
    writeFileSync(stampFile, wanted)
  }
  return code
}
