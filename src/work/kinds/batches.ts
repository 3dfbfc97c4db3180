import { PLACEHOLDER } from '../../release/batch.ts'
import type { BatchBody } from '../body.ts'
import type { WorkKind } from './kind.ts'
import { scriptWork } from './script.ts'

/**
 * A data step in batches. On a shadow it runs as one piece, like a script: the condition in place of each placeholder holds for every
 * row. On a target database `run/batched.ts` runs it.
 */
export const batchWork: WorkKind<BatchBody> = {
  isReadBefore: true,
  size: ({ statements }) => statements.length,
  statements: ({ statements }) => statements,
  texts: ({ statements }) => statements.map(({ parts }) => parts.join(PLACEHOLDER)),
  hasParts: () => false,
  perform: (runner, work, { statements }, step) => scriptWork.perform(runner, work, { kind: 'script', statements }, step),
}
