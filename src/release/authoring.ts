import type { EffectOnRunningCode } from '../effect/effect.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { FragileStatementKind } from './fragile-use.ts'
import { type SqlFragment, stackOfCaller } from './fragment.ts'

/**
 * Marks a migration that `defineExpand`, `defineDataStep` or `defineContract` made. The symbol is in the global registry, because the project and the
 * command may load different copies of the package.
 */
export const FUNCTION_MIGRATION_MARK: unique symbol = Symbol.for('interphase.migration')

interface DefinitionWords<Context> {
  /** Reverses `up`. Called by `interphase undo`. */
  readonly down?: (context: Context) => unknown
  /** The reason why the migration cannot be undone. */
  readonly irreversible?: string
  /** The effects that the engine cannot see, with reasons. */
  readonly effects?: readonly RuleWithReason<EffectOnRunningCode>[]
  /** The rules of the policy that the migration breaks on purpose, with reasons. */
  readonly despite?: readonly RuleWithReason<EffectOnRunningCode | 'scan' | 'rewrite' | FragileStatementKind>[]
}

/** The definition of a migration that is written as a function. */
export interface MigrationDefinition<Context> extends DefinitionWords<Context> {
  /** Runs the migration. Every statement must be sent through the context. */
  readonly up: (context: Context) => unknown
  /** 'off' runs the function outside a transaction, for statements that a transaction does not allow. */
  readonly transaction?: 'off'
  /** True if the data step may run again after it is done. */
  readonly rerunnable?: boolean
}

/** The definition of a data step that is written as a function. */
export interface DataStepDefinition<Context> extends MigrationDefinition<Context> {
  /** One SELECT that returns one number: the rows that the data step has not changed yet. */
  readonly pending?: string
}

/** The words of a data step that runs in batches. */
interface BatchWords<Context> extends DefinitionWords<Context> {
  /** The columns of the key by which the rows are walked. Absent: the primary key, or the smallest unique key of NOT NULL columns. */
  readonly by?: readonly string[]
  /** The largest number of rows of a batch. */
  readonly size?: number
  /** The duration of a batch, in milliseconds, that the engine aims at. */
  readonly targetMs?: number
  /** The number of sessions that share the step. Absent: one session runs the step alone. */
  readonly workers?: number
  /** The number of rows that may fail without ending the step. Absent if the policy decides. */
  readonly quarantine?: number
}

/** The declaration of a data step that sets columns of a table. The engine derives the statement and the pending query. */
export interface UpdateDefinition<Context> extends BatchWords<Context> {
  readonly table: string
  /** The value of each column. A row that has all values already is not written. */
  readonly set: Readonly<Record<string, SqlFragment>>
  /** The rows to write. Absent: all rows. */
  readonly where?: SqlFragment
}

/**
 * The declaration of a data step that copies rows of one table into another. The engine derives the statement and the pending query.
 * A row that is copied already is not written again.
 */
export interface CopyDefinition<Context> extends BatchWords<Context> {
  /** The table that receives the rows. */
  readonly into: string
  /** The table whose rows are copied, in batches of its key. */
  readonly from: string
  /** The value of each column of `into`, from the columns of `from`. The other columns of `into` have their defaults. */
  readonly select: Readonly<Record<string, SqlFragment>>
  /**
   * The columns of a unique key of `into`, which tell whether a row is copied. Absent: the primary key, or the smallest unique key of
   * NOT NULL columns, whose columns are all in `select`.
   */
  readonly on?: readonly string[]
  /** The rows of `from` to copy. Absent: all rows. */
  readonly where?: SqlFragment
}

/** A value that a statement of a batch sends separately from its text. */
export type BatchValue = string | number | bigint | boolean | null | Date | Buffer | readonly string[]

/** A row as the database driver returns it. */
export type BatchRow = Readonly<Record<string, unknown>>

/** The argument of a function that receives the rows of each batch. */
export interface BatchContext {
  /** The rows of the batch in the order of the key, locked until the batch is committed. There is at least one. */
  readonly rows: readonly BatchRow[]
  /**
   * Sends one statement in the transaction of the batch, and returns its rows. The statement is a template: a value between ${ and } is
   * sent as a parameter, and a fragment of the tag `sql` becomes a part of the text.
   */
  readonly query: (texts: TemplateStringsArray, ...values: readonly (BatchValue | SqlFragment)[]) => Promise<readonly BatchRow[]>
  /** The key of the first row of `rows`. */
  readonly from: BatchRow
  /** The key of the last row of `rows`. */
  readonly to: BatchRow
  /** Aborts when the run must stop. */
  readonly signal: AbortSignal
}

/** A function that receives the rows of each batch. */
export type BatchCode = (context: BatchContext) => unknown

/** The definition of a data step whose function receives the rows of each batch. */
export interface BatchCodeDefinition<Context> extends BatchWords<Context> {
  readonly table: string
  readonly batch: BatchCode
  /** The columns of `rows`. Absent: all columns. The columns of the key are always included. */
  readonly columns?: readonly string[]
  /** The rows to read. Absent: all rows. */
  readonly where?: SqlFragment
  /** One SELECT that returns one number: the rows that the data step has not changed yet. */
  readonly pending?: string
}

/** Every form in which a data step can be defined. */
export type AnyDataStepDefinition<Context> =
  | DataStepDefinition<Context>
  | UpdateDefinition<Context>
  | CopyDefinition<Context>
  | BatchCodeDefinition<Context>

/** A policy rule or an effect that a migration declares, with the reason. */
export interface RuleWithReason<Rule extends string> {
  readonly effect: Rule
  readonly because: string
}

/** The marked form in which a module exports a migration. */
export interface DefinedMigration<Context> {
  readonly [FUNCTION_MIGRATION_MARK]: PhaseName
  readonly definition: AnyDataStepDefinition<Context>
  /** The call stack in which the migration was defined. It contains the line for messages. */
  readonly stack?: string
}

/**
 * Defines an expand migration. It adds objects that the new version of the application needs, without a change for the running
 * version.
 */
export function defineExpand<Context>(definition: MigrationDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'expand', definition }
}

/** Defines a data step, which moves or fills rows. */
export function defineDataStep<Context>(definition: AnyDataStepDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'migrate', definition, stack: stackOfCaller() }
}

/** Defines a contract migration, which removes objects that no running code uses. */
export function defineContract<Context>(definition: MigrationDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'contract', definition }
}

/** True for a value that `defineExpand`, `defineDataStep` or `defineContract` returned. */
export function isDefinedMigration(value: unknown): value is DefinedMigration<unknown> {
  return typeof value === 'object' && value !== null && FUNCTION_MIGRATION_MARK in value
}
