import { sha256Digest } from '../digest.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { RecordedRelease } from './recording.ts'

/** The rows that a chain makes on an empty database, without sample rows. */
export interface RowsOfChain {
  /** The digest of the chain whose execution made the rows. */
  readonly of: string
  /** The tables with rows, sorted by name. */
  readonly tables: readonly RowsOfChainTable[]
}

/** The rows that a chain makes in one table. */
export interface RowsOfChainTable {
  readonly table: string
  readonly count: number
  /** The columns and their values as text. Absent if the recording does not keep the rows. */
  readonly kept?: { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
}

/** Computes the digest of everything that decides which rows a chain makes on an empty database. */
export function digestOfChainForRows(chain: ReleaseChain): string {
  const made = chain.releases.flatMap(migrationsInPhasedOrder).flatMap((migration) => [migration.id, migration.checksum])
  return sha256Digest(chain.setup?.text ?? '', ...made).slice(0, 32)
}

/** True if a migration of these releases can have written rows, as far as the recordings show. */
export function canChainMakeRows(recorded: Iterable<RecordedRelease>): boolean {
  return [...recorded].some(({ migrations }) => [...migrations.values()].some(({ wrote }) => wrote))
}
