import { InterphaseError, isError } from '../../error.ts'
import { BATCH_PLACEHOLDER, EVERY_ROW_CONDITION } from '../../release/batch.ts'
import type { BatchedScriptWorkBody } from '../body.ts'
import type { MigrationWorkKind } from './kind.ts'
import { scriptWorkKind } from './script.ts'

/**
 * The kind of work of a data step that runs a SQL file in batches. On a shadow, the engine executes each statement of the file
 * once for all rows: a condition that is true for every row replaces each placeholder. On a target database, `run/batched.ts`
 * runs the batches.
 */
export const batchWorkKind: MigrationWorkKind<BatchedScriptWorkBody> = {
  isReadBefore: true,
  isStepOneStatement: false,
  countMigrationSteps: ({ statements }) => statements.length,
  statements: ({ statements }) => statements,
  texts: ({ statements }) => statements.map(({ parts }) => parts.join(BATCH_PLACEHOLDER)),
  canCommitPartly: () => false,
  perform: async (runner, work, { statements }, step) => {
    try {
      return await scriptWorkKind.perform(runner, work, { kind: 'script', statements }, step)
    } catch (error) {
      throw isError(error, 'statement.failed') ? withPlaceholders(error) : error
    }
  },
}

/**
 * Replaces the condition that is true for every row by the placeholder of the file, in the texts of an error. The placeholder has
 * the same length as the condition, so that positions in the text stay correct.
 */
function withPlaceholders(error: InterphaseError<'statement.failed'>): InterphaseError {
  const { excerpt, statement } = error.facts
  const written = (text: string) => text.replaceAll(EVERY_ROW_CONDITION, BATCH_PLACEHOLDER)
  const facts = { ...error.facts, statement: written(statement), ...(excerpt !== undefined && { excerpt: written(excerpt) }) }
  return new InterphaseError('statement.failed', facts, { cause: error })
}
