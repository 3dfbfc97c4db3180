import { digest } from '../digest.ts'
import { canonicalText } from './canonical.ts'
import type { State } from './state.ts'

/** Version of the canonical text. A change to it makes every recorded fingerprint stale, never silently different. */
const ALGORITHM = 's1'

/** A state's name: `s1:` and 32 hex digits of the SHA-256 of its canonical text. */
export type Fingerprint = string

export function fingerprint(state: State): Fingerprint {
  return `${ALGORITHM}:${digest(canonicalText(state)).slice(0, 32)}`
}
