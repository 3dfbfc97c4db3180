import { PHASES } from '../phase/phase.ts'
import type { Chain, Migration, Release } from './migration.ts'

/** The order in which the author wrote and tested the changes: E010 M010 C010 E020 M020 C020. */
export function authoredOrder(release: Release): readonly Migration[] {
  return release.changes.flatMap((change) => PHASES.flatMap((phase) => change.migrations[phase] ?? []))
}

/** The order in which a release runs: E010 E020 M010 M020 C010 C020. */
export function phasedOrder(release: Release): readonly Migration[] {
  return PHASES.flatMap((phase) => release.changes.flatMap((change) => change.migrations[phase] ?? []))
}

/** The order in which the whole chain runs: each release in phased order. */
export function runOrder(chain: Chain): readonly Migration[] {
  return chain.releases.flatMap(phasedOrder)
}

/** True if both lists hold the same migrations in the same order. */
export function sameOrder(a: readonly Migration[], b: readonly Migration[]): boolean {
  return a.length === b.length && a.every((migration, index) => migration.id === b[index]?.id)
}
