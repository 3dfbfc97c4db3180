import type { FileStatement } from '../dialect/statement.ts'
import type { MigrationRunPath } from '../plan/plan.ts'
import { isBatchedWorkBody, type MigrationWorkBody } from './body.ts'
import { batchCodeWorkKind } from './kinds/batch-code.ts'
import { batchWorkKind } from './kinds/batches.ts'
import { functionWorkKind } from './kinds/function.ts'
import type { MigrationWorkKind } from './kinds/kind.ts'
import { scriptWorkKind } from './kinds/script.ts'
import type { CheckStatementBeforeSending, StatementExecutionContext } from './statement-execution-context.ts'
import type { MigrationWork } from './work.ts'

type BodyOf<K extends MigrationWorkBody['kind']> = Extract<MigrationWorkBody, { readonly kind: K }>

/** The functions for each kind of work. The source does not compile if a kind has no entry. */
const KIND: { readonly [K in MigrationWorkBody['kind']]: MigrationWorkKind<BodyOf<K>> } = {
  'script': scriptWorkKind,
  'function': functionWorkKind,
  'batches': batchWorkKind,
  'batch-code': batchCodeWorkKind,
}

/**
 * Returns the number of steps of a migration, which the progress in the ledger (the cursor) counts. A step is one statement of a
 * SQL file, or a whole function.
 */
export function countMigrationSteps({ body }: MigrationWork): number {
  return kindOf(body).countMigrationSteps(body)
}

/**
 * Returns the statements of a migration that are known before the migration runs, in order. Returns no statement for a function.
 */
export function statementsKnownBeforeRun({ body }: MigrationWork): readonly FileStatement[] {
  return kindOf(body).statements(body)
}

/** Returns the texts of the statements in the file of a migration, in order. Returns no text for a function. */
export function textsKnownBeforeRun({ body }: MigrationWork): readonly string[] {
  return kindOf(body).texts(body)
}

/** Returns how a migration runs on a target database: in one transaction, statement by statement, or in batches. */
export function runPathOfMigration({ body, path }: MigrationWork): MigrationRunPath {
  return isBatchedWorkBody(body) ? 'batches' : path
}

/** Returns true if all statements of a migration are known before the migration runs. */
export function areStatementsKnownBeforeRun({ body }: MigrationWork): boolean {
  return kindOf(body).isReadBefore
}

/** Returns true if the engine executes each statement of the migration's file unchanged and as a step of its own. */
export function areStepsSingleStatements({ body }: MigrationWork): boolean {
  return kindOf(body).isStepOneStatement
}

/** Returns true if an interrupted step (a statement or a whole function) can leave a committed part on the server. */
export function canStepCommitPartly({ body }: MigrationWork, index: number): boolean {
  return kindOf(body).canCommitPartly(body, index)
}

/**
 * Executes one step of a migration, which is a statement or a whole function. Returns the number of rows written. The engine sends
 * the comment `tag` before a statement of a SQL file. With the comment, a later run can find the statement while the server still
 * executes the statement.
 */
export function performWorkStep(
  runner: StatementExecutionContext,
  work: MigrationWork,
  index: number,
  how: { readonly tag: string; readonly approve: CheckStatementBeforeSending; readonly inTransaction: boolean },
): Promise<number> {
  return kindOf(work.body).perform(runner, work, work.body, { index, ...how })
}

function kindOf(body: MigrationWorkBody): MigrationWorkKind<MigrationWorkBody> {
  // The cast is needed because `KIND[body.kind]` contains functions for bodies of exactly this kind, which the compiler cannot
  // infer.
  return KIND[body.kind] as MigrationWorkKind<MigrationWorkBody>
}
