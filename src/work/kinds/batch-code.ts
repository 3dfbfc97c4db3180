import { BATCH_PLACEHOLDER } from '../../release/batch.ts'
import { performBatchCode } from '../batches/code.ts'
import type { BatchedCodeWorkBody } from '../body.ts'
import type { MigrationWorkKind } from './kind.ts'

/**
 * The kind of work of a data step whose code receives the rows of each batch. On a shadow, all rows are one batch. On a target
 * database, `run/batched.ts` runs the batches.
 */
export const batchCodeWorkKind: MigrationWorkKind<BatchedCodeWorkBody> = {
  isReadBefore: false,
  isStepOneStatement: false,
  countMigrationSteps: () => 1,
  statements: () => [],
  texts: ({ reading }) => [reading.parts.join(BATCH_PLACEHOLDER)],
  canCommitPartly: () => false,
  perform: async (runner, work, body, { index, approve }) => {
    const emit = (text: string) => {
      runner.emit({ type: 'statement-started', migration: work.migration.id, statement: index, of: 1, text })
    }
    const affected = await performBatchCode(runner, work, body, { text: body.reading.text, values: [] }, { approve, onStatement: emit })
    await runner.session.reset()
    return affected
  },
}
