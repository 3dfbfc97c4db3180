import { sha256Digest } from '../digest.ts'
import { canonicalStateText } from './canonical.ts'
import type { SchemaState } from './state.ts'

/**
 * The version of the canonical text of a schema state. A change of the canonical text must raise the version. Otherwise old
 * fingerprints would be wrong instead of stale.
 */
const ALGORITHM = 's1'

/** The fingerprint of a schema state: `s1:` and 32 hex digits of the SHA-256 of its canonical text. */
export type StateFingerprint = string

/** Returns the fingerprint of a schema state. Equal states have equal fingerprints. */
export function fingerprintOfState(state: SchemaState): StateFingerprint {
  return `${ALGORITHM}:${sha256Digest(canonicalStateText(state)).slice(0, 32)}`
}
