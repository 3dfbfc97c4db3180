import * as z from 'zod'
import type { FunctionContext } from '../dialect/dialect.ts'
import { findLineInCallStack } from '../dialect/function-scope.ts'
import { EFFECTS_ON_RUNNING_CODE } from '../effect/effect.ts'
import { InterphaseError } from '../error.ts'
import type { BatchCode, DefinedMigration } from '../release/authoring.ts'
import { type BatchDeclaration, MAX_WORKERS_PER_PROCESS } from '../release/batch.ts'
import type { DeclaredDataStep } from '../release/declared.ts'
import { isSqlFragment, piecesOfFragment, type SqlFragment } from '../release/fragment.ts'
import { combineFrontMatter, OTHER_DESPITE_RULES } from '../release/front-matter.ts'
import { type FrontMatter, type Migration, NO_FRONT_MATTER, type SqlText } from '../release/migration.ts'
import { parseValueWithZodSchema } from '../shape.ts'

/**
 * A declared data step. The engine derives its statements from the declaration, or calls the function `batch` of the declaration.
 */
export interface LoadedDataStepDeclaration {
  readonly declared: DeclaredDataStep
  /**
   * The pending query that the author wrote. The field is present only for a data step with a function `batch`, because the
   * engine derives the pending queries of all other declarations.
   */
  readonly pending?: SqlText
  readonly down?: (context: FunctionContext) => Promise<unknown>
  readonly declarations: FrontMatter
}

export const FunctionShape = z.custom<(this: unknown, context: unknown) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
)

const because = z.string().min(1)

/** The shape of the properties that the definition of every function migration can have. */
export const CommonDefinitionShape = {
  down: FunctionShape.exactOptional(),
  irreversible: because.exactOptional(),
  effects: z.array(z.strictObject({ effect: z.enum(EFFECTS_ON_RUNNING_CODE), because })).exactOptional(),
  despite: z.array(z.strictObject({ effect: z.enum([...EFFECTS_ON_RUNNING_CODE, ...OTHER_DESPITE_RULES]), because })).exactOptional(),
}

// The largest number of rows in a batch that a function `batch` processes. The number is limited because the Node process holds the
// rows of such a batch in memory.
const LARGEST_BATCH_OF_CODE = 10_000
const BATCH_OF_CODE = 1000

const name = z.string().min(1)
const number = z.int().min(1).max(999_999_999)
const fragment = z.custom<SqlFragment>(isSqlFragment, 'expected SQL that is written with the tag sql: sql`upper(name)`')
const BatchWordsShape = {
  ...CommonDefinitionShape,
  by: z.array(name).min(1).exactOptional(),
  size: number.exactOptional(),
  targetMs: number.exactOptional(),
  workers: z.int().min(1).max(MAX_WORKERS_PER_PROCESS).exactOptional(),
  quarantine: z.int().min(0).max(999_999_999).exactOptional(),
}
const batchCode = z.custom<BatchCode>((value) => typeof value === 'function', 'expected a function')
const CodeShape = z.strictObject({
  ...BatchWordsShape,
  table: name,
  batch: batchCode,
  columns: z.array(name).min(1).exactOptional(),
  where: fragment.exactOptional(),
  pending: z.string().min(1).exactOptional(),
  size: z.int().min(1).max(LARGEST_BATCH_OF_CODE).exactOptional(),
})
const columns = z.record(name, fragment).refine((set) => Object.keys(set).length > 0, 'expected at least one column')
const UpdateShape = z.strictObject({ ...BatchWordsShape, table: name, set: columns, where: fragment.exactOptional() })
const CopyShape = z.strictObject({
  ...BatchWordsShape,
  into: name,
  from: name,
  select: columns,
  on: z.array(name).min(1).exactOptional(),
  where: fragment.exactOptional(),
})

/** Returns true if a definition has no function `up`, so that the engine derives its statements. */
export function isDataStepDeclaration(definition: object): boolean {
  return !('up' in definition) && ('table' in definition || 'into' in definition)
}

/**
 * Parses the definition of a declared data step. Throws `migration.module` for an invalid definition or a second pending query,
 * and `batch.declaration` for an invalid SQL fragment.
 */
export function parseDataStepDeclaration(
  migration: Migration,
  path: string,
  authored: DefinedMigration<unknown>,
): LoadedDataStepDeclaration {
  const { file, pending } = migration
  const refuse = (problem: string) => new InterphaseError('migration.module', { file, problem })
  const { declared, query, by, size, targetMs, workers, quarantine, down, ...words } = stepOf(authored.definition, refuse)
  if (pending && declared.kind !== 'code') throw refuse(`the engine derives the pending query of this data step; delete ${pending.file}`)
  if (pending && query !== undefined) throw refuse(`both the file and ${pending.file} have a pending query; keep one`)
  const counted = query === undefined ? pending : { file, text: query }
  for (const fragment of fragmentsOf(declared)) refuseInvalid(fragment, file, path)
  const table = declared.kind === 'copy' ? declared.from : declared.table
  const batch: BatchDeclaration = {
    table,
    alias: table.slice(table.indexOf('.') + 1),
    ...(by && { by }),
    ...(size !== undefined && { size }),
    ...(targetMs !== undefined && { targetMs }),
    ...(workers !== undefined && { workers }),
    ...(quarantine !== undefined && { quarantine }),
    line: findLineInCallStack(authored.stack, path) ?? 1,
  }
  return {
    declared,
    ...(counted && { pending: counted }),
    ...(down && { down: async (context: FunctionContext) => down.call(authored.definition, context) }),
    // A declared data step can run again, although its file does not declare `rerunnable`. The reason is that `record` executes
    // every batch a second time, and refuses a data step whose second execution changes rows.
    declarations: combineFrontMatter(migration.declarations, { ...NO_FRONT_MATTER, ...words, batch, rerunnable: true }),
  }
}

/**
 * Returns the declared data step, the author's pending query, and the properties that the definition of every function migration
 * can have.
 */
function stepOf(definition: object, refuse: (problem: string) => InterphaseError) {
  if ('batch' in definition) {
    const {
      table,
      batch,
      columns,
      where,
      pending: query,
      size = BATCH_OF_CODE,
      ...words
    } = parseValueWithZodSchema(CodeShape, definition, refuse)
    const run: BatchCode = (context) => batch.call(definition, context)
    return {
      declared: { kind: 'code', table, run, ...(columns && { columns }), ...(where && { where }) } satisfies DeclaredDataStep,
      query,
      size,
      ...words,
    }
  }
  if ('into' in definition) {
    const { into, from, select, on, where, ...words } = parseValueWithZodSchema(CopyShape, definition, refuse)
    return {
      declared: { kind: 'copy', into, from, select, ...(on && { on }), ...(where && { where }) } satisfies DeclaredDataStep,
      query: undefined,
      ...words,
    }
  }
  const { table, set, where, ...words } = parseValueWithZodSchema(UpdateShape, definition, refuse)
  return { declared: { kind: 'update', table, set, ...(where && { where }) } satisfies DeclaredDataStep, query: undefined, ...words }
}

function fragmentsOf(step: DeclaredDataStep): readonly SqlFragment[] {
  const values = step.kind === 'copy' ? step.select : step.kind === 'update' ? step.set : {}
  return [...Object.values(values), ...(step.where ? [step.where] : [])]
}

/** Throws `batch.declaration` with the line of the fragment if a fragment contains anything except text, names and values. */
function refuseInvalid(fragment: SqlFragment, file: string, path: string): void {
  for (const piece of piecesOfFragment(fragment)) {
    if (piece.kind !== 'invalid') continue
    throw new InterphaseError('batch.declaration', { file, line: findLineInCallStack(fragment.stack, path) ?? 1, problem: piece.problem })
  }
}
