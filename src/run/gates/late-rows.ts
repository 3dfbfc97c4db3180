import { sql, sqlTableName } from '../../dialect/sql.ts'
import { InterphaseError } from '../../error.ts'
import { type GateSituation, includesGate } from '../../gate/gate.ts'
import { countPendingRowsInTransaction } from '../../gate/pending.ts'
import { findRemovedObjects } from '../../gate/removed.ts'
import { upcomingStepsOfMigration } from '../../gate/upcoming-step.ts'
import { formatObjectName, objectIdOf, type SchemaObject } from '../../schema/object.ts'
import type { PlannedMigrationPosition } from '../../state/planned.ts'
import type { MigrationWork } from '../../work/work.ts'
import { type MigrationExecutionContext, makePlannedStateLookup, type RowCheckDuringMigration } from '../apply.ts'
import { type PhaseJob, upcomingStepsOfMigrations } from '../job.ts'

type DataStep = GateSituation['dataSteps'][number]

/** A pending query, and the objects in the query that the next statement of the phase removes. */
interface QueryOfRemovedObjects {
  readonly step: DataStep
  readonly objects: readonly SchemaObject[]
}

/**
 * Makes the check that executes a pending query again, right before a statement removes objects that the query names. The gate
 * `data-steps-complete` executed the query when the phase began, and the application can have written rows since then. If the
 * server can roll DDL back, the check locks the tables of the removed objects in the transaction of the statement, and executes the
 * query there a second time. The check omits the second time if the first time took longer than the lock timeout of the phase. The
 * check throws `phase.late-rows` if the query counts a row. Returns undefined if the policy does not have the gate
 * `data-steps-complete`, or if the release has no pending query.
 */
export function makeLateRowsCheck(
  executor: MigrationExecutionContext,
  job: PhaseJob,
  work: MigrationWork,
): RowCheckDuringMigration | undefined {
  const position = job.positions.get(work.migration.id)
  const { dataSteps, observer } = job.situation
  if (!includesGate(job.gates, 'data-steps-complete') || dataSteps.length === 0 || !position) return undefined
  const { session, clock, commitsImplicitly, limits, files } = executor
  let quick: readonly QueryOfRemovedObjects[] = []

  const findQueries = async (statement: number): Promise<readonly QueryOfRemovedObjects[]> => {
    const { now, before } = removedByStatement(job, work, position, statement)
    if (now.length === 0) return []
    const found: QueryOfRemovedObjects[] = []
    for (const step of dataSteps) {
      const named = new Set(await observer.objectsNamedIn(step.pending, [...now, ...before]))
      // An earlier statement of the phase removed an object that the pending query names, so the server can no longer execute the
      // query. The check executed the query before that earlier statement.
      if (before.some((object) => named.has(objectIdOf(object)))) continue
      const objects = now.filter((object) => named.has(objectIdOf(object)))
      if (objects.length > 0) found.push({ step, objects })
    }
    return found
  }

  const refuse = ({ step, objects }: QueryOfRemovedObjects, rows: bigint, statement: number) => {
    if (rows === 0n) return
    throw new InterphaseError('phase.late-rows', {
      phase: job.phase,
      migration: work.migration.id,
      step: step.id,
      query: step.pending.file,
      rows: String(rows),
      objects: objects.map(formatObjectName),
      hasBegun: statement > 0 || job.works[0]?.migration.id !== work.migration.id,
      isRerunnable: step.isRerunnable,
    })
  }

  return {
    before: async (statement) => {
      const found = await findQueries(statement)
      const startedMs = clock.elapsedMs()
      for (const one of found) refuse(one, await observer.pending(one.step.pending), statement)
      quick = clock.elapsedMs() - startedMs <= (limits.lockTimeoutMs ?? 0) ? found : []
    },
    inside: async () => {
      if (commitsImplicitly) return
      const tables = new Set(quick.flatMap(({ objects }) => objects.flatMap(tableOf)))
      for (const table of tables) await session.query(sql`LOCK TABLE ${sqlTableName(table)} IN ACCESS EXCLUSIVE MODE`)
      for (const one of quick) refuse(one, await countPendingRowsInTransaction(session, files, one.step.pending), 0)
    },
    after: () => Promise.resolve(),
  }
}

/** Returns the objects that a statement removes, and the objects that earlier statements of the phase have removed. */
function removedByStatement(job: PhaseJob, work: MigrationWork, position: PlannedMigrationPosition, statement: number) {
  const { id } = work.migration
  const steps = upcomingStepsOfMigration(position.migration)
  // All statements of a migration that runs in one transaction count as one statement.
  const isWhole = work.path === 'together'
  const index = job.works.findIndex(({ migration }) => migration.id === id)
  const earlier = upcomingStepsOfMigrations(job, job.works.slice(0, index))
  const state = makePlannedStateLookup(work, position)(statement) ?? position.before
  return {
    now: findRemovedObjects(isWhole ? steps : steps.slice(statement, statement + 1), state),
    before: findRemovedObjects([...earlier, ...(isWhole ? [] : steps.slice(0, statement))], job.start),
  }
}

function tableOf(object: SchemaObject): readonly string[] {
  if (object.kind === 'table' || object.kind === 'partition') return [object.name]
  return object.kind === 'column' ? [object.table] : []
}
