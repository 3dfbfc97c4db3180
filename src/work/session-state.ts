import type { SqlFileAnalyzer } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import { areStatementsKnownBeforeRun, countMigrationSteps, statementsKnownBeforeRun } from './kinds.ts'
import { decideSessionStateRestoration, routineAndTriggerBodiesIn, type SessionStateRestoration } from './recall.ts'
import type { MigrationWork } from './work.ts'

/**
 * Decides how a new session can continue a migration at statement `from`. A function migration always begins again at its first
 * statement.
 */
export async function decideSessionRestorationForMigration(
  files: SqlFileAnalyzer,
  work: MigrationWork,
  position: PlannedMigrationPosition,
  from: number,
): Promise<SessionStateRestoration> {
  const { migration, declarations } = work
  if (!areStatementsKnownBeforeRun(work) || from === 0) return { way: 'continue', from, replay: [] }
  const statements = statementsKnownBeforeRun(work)
  const bodies = routineAndTriggerBodiesIn([...new Set([position.before, ...position.steps.slice(0, from)])])
  const uses = await files.sessionUses(
    statements.map(({ text }) => text),
    bodies,
  )
  const changedSchema = position.migration.phased.map((step) => step.length > 0)
  const mayRepeat = (first: number) =>
    declarations.rerunnable &&
    statements.slice(first, from).every(({ manner, repeatable }, index) => {
      const isStill = changedSchema[first + index] === false
      return isStill && (manner === 'atomic' || repeatable)
    })
  return decideSessionStateRestoration(uses, from, bodies, mayRepeat, (index) => `${migration.file}:${statements[index]?.line ?? 1}`)
}

/** Makes the error `ledger.session-lost` for a migration that cannot continue, because its session state cannot be restored. */
export function makeSessionStateLostError(work: MigrationWork, from: number, lost: readonly string[]): InterphaseError {
  const { migration } = work
  return new InterphaseError('ledger.session-lost', {
    migration: migration.id,
    file: migration.file,
    statement: from + 1,
    of: countMigrationSteps(work),
    lost,
  })
}

/**
 * Returns true if the statements with the given numbers change session state that a rollback does not restore. A retry in the
 * same session would begin with the changed session state.
 */
export async function changesSessionStateThatSurvivesRollback(
  files: SqlFileAnalyzer,
  work: MigrationWork,
  indexes: readonly number[],
  state: SchemaState | undefined,
): Promise<boolean> {
  const statements = statementsKnownBeforeRun(work)
  const texts = indexes.flatMap((index) => statements[index]?.text ?? [])
  if (texts.length === 0) return false
  const uses = await files.sessionUses(texts, routineAndTriggerBodiesIn(state ? [state] : []))
  return uses.some((use) => use.survivesRollback)
}
