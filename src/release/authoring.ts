import type { EffectOnRunningCode } from '../effect/effect.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { FragileStatementKind } from './fragile-use.ts'
import { type SqlFragment, stackOfCaller } from './fragment.ts'

/**
 * The key of the property that marks a value returned by `defineExpand`, `defineDataStep` or `defineContract`. The symbol is in
 * the global registry of symbols, because the project and the command can load different copies of the package.
 */
export const FUNCTION_MIGRATION_MARK: unique symbol = Symbol.for('interphase.migration')

interface DefinitionWords<Context> {
  /** The function that reverses `up`. `interphase undo` calls it, and `interphase record` tests it on a shadow. */
  readonly down?: (context: Context) => unknown
  /** The reason why the migration cannot be undone. */
  readonly irreversible?: string
  /** The effects of the migration that the engine cannot determine, each with a reason. */
  readonly effects?: readonly RuleWithReason<EffectOnRunningCode>[]
  /**
   * The rules of the policy that do not apply to the migration, each with a reason: refused effects, price ceilings, and kinds of
   * fragile statements.
   */
  readonly despite?: readonly RuleWithReason<EffectOnRunningCode | 'scan' | 'rewrite' | FragileStatementKind>[]
}

/** The definition of a migration that is written as a function. */
export interface MigrationDefinition<Context> extends DefinitionWords<Context> {
  /** Runs the migration. The function must send every statement through the object `context`, which the engine passes to it. */
  readonly up: (context: Context) => unknown
  /** The value 'off' makes the function run outside a transaction, for statements that a transaction does not allow. */
  readonly transaction?: 'off'
  /**
   * True if the statements of the data step can run twice without harm. A run then executes the completed data step again if its
   * pending query counts rows.
   */
  readonly rerunnable?: boolean
}

/** The definition of a data step that is written as a function. */
export interface DataStepDefinition<Context> extends MigrationDefinition<Context> {
  /** The pending query: a SELECT that returns one number, the number of rows that the data step has not changed yet. */
  readonly pending?: string
}

/** The properties of a data step that runs in batches. */
interface BatchWords<Context> extends DefinitionWords<Context> {
  /**
   * The key columns in whose order the data step processes the rows. The default is the primary key, or the smallest unique key
   * of NOT NULL columns.
   */
  readonly by?: readonly string[]
  /** The largest number of rows in a batch of the data step. */
  readonly size?: number
  /**
   * The target duration of one batch in milliseconds. The engine chooses the size of a batch so that the batch takes about this
   * time.
   */
  readonly targetMs?: number
  /** The number of sessions that share the data step. By default, one session runs the data step alone. */
  readonly workers?: number
  /** The number of rows that can fail without ending the data step. If the field is absent, the policy determines the number. */
  readonly quarantine?: number
}

/** The declaration of a data step that sets columns of a table. The engine derives the statement and the pending query. */
export interface UpdateDefinition<Context> extends BatchWords<Context> {
  readonly table: string
  /** The new value of each column. The data step does not write a row that already has all values. */
  readonly set: Readonly<Record<string, SqlFragment>>
  /** The condition that selects the rows which the data step writes. By default, the data step writes all rows. */
  readonly where?: SqlFragment
}

/**
 * The declaration of a data step that copies rows of one table into another table. The engine derives the statement and the
 * pending query. The data step does not write a row again that is already copied.
 */
export interface CopyDefinition<Context> extends BatchWords<Context> {
  /** The table into which the data step copies the rows. */
  readonly into: string
  /** The table whose rows the data step copies. The key of this table divides the rows into batches. */
  readonly from: string
  /** The value of each column of `into`, computed from the columns of `from`. The other columns of `into` get their defaults. */
  readonly select: Readonly<Record<string, SqlFragment>>
  /**
   * The columns of a unique key of `into`. A row of `from` counts as copied if `into` contains a row with the same key. The default
   * is the primary key, or the smallest unique key of NOT NULL columns. A key can be the default only if `select` sets all its
   * columns.
   */
  readonly on?: readonly string[]
  /** The condition that selects the rows of `from` which the data step copies. By default, it copies all rows. */
  readonly where?: SqlFragment
}

/** A value that a statement of a batch sends as a parameter, separately from the text of the statement. */
export type BatchValue = string | number | bigint | boolean | null | Date | Buffer | readonly string[]

/** A row of a query result, as the database driver returns it. */
export type BatchRow = Readonly<Record<string, unknown>>

/** The argument of a function that receives the rows of each batch. */
export interface BatchContext {
  /**
   * The rows of the batch in the order of the key. The engine has locked the rows until the commit of the batch. The list
   * contains at least one row.
   */
  readonly rows: readonly BatchRow[]
  /**
   * Sends one statement in the transaction of the batch, and returns the rows of the result. The statement is a template. A value
   * between ${ and } is sent as a parameter. A fragment of the tag `sql` becomes a part of the SQL text.
   */
  readonly query: (texts: TemplateStringsArray, ...values: readonly (BatchValue | SqlFragment)[]) => Promise<readonly BatchRow[]>
  /** The key of the first row of the batch. */
  readonly from: BatchRow
  /** The key of the last row of the batch. */
  readonly to: BatchRow
  /** A signal that aborts when the run must stop. */
  readonly signal: AbortSignal
}

/** A function that receives the rows of each batch. */
export type BatchCode = (context: BatchContext) => unknown

/** The definition of a data step whose function receives the rows of each batch. */
export interface BatchCodeDefinition<Context> extends BatchWords<Context> {
  readonly table: string
  readonly batch: BatchCode
  /**
   * The columns of the rows that the function receives. By default, it receives all columns. The columns of the key are always
   * included.
   */
  readonly columns?: readonly string[]
  /** The condition that selects the rows which the function receives. By default, it receives all rows. */
  readonly where?: SqlFragment
  /** The pending query: a SELECT that returns one number, the number of rows that the data step has not changed yet. */
  readonly pending?: string
}

/**
 * The definition of a data step in any of its forms: a function, a declared update, a declared copy, or a function that receives
 * the rows of each batch.
 */
export type AnyDataStepDefinition<Context> =
  | DataStepDefinition<Context>
  | UpdateDefinition<Context>
  | CopyDefinition<Context>
  | BatchCodeDefinition<Context>

/** The name of an effect or of a policy rule in the declarations of a migration, with the reason of the author. */
export interface RuleWithReason<Rule extends string> {
  readonly effect: Rule
  readonly because: string
}

/**
 * The value that `defineExpand`, `defineDataStep` and `defineContract` return, and that the file of a function migration exports.
 */
export interface DefinedMigration<Context> {
  readonly [FUNCTION_MIGRATION_MARK]: PhaseName
  readonly definition: AnyDataStepDefinition<Context>
  /**
   * The call stack at the definition of the data step. Error messages contain the line of the definition, which the engine finds in
   * the call stack. The field is present only for a data step.
   */
  readonly stack?: string
}

/**
 * Defines an expand migration. An expand migration adds objects that the new version of the application needs, and changes
 * nothing for the running version.
 */
export function defineExpand<Context>(definition: MigrationDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'expand', definition }
}

/** Defines a data step. A data step moves or fills rows. */
export function defineDataStep<Context>(definition: AnyDataStepDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'migrate', definition, stack: stackOfCaller() }
}

/** Defines a contract migration. A contract migration removes objects that no running code uses. */
export function defineContract<Context>(definition: MigrationDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'contract', definition }
}

/** Returns true if `defineExpand`, `defineDataStep` or `defineContract` returned the value. */
export function isDefinedMigration(value: unknown): value is DefinedMigration<unknown> {
  return typeof value === 'object' && value !== null && FUNCTION_MIGRATION_MARK in value
}
