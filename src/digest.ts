import { hash } from 'node:crypto'

/**
 * SHA-256 of the parts in order, as 64 hex digits. The length of each part is included, so the same text split elsewhere gives another
 * digest.
 */
export function sha256Digest(...parts: readonly string[]): string {
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''))
}
