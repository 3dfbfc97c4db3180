import { PHASES } from '../phase/phase.ts'
import type { Chain, Migration, Release } from './migration.ts'

/**
 * Returns the migrations in the order in which they were written and tested: expand, migrate and contract of the first change, then
 * those of the next change.
 */
export function authoredOrder(release: Release): readonly Migration[] {
  return release.changes.flatMap((change) => PHASES.flatMap((phase) => change.migrations[phase] ?? []))
}

/** Returns the migrations in the order in which a release runs: all expands, then all data steps, then all contracts. */
export function phasedOrder(release: Release): readonly Migration[] {
  return PHASES.flatMap((phase) => release.changes.flatMap((change) => change.migrations[phase] ?? []))
}

/** Returns the migrations of the whole chain in the order in which they run: each release in phased order. */
export function runOrder(chain: Chain): readonly Migration[] {
  return chain.releases.flatMap(phasedOrder)
}

/** True if both lists hold the same migrations in the same order. */
export function sameOrder(a: readonly Migration[], b: readonly Migration[]): boolean {
  return a.length === b.length && a.every((migration, index) => migration.id === b[index]?.id)
}
