import type { FileStatement } from '../dialect/statement.ts'
import type { MigrationRunPath } from '../plan/plan.ts'
import { isBatchedBody, type MigrationWorkBody } from './body.ts'
import { batchCodeWorkKind } from './kinds/batch-code.ts'
import { batchWorkKind } from './kinds/batches.ts'
import { functionWorkKind } from './kinds/function.ts'
import type { WorkKind } from './kinds/kind.ts'
import { scriptWorkKind } from './kinds/script.ts'
import type { ApproveStatement, StatementRunner } from './statement-runner.ts'
import type { MigrationWork } from './work.ts'

type BodyOf<K extends MigrationWorkBody['kind']> = Extract<MigrationWorkBody, { readonly kind: K }>

/** Every kind of work. A kind without an entry does not compile. */
const KIND: { readonly [K in MigrationWorkBody['kind']]: WorkKind<BodyOf<K>> } = {
  'script': scriptWorkKind,
  'function': functionWorkKind,
  'batches': batchWorkKind,
  'batch-code': batchCodeWorkKind,
}

/** Returns the number of steps that the cursor of the ledger counts. */
export function countSteps({ body }: MigrationWork): number {
  return kindOf(body).size(body)
}

/** Returns the statements that are known before the work runs, in order. Empty for a function. */
export function statementsKnownBeforeRun({ body }: MigrationWork): readonly FileStatement[] {
  return kindOf(body).statements(body)
}

/** Returns the statements as the file contains them, in order. Empty for a function. */
export function textsKnownBeforeRun({ body }: MigrationWork): readonly string[] {
  return kindOf(body).texts(body)
}

/** Returns how a migration runs on a target database: in one transaction, statement by statement, or in batches. */
export function runPathOf({ body, path }: MigrationWork): MigrationRunPath {
  return isBatchedBody(body) ? 'batches' : path
}

/** True if all statements are known before the work runs. */
export function areStatementsKnownBeforeRun({ body }: MigrationWork): boolean {
  return kindOf(body).isReadBefore
}

/** True if each step executes exactly one statement of the file, unchanged. */
export function areStepsStatements({ body }: MigrationWork): boolean {
  return kindOf(body).isStepOneStatement
}

/** True if a part of this step can be committed when the step is interrupted. */
export function canStepCommitPartly({ body }: MigrationWork, index: number): boolean {
  return kindOf(body).hasParts(body, index)
}

/**
 * Runs one step of a migration. A later run finds the statement by the comment `tag` while the statement is still running. Returns the
 * number of rows written.
 */
export function performWorkStep(
  runner: StatementRunner,
  work: MigrationWork,
  index: number,
  how: { readonly tag: string; readonly approve: ApproveStatement; readonly inTransaction: boolean },
): Promise<number> {
  return kindOf(work.body).perform(runner, work, work.body, { index, ...how })
}

function kindOf(body: MigrationWorkBody): WorkKind<MigrationWorkBody> {
  // The entry under `body.kind` takes bodies of this kind, which the compiler cannot infer.
  return KIND[body.kind] as WorkKind<MigrationWorkBody>
}
