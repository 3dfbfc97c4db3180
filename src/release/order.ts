import { PHASES } from '../phase/phase.ts'
import type { Chain, Migration, Release } from './migration.ts'

/** E010 M010 C010 E020 M020 C020: how the changes were written and tested. */
export function authoredOrder(release: Release): readonly Migration[] {
  return release.changes.flatMap((change) => PHASES.flatMap((phase) => change.migrations[phase] ?? []))
}

/** E010 E020 M010 M020 C010 C020: how a release is run. */
export function phasedOrder(release: Release): readonly Migration[] {
  return PHASES.flatMap((phase) => release.changes.flatMap((change) => change.migrations[phase] ?? []))
}

/** The whole chain as it is run: release by release, each in phased order. */
export function runOrder(chain: Chain): readonly Migration[] {
  return chain.releases.flatMap(phasedOrder)
}

export function sameOrder(a: readonly Migration[], b: readonly Migration[]): boolean {
  return a.length === b.length && a.every((migration, index) => migration.id === b[index]?.id)
}
