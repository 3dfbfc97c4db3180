import { BATCH_PLACEHOLDER } from '../../release/batch.ts'
import type { BatchedScriptBody } from '../body.ts'
import type { WorkKind } from './kind.ts'
import { scriptWorkKind } from './script.ts'

/**
 * The kind of work of a data step in batches. On a shadow it runs as one piece, like any SQL file: the condition in place of each
 * placeholder holds for every row. On a target database `run/batched.ts` runs it.
 */
export const batchWorkKind: WorkKind<BatchedScriptBody> = {
  isReadBefore: true,
  isStepOneStatement: false,
  size: ({ statements }) => statements.length,
  statements: ({ statements }) => statements,
  texts: ({ statements }) => statements.map(({ parts }) => parts.join(BATCH_PLACEHOLDER)),
  hasParts: () => false,
  perform: (runner, work, { statements }, step) => scriptWorkKind.perform(runner, work, { kind: 'script', statements }, step),
}
