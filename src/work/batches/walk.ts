import type { KeyRange, Ranges, WalkKey } from '../../dialect/ranges.ts'
import { InterphaseError } from '../../error.ts'
import type { SchemaState } from '../../schema/state.ts'
import type { BatchBody } from '../body.ts'
import type { StatementRunner } from '../statement-runner.ts'
import type { Work } from '../work.ts'

/** A data step in batches, and the key by which its rows are walked. */
export interface Walk {
  readonly work: Work
  readonly body: BatchBody
  readonly key: WalkKey
  readonly ranges: Ranges
}

/**
 * Chooses the key of the walk from the schema in which the step begins. `resumedBy` are the columns by which an earlier run walked. Undefined for other work. Throws `batch.key`.
 */
export function walkOf(work: Work, state: SchemaState, ranges: Ranges, resumedBy?: readonly string[]): Walk | undefined {
  const { body, migration } = work
  if (body.kind !== 'batches') return undefined
  const { table, by, line } = body.declared
  const key = ranges.keyOf(state, table, resumedBy ?? by)
  if ('problem' in key) {
    throw new InterphaseError('batch.key', { file: migration.file, line, table, problem: key.problem, instead: key.remedy })
  }
  return { work, body, key, ranges }
}

/** Executes every statement for the rows of the range, in the open transaction. Gives the number of rows written. */
export async function performBatch(runner: Pick<StatementRunner, 'session'>, walk: Walk, range: KeyRange): Promise<number> {
  const { body, key, ranges, work } = walk
  let affected = 0
  for (const { parts, line } of body.statements) {
    const { text, values } = ranges.limit(parts, key, range, body.declared.alias)
    affected += (await runner.session.execute(text, { file: work.migration.file, line }, values)).affected
  }
  return affected
}
