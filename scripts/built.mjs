// Builds the web app into dist/web, and the server into dist/server, when what they are made of has changed since.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

const built = join(root, 'dist', 'web')
const stampFile = join(built, '.built-from')
const sources = ['src/web', 'src/core/client', 'src/core/record', 'src/features']
const single = [
  ...['vite.config.ts', 'package-lock.json'],
  ...[
    'src/core/http/aliases.ts',
    'src/core/events/actions.ts',
    'src/core/ai/provider-names.ts',
    'src/core/letters.ts',
    'src/core/time.ts',
  ],
]
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

/** What the web app is built of, as far as it is ours. */
export const webFiles = () => [...sources.flatMap(filesBelow).filter(isSource), ...single].sort()

/** A mark that changes whenever one of these files is written. */
const writtenMark = files => {
  const hash = createHash('sha256')
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** A mark that changes with what these files say: files that were fetched or copied anew need no new build. */
const contentMark = files => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

const stampOf = file => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [])

/**
 * @param runNode runs the pinned Node with arguments and resolves with its exit code
 * @returns 0, or the exit code of the build that failed
 */
export const buildWeb = async runNode => {
  const files = webFiles()
  const written = writtenMark(files)
  const [lastWritten, lastContent] = stampOf(stampFile)
  if (lastWritten === written) return 0
  const content = contentMark(files)
  if (lastContent !== content) {
    rmSync(stampFile, { force: true })
    console.log('Building the web app…')
    const code = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'])
    if (code !== 0) return code
  }
  mkdirSync(built, { recursive: true })
  writeFileSync(stampFile, `${written}\n${content}`)
  return 0
}

const server = join(root, 'dist', 'server')
const serverStamp = join(server, '.built-from')
const isOfServer = file => /\.ts$/.test(file) && !/\.test\.ts$|^src\/web\//.test(file)

/**
 * @param runNode runs the pinned Node with arguments and resolves with its exit code
 * @returns the file to start, relative to the project: the built one, or the source where it cannot be built
 */
export const builtServer = async runNode => {
  const files = [...filesBelow('src').filter(isOfServer), 'package-lock.json', 'scripts/bundle.mjs'].sort()
  const written = writtenMark(files)
  if (stampOf(serverStamp)[0] === written) return 'dist/server/main.mjs'
  rmSync(server, { recursive: true, force: true })
  if ((await runNode(['scripts/bundle.mjs'])) !== 0) return 'src/main.ts'
  writeFileSync(serverStamp, written)
  return 'dist/server/main.mjs'
}
