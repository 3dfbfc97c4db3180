import { sha256Digest } from '../digest.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { RecordedRelease } from './recording.ts'

/** The rows that a chain of releases creates in an empty database, without sample rows. */
export interface RowsOfChain {
  /** The digest of the chain of releases whose execution created the rows. */
  readonly of: string
  /** The tables with rows, sorted by name. */
  readonly tables: readonly RowsOfChainTable[]
}

/** The rows that a chain of releases creates in one table. */
export interface RowsOfChainTable {
  readonly table: string
  readonly count: number
  /** The columns and their values as text. The field is absent if the recording does not contain the rows. */
  readonly kept?: { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
}

/**
 * Returns the digest of the inputs that determine which rows a chain creates in an empty database. The inputs are the set-up
 * script, and the ids and checksums of all migrations.
 */
export function digestOfRowInputsOfChain(chain: ReleaseChain): string {
  const made = chain.releases.flatMap(migrationsInPhasedOrder).flatMap((migration) => [migration.id, migration.checksum])
  return sha256Digest(chain.setup?.text ?? '', ...made).slice(0, 32)
}

/** Returns true if a migration of the recorded releases wrote rows when it was recorded. */
export function didReleasesWriteRows(recorded: Iterable<RecordedRelease>): boolean {
  return [...recorded].some(({ migrations }) => [...migrations.values()].some(({ wrote }) => wrote))
}
