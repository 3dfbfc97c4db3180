import type { ReasonTableIsUnwalkable } from '../../dialect/ranges.ts'
import { InterphaseError } from '../../error.ts'
import type { BatchDeclaration } from '../../release/batch.ts'
import type { Migration } from '../../release/migration.ts'

/** Makes the error `batch.key` for a table whose rows a data step cannot divide into batches. */
export function makeBatchKeyError(
  { file }: Pick<Migration, 'file'>,
  { table, line }: BatchDeclaration,
  { problem, remedy }: ReasonTableIsUnwalkable,
): InterphaseError {
  return new InterphaseError('batch.key', { file, line, table, problem, instead: remedy })
}
