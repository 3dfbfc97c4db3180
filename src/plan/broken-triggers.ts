import { escapeForRegularExpression } from '../regular-expression.ts'
import { type ColumnObject, formatObjectName, objectIdOf, type TriggerObject, tableGroupKey } from '../schema/object.ts'
import { findColumnInState } from '../schema/partition.ts'
import type { SchemaState } from '../schema/state.ts'
import type { MigrationStepDifferences, RecordedMigration } from '../state/recording.ts'

/** A trigger that stays in the database although it uses a column that no longer exists. */
export interface BrokenTrigger {
  readonly effect: 'breaks'
  /** The name of the trigger, such as `trigger fill on item`. */
  readonly object: string
  /** The change of the column that the trigger uses, as one line of text. */
  readonly on: string
  /**
   * The number of the statement that removed the column, counted from 0. The field is absent for a migration in one transaction.
   */
  readonly step?: number
}

/**
 * Returns the triggers that stay although they use a column that the migration drops or renames. The server accepts the change of
 * the column, but then refuses each write that fires the trigger.
 */
export function findBrokenTriggers({ path, phased }: RecordedMigration, before: SchemaState, after: SchemaState): readonly BrokenTrigger[] {
  return phased.flatMap((differences, step) =>
    columnsLost(differences, after).flatMap((column) =>
      triggersUsing(column, before, after).map((trigger): BrokenTrigger => {
        const object = formatObjectName(trigger)
        const on = `~ ${object} uses ${formatObjectName(column)}, which does not exist any more`
        return { effect: 'breaks', object, on, ...(path === 'stepwise' && { step }) }
      }),
    ),
  )
}

function columnsLost(differences: MigrationStepDifferences, after: SchemaState): readonly ColumnObject[] {
  const lost = differences.flatMap((one) => (one.kind === 'removed' ? [one.object] : one.kind === 'renamed' ? [one.before] : []))
  return lost.filter(
    (object): object is ColumnObject => object.kind === 'column' && findColumnInState(after, object.table, object.name) === undefined,
  )
}

/**
 * Returns the triggers of the table that exist before and after the migration, and that still use the column after the migration.
 * The text of such a trigger contains the column as `NEW.name` or `OLD.name`.
 */
function triggersUsing({ table, name }: ColumnObject, before: SchemaState, after: SchemaState): readonly TriggerObject[] {
  const kept = before.groups.get(tableGroupKey(table))
  const use = new RegExp(String.raw`\b(?:NEW|OLD)\s*\.\s*["\`]?${escapeForRegularExpression(name)}(?![\w$])`, 'i')
  return [...(after.groups.get(tableGroupKey(table))?.values() ?? [])].filter(
    (object): object is TriggerObject =>
      object.kind === 'trigger' && (kept?.has(objectIdOf(object)) ?? false) && use.test(textOfTrigger(object, after)),
  )
}

/** Returns the body of a trigger. On PostgreSQL, the body is the body of the function that the trigger calls. */
function textOfTrigger({ action }: TriggerObject, state: SchemaState): string {
  const [, called] = /EXECUTE (?:FUNCTION|PROCEDURE) ((?:"(?:[^"]|"")*"|[^\s("])+)\(/.exec(action) ?? []
  if (called === undefined) return action
  const routine = [...(state.groups.get(`function:${called}()`)?.values() ?? [])].find((object) => object.kind === 'function')
  return `${action} ${routine?.kind === 'function' ? routine.definition : ''}`
}
