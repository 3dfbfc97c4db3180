import { digest } from '../digest.ts'
import type { Chain, Release } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import type { Fingerprint } from '../schema/fingerprint.ts'
import type { RecordedRelease } from './recording.ts'

/**
 * Why the recorded states of a release are not those of its files: a sentence for each migration that changed, came or
 * went, for other sample rows or set-up, and for another state to start from. Empty when they are fresh.
 */
export function staleness(
  release: Release,
  recorded: RecordedRelease,
  now: { readonly inputs: string; readonly start?: Fingerprint },
): readonly string[] {
  const files = phasedOrder(release)
  const ids = new Set(files.map((migration) => migration.id))
  const reasons: string[] = []
  for (const migration of files) {
    const known = recorded.migrations.get(migration.id)
    if (!known) reasons.push(`${migration.file} is not recorded`)
    else if (known.checksum !== migration.checksum) reasons.push(`${migration.file} has changed`)
  }
  for (const id of recorded.migrations.keys()) if (!ids.has(id)) reasons.push(`${id} is recorded, and its file is gone`)
  if (recorded.inputs !== now.inputs) reasons.push('the sample rows or the set-up of the shadow have changed')
  if (now.start !== undefined && recorded.start !== now.start) reasons.push('an earlier release now ends in another state')
  return reasons
}

/** What a proof depends on besides the migrations. */
export function inputsOf(chain: Chain, release: Release): string {
  return digest(chain.setup?.text ?? '', ...release.rows.flatMap((rows) => [rows.file, rows.text])).slice(0, 32)
}
