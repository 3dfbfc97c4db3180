import type { Effect } from '../effect/effect.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { LeaningKind } from './leaning.ts'

/**
 * Marks a migration made by `expand`, `migrate` or `contract`. A symbol of the global registry, so that the copy of the
 * package in a project and the copy that runs the command know each other's migrations.
 */
export const MIGRATION: unique symbol = Symbol.for('interphase.migration')

/** A migration written as a function. */
export interface Definition<Context> {
  /** Does the work. Every statement must be sent through the context. */
  readonly up: (context: Context) => unknown
  /** Takes it back; used by undo. */
  readonly down?: (context: Context) => unknown
  /** Why nothing takes it back. */
  readonly irreversible?: string
  /** 'off' runs it outside a transaction, for statements that refuse one. */
  readonly transaction?: 'off'
  /** May it run again after it is done? */
  readonly rerunnable?: boolean
  /** Effects that the engine cannot see. */
  readonly effects?: readonly Reasoned<Effect>[]
  /** Rules of the policy that it breaks on purpose. */
  readonly despite?: readonly Reasoned<Effect | 'scan' | 'rewrite' | LeaningKind>[]
}

export interface DataStep<Context> extends Definition<Context> {
  /** One SELECT that gives one number: the rows still to do. */
  readonly pending?: string
}

export interface Reasoned<Rule extends string> {
  readonly effect: Rule
  readonly because: string
}

export interface Authored<Context> {
  readonly [MIGRATION]: PhaseName
  readonly definition: DataStep<Context>
}

/** Adds what the next version of the application needs, beside what the running one uses. */
export function expand<Context>(definition: Definition<Context>): Authored<Context> {
  return { [MIGRATION]: 'expand', definition }
}

/** Moves the rows. */
export function migrate<Context>(definition: DataStep<Context>): Authored<Context> {
  return { [MIGRATION]: 'migrate', definition }
}

/** Takes away what no running code uses any more. */
export function contract<Context>(definition: Definition<Context>): Authored<Context> {
  return { [MIGRATION]: 'contract', definition }
}

export function isAuthored(value: unknown): value is Authored<unknown> {
  return typeof value === 'object' && value !== null && MIGRATION in value
}
