import { InterphaseError } from '../error.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { appliedMigrationsById, estimatePlanCostsFromSizes, makeReleasePlan } from '../plan/plan.ts'
import { computeChainProgress } from '../plan/progress.ts'
import { loadFunctionMigration } from '../project/modules.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { DialectName } from '../schema/object.ts'
import type { RecordedMigration } from '../state/recording.ts'
import { runPathOfMigration, textsKnownBeforeRun } from '../work/kinds.ts'
import { type MigrationWork, prepareMigrationWork } from '../work/work.ts'
import type { ConnectedProject } from './connected-project.ts'
import { addDataStepCostsAndRefusals } from './data-steps/sizes.ts'
import type { PreparedRelease } from './job.ts'
import { READING_COMMAND_TIME_LIMITS } from './reading.ts'

/**
 * Makes the plan of one release, and prepares the work of each migration. `plan`, `status` and the run call this function. The
 * function reads every file before the first migration runs, so that an unreadable file cannot stop a run in the middle.
 */
export async function prepareRelease(
  { config, dialect, policies }: ConnectedProject,
  planned: ReleaseWithStates,
  history: LedgerHistory | undefined,
): Promise<PreparedRelease> {
  const { release, recorded, start, positions } = planned
  const works = new Map<MigrationId, MigrationWork>()
  const places = new Map(positions().map((position) => [position.migration.id, position]))
  for (const migration of migrationsInPhasedOrder(release)) {
    const known = recorded.migrations.get(migration.id)
    const before = places.get(migration.id)?.before ?? start
    const work = await prepareMigrationWork(migration, dialect, loadFunctionMigration, { before, ...(known && { path: known.path }) })
    refuseOtherStatements(work, known, dialect.name)
    works.set(migration.id, work)
  }
  const read = new Map(
    [...works].map(([id, work]) => [id, { ...work, path: runPathOfMigration(work), statements: textsKnownBeforeRun(work) }]),
  )
  const about = { project: config.project, dialect: dialect.name, policies, applied: appliedMigrationsById(history) }
  return { planned, works, plan: makeReleasePlan({ ...about, release, start, positions, recorded: recorded.migrations, read }) }
}

/**
 * Throws `states.stale` if the statements that the engine derives from a declared data step differ from the statements that
 * `record` executed.
 */
function refuseOtherStatements({ migration, derived }: MigrationWork, recorded: RecordedMigration | undefined, dialect: DialectName): void {
  if (JSON.stringify(derived) === JSON.stringify(recorded?.derived)) return
  const reasons = [`the statements that the engine derives for ${migration.file} are not those that record executed`]
  throw new InterphaseError('states.stale', { release: migration.release, dialect, reasons })
}

/** Returns the releases that are not complete, each with its plan. The first release of the result is the current release. */
export async function listReleasesToRun(
  connected: ConnectedProject,
  history: LedgerHistory | undefined,
): Promise<readonly PreparedRelease[]> {
  const { chain, dialect, session } = connected
  const progress = computeChainProgress(chain, history)
  const [problem] = progress.problems
  if (problem) throw problem
  const from = progress.next ? chain.releases.findIndex((release) => release.name === progress.next?.release.name) : chain.releases.length
  const waiting: ReleaseWithStates[] = []
  for (const { name } of chain.releases.slice(from)) waiting.push(await connected.states.of(name))
  const sizes = await dialect.catalog.sizes(session, pricedTables(waiting))
  const prepared: PreparedRelease[] = []
  for (const planned of waiting) {
    const one = await prepareRelease(connected, planned, history)
    prepared.push(
      await addDataStepCostsAndRefusals(
        connected,
        { ...one, plan: estimatePlanCostsFromSizes(one.plan, sizes) },
        history,
        READING_COMMAND_TIME_LIMITS,
      ),
    )
  }
  return prepared
}

function pricedTables(releases: readonly ReleaseWithStates[]): readonly string[] {
  const migrations = releases.flatMap(({ recorded }) => [...recorded.migrations.values()])
  return [...new Set(migrations.flatMap(({ prices }) => prices.flatMap(({ tables }) => tables)))]
}
