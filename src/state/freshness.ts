import { sha256Digest } from '../digest.ts'
import type { Release, ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { StateFingerprint } from '../schema/fingerprint.ts'
import type { RecordedRelease } from './recording.ts'

/**
 * Returns the reasons why the recorded states of a release are stale, one sentence each. A reason is a changed, added or removed
 * migration, other sample rows, another set-up script, or another state at the start. Returns no reason if the states are fresh.
 */
export function findStalenessReasons(
  release: Release,
  recorded: RecordedRelease,
  now: { readonly inputs: string; readonly start?: StateFingerprint },
): readonly string[] {
  const files = migrationsInPhasedOrder(release)
  const ids = new Set(files.map((migration) => migration.id))
  const reasons: string[] = []
  for (const migration of files) {
    const known = recorded.migrations.get(migration.id)
    if (!known) reasons.push(`${migration.file} is not recorded`)
    else if (known.checksum !== migration.checksum) reasons.push(`${migration.file} has changed`)
  }
  for (const id of recorded.migrations.keys()) if (!ids.has(id)) reasons.push(`${id} is recorded, but its file is missing`)
  if (recorded.inputs !== now.inputs) reasons.push('the sample rows or the set-up file of the shadow have changed')
  if (now.start !== undefined && recorded.start !== now.start) reasons.push('an earlier release now ends in another state')
  return reasons
}

/** Returns the digest of the inputs of a recording besides the migrations: the sample rows and the set-up script. */
export function digestOfRecordingInputs(chain: ReleaseChain, release: Release): string {
  return sha256Digest(chain.setup?.text ?? '', ...release.rows.flatMap((rows) => [rows.file, rows.text])).slice(0, 32)
}
