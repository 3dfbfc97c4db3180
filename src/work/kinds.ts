import type { FileStatement } from '../dialect/statement.ts'
import type { RunPath } from '../plan/plan.ts'
import type { Body } from './body.ts'
import { batchWork } from './kinds/batches.ts'
import { functionWork } from './kinds/function.ts'
import type { WorkKind } from './kinds/kind.ts'
import { scriptWork } from './kinds/script.ts'
import type { ApproveStatement, StatementRunner } from './statement-runner.ts'
import type { Work } from './work.ts'

type BodyOf<K extends Body['kind']> = Extract<Body, { readonly kind: K }>

/** Every kind of work. A kind without an entry does not compile. */
const KIND: { readonly [K in Body['kind']]: WorkKind<BodyOf<K>> } = {
  'script': scriptWork,
  'function': functionWork,
  'batches': batchWork,
}

/** Returns the number of steps that the cursor of the ledger counts. */
export function sizeOf({ body }: Work): number {
  return kindOf(body).size(body)
}

/** Returns the statements that are known before the work runs, in order. Empty for a function. */
export function statementsOf({ body }: Work): readonly FileStatement[] {
  return kindOf(body).statements(body)
}

/** The statements as their author wrote them, in order. Empty for a function. */
export function textsOf({ body }: Work): readonly string[] {
  return kindOf(body).texts(body)
}

/** How the work runs on a target database. */
export function pathOf({ body, path }: Work): RunPath {
  return body.kind === 'batches' ? 'batches' : path
}

/** True if all statements are known before the work runs. */
export function isReadBefore({ body }: Work): boolean {
  return kindOf(body).isReadBefore
}

/** True if a part of this step can be committed when the step is interrupted. */
export function hasParts({ body }: Work, index: number): boolean {
  return kindOf(body).hasParts(body, index)
}

/**
 * Runs one step of a migration. A later run finds the statement by the comment `tag` while the statement is still running. Returns the
 * number of rows written.
 */
export function performStep(
  runner: StatementRunner,
  work: Work,
  index: number,
  how: { readonly tag: string; readonly approve: ApproveStatement; readonly inTransaction: boolean },
): Promise<number> {
  return kindOf(work.body).perform(runner, work, work.body, { index, ...how })
}

function kindOf(body: Body): WorkKind<Body> {
  // The entry under `body.kind` takes bodies of this kind, which the compiler cannot infer.
  return KIND[body.kind] as WorkKind<Body>
}
