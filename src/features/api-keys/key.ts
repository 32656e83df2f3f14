import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * An API key is `crm_` and, in base64url, its id (16 bytes), its workspace (16) and a secret of 256 random bits.
 * The ids let it be found by its primary key, on one shard where there are many. What is kept is its SHA-256: a slow
 * hash protects what people think up, and nobody can try their way through 2^256.
 */
const MARK = 'crm_'
const UUID_BYTES = 16
const SECRET_BYTES = 32
const BYTES = 2 * UUID_BYTES + SECRET_BYTES
/** What is shown of a key: the time of its making and a random byte, nothing of the secret. */
const SHOWN = MARK.length + 12

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
const uuidOf = (bytes: Buffer) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

export function makeKey(workspaceId: string, id: string): string {
  const bytes = Buffer.concat([bytesOf(id), bytesOf(workspaceId), randomBytes(SECRET_BYTES)])
  return MARK + bytes.toString('base64url')
}

export const isKey = (token: string): boolean => token.startsWith(MARK)

/** Where a key would be found, or undefined where it has not the form of one. */
export function placeOf(key: string): { id: string; workspaceId: string } | undefined {
  const bytes = Buffer.from(key.slice(MARK.length), 'base64url')
  if (bytes.length !== BYTES || MARK + bytes.toString('base64url') !== key) return undefined
  return {
    id: uuidOf(bytes.subarray(0, UUID_BYTES)),
    workspaceId: uuidOf(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)),
  }
}

export const prefixOf = (key: string): string => key.slice(0, SHOWN)

const digest = (key: string): Buffer => createHash('sha256').update(key).digest()
export const hashOfKey = (key: string): string => digest(key).toString('base64url')

export function isHashOf(key: string, hash: string): boolean {
  const kept = Buffer.from(hash, 'base64url')
  const given = digest(key)
  return kept.length === given.length && timingSafeEqual(kept, given)
}
