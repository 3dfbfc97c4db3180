import { PHASES } from '../phase/phase.ts'
import type { Migration, Release, ReleaseChain } from './migration.ts'

/**
 * Returns the migrations of a release in authored order: expand, migrate and contract of the first change, then those of the next
 * change.
 */
export function migrationsInAuthoredOrder(release: Release): readonly Migration[] {
  return release.changes.flatMap((change) => PHASES.flatMap((phase) => change.migrations[phase] ?? []))
}

/** Returns the migrations of a release in phased order: all expands, then all data steps, then all contracts. */
export function migrationsInPhasedOrder(release: Release): readonly Migration[] {
  return PHASES.flatMap((phase) => release.changes.flatMap((change) => change.migrations[phase] ?? []))
}

/**
 * Returns the migrations of all releases of a chain in the order in which they run: release by release, each release in phased
 * order.
 */
export function migrationsOfChainInRunOrder(chain: ReleaseChain): readonly Migration[] {
  return chain.releases.flatMap(migrationsInPhasedOrder)
}

/** Returns true if two lists contain the same migrations in the same order. */
export function isSameMigrationOrder(a: readonly Migration[], b: readonly Migration[]): boolean {
  return a.length === b.length && a.every((migration, index) => migration.id === b[index]?.id)
}
