import { InterphaseError, isError } from '../../error.ts'
import { BATCH_PLACEHOLDER, EVERY_ROW_CONDITION } from '../../release/batch.ts'
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
  perform: async (runner, work, { statements }, step) => {
    try {
      return await scriptWorkKind.perform(runner, work, { kind: 'script', statements }, step)
    } catch (error) {
      throw isError(error, 'statement.failed') ? withPlaceholders(error) : error
    }
  },
}

/**
 * Puts the placeholder back into the statement of an error, as the file contains it. The placeholder has the same length as the
 * condition.
 */
function withPlaceholders(error: InterphaseError<'statement.failed'>): InterphaseError {
  const { excerpt, statement } = error.facts
  const written = (text: string) => text.replaceAll(EVERY_ROW_CONDITION, BATCH_PLACEHOLDER)
  const facts = { ...error.facts, statement: written(statement), ...(excerpt !== undefined && { excerpt: written(excerpt) }) }
  return new InterphaseError('statement.failed', facts, { cause: error })
}
