/** A generator of pseudo-random numbers. The same seed gives the same numbers. */
export interface RandomNumberGenerator {
  /** Returns a whole number from 0 to `limit` - 1. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T | undefined
}

/**
 * Returns the generator mulberry32, whose seed is the FNV-1a hash of the text. The generator returns the same numbers on every
 * machine.
 */
export function makeSeededRandomNumberGenerator(seed: string): RandomNumberGenerator {
  let state = hashOf(seed)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, pick: (items) => items[below(items.length)] }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
