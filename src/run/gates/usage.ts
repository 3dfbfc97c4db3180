import { includesGate } from '../../gate/gate.ts'
import { readDatabaseTime } from '../../gate/outside.ts'
import { findRemovedObjects } from '../../gate/removed.ts'
import { upcomingStepsOfMigration } from '../../gate/upcoming-step.ts'
import { makeObjectUsageBaseline, type ObjectUsageBaseline } from '../../gate/usage.ts'
import type { LedgerWriter } from '../../ledger/write.ts'
import { PHASES, type PhaseName } from '../../phase/phase.ts'
import { gatesOfPhase, migrationsOfPhase } from '../../plan/plan.ts'
import type { ConnectedProject } from '../connected-project.ts'
import type { PreparedRelease } from '../job.ts'

/**
 * Returns how often the application has used each object that a phase of a release will remove, according to the server's
 * counters. Returns undefined if the phase removes no object. Returns a reason and a remedy if the server does not count the use.
 */
export async function readObjectUsageBaseline(
  { session, dialect }: ConnectedProject,
  { planned, works }: PreparedRelease,
  phase: PhaseName,
): Promise<ObjectUsageBaseline | { readonly unseen: string; readonly remedy: string } | undefined> {
  const release = planned.release.name
  const positions = planned.positions().filter(({ migration }) => works.get(migration.id)?.migration.phase === phase)
  const [first] = positions
  if (!first) return undefined
  const objects = findRemovedObjects(
    positions.flatMap(({ migration }) => upcomingStepsOfMigration(migration)),
    first.before,
  )
  if (objects.length === 0) return undefined
  const own = [...works.values()].flatMap(({ pending }) => pending ?? [])
  const since = (await readDatabaseTime(session, dialect)).toISOString()
  const reading = await dialect.usage.read(session, objects, own)
  return 'unseen' in reading ? reading : makeObjectUsageBaseline({ release, phase, since }, objects, reading)
}

/**
 * Stores in the ledger, at the end of a phase, how often the application has used each object. The function stores the counts
 * only if the next phase with migrations has the gate `unused` in its policy. If the server does not count the use, the function
 * stores nothing, and the gate `unused` later reports the reason.
 */
export async function storeObjectUsageAfterPhase(
  connected: ConnectedProject,
  ledger: LedgerWriter,
  prepared: PreparedRelease,
  done: PhaseName,
): Promise<void> {
  const { release } = prepared.planned
  const next = PHASES.slice(PHASES.indexOf(done) + 1).find((phase) => release.changes.some(({ migrations }) => migrations[phase]))
  if (!next || !includesGate(gatesOfPhase(release, connected.policies[next], migrationsOfPhase(prepared.plan, next)), 'unused')) return
  const baseline = await readObjectUsageBaseline(connected, prepared, next)
  if (baseline && 'counts' in baseline) await ledger.note({ kind: 'usage', fields: baseline }, `${next} of ${release.name}`)
}
