import { PHASES } from '../phase/phase.ts'
import type { Migration, Release, ReleaseChain } from './migration.ts'

/**
 * Returns the migrations in the order in which they were written and tested: expand, migrate and contract of the first change, then
 * those of the next change.
 */
export function migrationsInAuthoredOrder(release: Release): readonly Migration[] {
  return release.changes.flatMap((change) => PHASES.flatMap((phase) => change.migrations[phase] ?? []))
}

/** Returns the migrations in the order in which a release runs: all expands, then all data steps, then all contracts. */
export function migrationsInPhasedOrder(release: Release): readonly Migration[] {
  return PHASES.flatMap((phase) => release.changes.flatMap((change) => change.migrations[phase] ?? []))
}

/** Returns the migrations of the whole chain in the order in which they run: each release in phased order. */
export function migrationsInRunOrder(chain: ReleaseChain): readonly Migration[] {
  return chain.releases.flatMap(migrationsInPhasedOrder)
}

/** True if both lists hold the same migrations in the same order. */
export function isSameMigrationOrder(a: readonly Migration[], b: readonly Migration[]): boolean {
  return a.length === b.length && a.every((migration, index) => migration.id === b[index]?.id)
}
