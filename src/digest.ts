import { createHash } from 'node:crypto'

/** SHA-256 of the parts in order, as 64 hex digits; the parts are length-prefixed, so that moving a boundary changes it. */
export function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('hex')
}
