import { hash } from 'node:crypto'

/** SHA-256 of the parts in order, as 64 hex digits; the parts are length-prefixed, so that moving a boundary changes it. */
export function digest(...parts: readonly string[]): string {
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''))
}
