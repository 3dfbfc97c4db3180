import { InterphaseError, isError } from '../error.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { type ChainProgress, findPhaseProgress } from '../plan/progress.ts'
import { loadFunctionMigration } from '../project/modules.ts'
import type { Migration } from '../release/migration.ts'
import { type ConnectedProject, makeSchemaComparisonSettingsReader } from '../run/connected-project.ts'
import { determineStatementToResume, type UnfinishedMigrationState } from '../run/resume.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import type { RecordedServer } from '../state/recording.ts'
import { decideSessionRestorationForMigration, makeSessionStateLostError } from '../work/session-state.ts'
import { type MigrationWork, prepareMigrationWork } from '../work/work.ts'

/**
 * Returns an error for each interrupted migration that a run cannot resume. A run cannot resume a migration in three cases: a
 * migration in one transaction committed implicitly, the schema does not show the outcome of the last statement, or the session
 * state is lost.
 */
export async function errorsOfUnresumableMigrations(
  connected: ConnectedProject,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
): Promise<readonly InterphaseError[]> {
  const rows = progress.next ? findPhaseProgress(progress, progress.next.release, progress.next.phase)?.migrations : undefined
  const found: InterphaseError[] = []
  for (const { migration, applied } of rows ?? []) {
    // An interrupted data step in batches is no problem, because the next run resumes the data step after its last batch.
    if (applied?.run.state !== 'running' || applied.run.cursor.kind !== 'statement') continue
    const { state, cursor } = applied.run
    if ((await pathOf(connected, progress, migration)) === 'stepwise') {
      found.push(...(await standsStill(connected, progress, history, migration, { state, cursor })))
      continue
    }
    const { next: statement, of } = cursor
    const differences = ['the migration committed implicitly before its last statement']
    found.push(new InterphaseError('ledger.unfinished', { migration: migration.id, statement: statement + 1, of, differences }))
  }
  return found
}

/**
 * Returns the error with which the next run would refuse to resume a migration. Returns no error if the next run would resume it.
 * The function makes the same decisions as the run.
 */
async function standsStill(
  connected: ConnectedProject,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
  migration: Migration,
  run: UnfinishedMigrationState,
): Promise<readonly InterphaseError[]> {
  if (!progress.next || progress.problems.length > 0) return []
  try {
    const planned = await connected.states.of(progress.next.release.name)
    const position = planned.positions().find((one) => one.migration.id === migration.id)
    if (!position) return []
    const about = { before: position.before, path: position.migration.path }
    const work = await prepareMigrationWork(migration, connected.dialect, loadFunctionMigration, about)
    if (work.path === 'together') return []
    const next = run.cursor.sent ? await nextAfter(connected, work, position, run, planned.recorded.server, history) : run.cursor.next
    const recall = await decideSessionRestorationForMigration(connected.dialect.files, work, position, next)
    return recall.way === 'ask' ? [makeSessionStateLostError(work, next, recall.lost)] : []
  } catch (error) {
    if (isError(error, 'ledger.unfinished')) return [error]
    // The errors about missing or stale states are ignored, because the status already lists these states as reasons that hold
    // the next phase.
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return []
    throw error
  }
}

/**
 * Returns the number of the statement with which a run would resume the migration. If another run holds the lock, the migration
 * is still running and not interrupted, and the function returns the number in the ledger.
 */
async function nextAfter(
  connected: ConnectedProject,
  work: MigrationWork,
  position: PlannedMigrationPosition,
  run: UnfinishedMigrationState,
  server: RecordedServer,
  history: LedgerHistory | undefined,
): Promise<number> {
  const { session, dialect } = connected
  if (await dialect.runLock.holder(session, { project: connected.config.project })) return run.cursor.next
  const leniency = makeSchemaComparisonSettingsReader(connected, server, history)
  return determineStatementToResume({ session, catalog: dialect.catalog, leniency, isReadOnly: true }, work, position, run)
}

async function pathOf(connected: ConnectedProject, { next }: ChainProgress, { id }: Migration): Promise<'together' | 'stepwise'> {
  const states = next && (await connected.states.onDisk(next.release.name))
  return states?.recorded.migrations.get(id)?.path ?? 'stepwise'
}
