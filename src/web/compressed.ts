import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const COMPRESSED = /\.(js|css|svg|html)$/
/** Below this a packet is a packet. */
const LEAST_BYTES = 1000
/** The last two steps take three times as long for a hundredth. */
const BROTLI_QUALITY = 9

/** Lays each built file down compressed as well, so that the server has nothing to compress while somebody waits. */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }) {
      for (const name of readdirSync(dir!, { recursive: true, encoding: 'utf8' })) {
        if (!COMPRESSED.test(name)) continue
        const path = join(dir!, name)
        const bytes = readFileSync(path)
        if (bytes.length < LEAST_BYTES) continue
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
        const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
      }
    },
  }
}
