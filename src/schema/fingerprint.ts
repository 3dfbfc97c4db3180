import { digest } from '../digest.ts'
import { canonicalText } from './canonical.ts'
import type { State } from './state.ts'

/** Version of the canonical text. After a change of that text, raise it: old fingerprints then become stale instead of wrong. */
const ALGORITHM = 's1'

/** The fingerprint of a state: `s1:` and 32 hex digits of the SHA-256 of its canonical text. */
export type Fingerprint = string

/** The fingerprint of this state. Equal states have equal fingerprints. */
export function fingerprint(state: State): Fingerprint {
  return `${ALGORITHM}:${digest(canonicalText(state)).slice(0, 32)}`
}
