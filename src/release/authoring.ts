import type { EffectOnRunningCode } from '../effect/effect.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { FragileStatementKind } from './fragile-use.ts'

/**
 * Marks a migration that `defineExpand`, `defineDataStep` or `defineContract` made. The symbol is in the global registry, because the project and the
 * command may load different copies of the package.
 */
export const FUNCTION_MIGRATION_MARK: unique symbol = Symbol.for('interphase.migration')

/** The definition of a migration that is written as a function. */
export interface MigrationDefinition<Context> {
  /** Runs the migration. Every statement must be sent through the context. */
  readonly up: (context: Context) => unknown
  /** Reverses `up`. Called by `interphase undo`. */
  readonly down?: (context: Context) => unknown
  /** The reason why the migration cannot be undone. */
  readonly irreversible?: string
  /** 'off' runs the function outside a transaction, for statements that a transaction does not allow. */
  readonly transaction?: 'off'
  /** True if the data step may run again after it is done. */
  readonly rerunnable?: boolean
  /** The effects that the engine cannot see, with reasons. */
  readonly effects?: readonly RuleWithReason<EffectOnRunningCode>[]
  /** The rules of the policy that the migration breaks on purpose, with reasons. */
  readonly despite?: readonly RuleWithReason<EffectOnRunningCode | 'scan' | 'rewrite' | FragileStatementKind>[]
}

/** The definition of a data step that is written as a function. */
export interface DataStepDefinition<Context> extends MigrationDefinition<Context> {
  /** One SELECT that returns one number: the rows that the data step has not changed yet. */
  readonly pending?: string
}

/** A policy rule or an effect that a migration declares, with the reason. */
export interface RuleWithReason<Rule extends string> {
  readonly effect: Rule
  readonly because: string
}

/** The marked form in which a module exports a migration. */
export interface DefinedMigration<Context> {
  readonly [FUNCTION_MIGRATION_MARK]: PhaseName
  readonly definition: DataStepDefinition<Context>
}

/**
 * Defines an expand migration. It adds objects that the new version of the application needs, without a change for the running
 * version.
 */
export function defineExpand<Context>(definition: MigrationDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'expand', definition }
}

/** Defines a data step, which moves or fills rows. */
export function defineDataStep<Context>(definition: DataStepDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'migrate', definition }
}

/** Defines a contract migration, which removes objects that no running code uses. */
export function defineContract<Context>(definition: MigrationDefinition<Context>): DefinedMigration<Context> {
  return { [FUNCTION_MIGRATION_MARK]: 'contract', definition }
}

/** True for a value that `defineExpand`, `defineDataStep` or `defineContract` returned. */
export function isDefinedMigration(value: unknown): value is DefinedMigration<unknown> {
  return typeof value === 'object' && value !== null && FUNCTION_MIGRATION_MARK in value
}
