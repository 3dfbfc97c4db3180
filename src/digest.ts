import { hash } from 'node:crypto'

/**
 * Returns the SHA-256 of the parts as 64 hexadecimal digits. The digest depends on the order and the length of the parts, so two
 * different splits of one text have different digests.
 */
export function sha256Digest(...parts: readonly string[]): string {
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''))
}
