import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16

/** A key of 256 bits for one purpose, from the signing secret (HKDF with SHA-256, RFC 5869). */
const keyFor = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `ascendore ${purpose}`, 32))

/**
 * Encrypts a text for keeping (AES-256-GCM, NIST SP 800-38D). `bound` says what it belongs to: it opens
 * only with the same words, so a sealed text cannot be moved to another row.
 */
export function seal(secret: string, bound: string, text: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyFor(secret, 'sealing'), iv).setAAD(Buffer.from(bound))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** Opens what `seal` made. @throws Error where the secret or what it belongs to is another, or it was altered */
export function unseal(secret: string, bound: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyFor(secret, 'sealing'), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(bound))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
}

/** A mark of 256 bits that only this server can make for the words. */
export const markOf = (secret: string, purpose: string, words: string): Buffer =>
  createHmac('sha256', keyFor(secret, purpose)).update(words).digest()

/** What is kept of a token of 256 random bits; it needs no slow hash, since nobody can guess it. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')
