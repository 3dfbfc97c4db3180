import { digest } from '../digest.ts'
import { canonicalText } from './canonical.ts'
import type { State } from './state.ts'

/**
 * The version of the canonical text. It must be raised after a change of that text, so that old fingerprints become stale instead of
 * wrong.
 */
const ALGORITHM = 's1'

/** The fingerprint of a schema state: `s1:` and 32 hex digits of the SHA-256 of its canonical text. */
export type Fingerprint = string

/** Computes the fingerprint of a schema state. Equal states have equal fingerprints. */
export function fingerprint(state: State): Fingerprint {
  return `${ALGORITHM}:${digest(canonicalText(state)).slice(0, 32)}`
}
